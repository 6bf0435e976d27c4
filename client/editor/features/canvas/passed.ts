import type { RunModel } from "../../../lib/run-model.ts";

export type Passed = "no" | "yes" | "now";

/** Whether something went through a wire in the run, and whether its reader works on it now. */
export function passedOf(
  run: RunModel | undefined,
  {
    source,
    sourceHandle,
    target,
  }: { source: string; sourceHandle?: string | null | undefined; target: string },
): Passed {
  const latest = run?.nodes.get(source)?.latest;
  if (latest === undefined) return "no";
  const name = sourceHandle ?? "";
  const isThrough =
    latest.fired?.includes(name) === true ||
    (latest.outputs !== undefined && Object.hasOwn(latest.outputs, name));
  if (!isThrough) return "no";
  return run?.nodes.get(target)?.status === "running" ? "now" : "yes";
}
