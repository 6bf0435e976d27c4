/** `spell watch`: the live events of a spell, until it is interrupted. */
import type { Plan } from "../../../src/protocol/plan.ts";
import { isRunEnded, type StampedEvent } from "../../../src/protocol/events.ts";
import { linesOf, paintIf } from "../node-lines.ts";
import { serverCommand } from "../server-command.ts";

export const watch = serverCommand(
  {
    name: "watch",
    description: "Print what happens in a spell as it happens, with a progress line on a terminal",
    positionals: ["ID"],
  },
  { once: { type: "boolean", description: "Until the next run has ended" } },
  async ({ client, session, options, argument, isJson }) => {
    const spellId = argument(0);
    const connection = client.connect(spellId, { session });
    const isTerminal = process.stdout.isTTY && !isJson;
    const paint = paintIf(process.stdout.isTTY && (process.env.NO_COLOR ?? "") === "");
    const plans = new Map<string, Promise<Plan | undefined>>();
    const progress = new Progress();
    const show = async (event: StampedEvent): Promise<void> => {
      if (isJson) return console.log(JSON.stringify(event));
      const runId = "runId" in event ? event.runId : "";
      if (event.type === "run.started")
        plans.set(
          runId,
          client.runs.plan(spellId, runId, { session }).catch(() => undefined),
        );
      const plan = await plans.get(runId);
      progress.take(event);
      if (isTerminal) process.stdout.write("\r\u001B[K");
      for (const line of event.type.startsWith("node.") ? linesOf(event, plan, paint) : [runLine(event)])
        console.log(line);
      if (isTerminal) process.stdout.write(paint("grey", progress.line));
      if (isRunEnded(event)) plans.delete(runId);
    };
    const ended = Promise.withResolvers<void>();
    // One after the other, though a plan is waited for.
    let shown = Promise.resolve();
    const showNext = async (before: Promise<void>, event: StampedEvent): Promise<void> => {
      await before;
      await show(event);
      if (isRunEnded(event) && options.flags.has("once")) ended.resolve();
    };
    connection.on("event", (event) => {
      shown = showNext(shown, event);
      shown.catch((error: unknown) => ended.reject(error));
    });
    connection.on("fault", (error) => {
      if (connection.state === "offline" || error.code !== "protocol_error") ended.reject(error);
    });
    connection.on("state", (state) => console.error(paint("grey", `${spellId}: ${state}`)));
    process.once("SIGINT", () => ended.resolve());
    try {
      await ended.promise;
    } finally {
      connection.close();
    }
  },
);

function runLine(event: StampedEvent): string {
  if (!("runId" in event)) return event.type;
  const failure = isRunEnded(event) && event.error !== undefined ? `: ${event.error.message}` : "";
  return `${event.type} ${event.runId}${failure}`;
}

/** How far the runs in flight have got. */
class Progress {
  readonly #running = new Map<string, { started: number; completed: number }>();

  take(event: StampedEvent): void {
    if (!("runId" in event)) return;
    if (isRunEnded(event)) return void this.#running.delete(event.runId);
    const run = this.#running.get(event.runId) ?? { started: 0, completed: 0 };
    this.#running.set(event.runId, run);
    if (event.type === "node.started") run.started += 1;
    if (event.type === "node.completed") run.completed += 1;
  }

  get line(): string {
    if (this.#running.size === 0) return "waiting for a run …";
    const all = [...this.#running.values()];
    const sum = (key: "started" | "completed"): number => all.reduce((total, run) => total + run[key], 0);
    return `${all.length} runs, ${sum("completed")} of ${sum("started")} visits done`;
  }
}
