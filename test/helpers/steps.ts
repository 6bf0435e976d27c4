/** Components that tell what they heard and how often, for tests of how triggers and data spread. */
import { any, type TestComponent, trigger, withComponents } from "./spells.ts";

/** Gives its id with what it heard. */
export const step: TestComponent = {
  name: "Step",
  aliases: [],
  inputs: [trigger, any("in")],
  outputs: [trigger, any("out")],
  execute: (context) => ({
    outputs: { out: `${context.node.id}(${context.values("in").map(String).join("+")})` },
  }),
};

/** The same with a count of its executions, and nodes that read and repeat. */
export function counting() {
  const counts = new Map<string, number>();
  const counted: TestComponent = {
    ...step,
    execute(context) {
      counts.set(context.node.id, (counts.get(context.node.id) ?? 0) + 1);
      return step.execute(context);
    },
  };
  const value: TestComponent = { ...counted, name: "Value", inputs: [any("in")], outputs: [any("out")] };
  /** Fires `again` until it has been visited `data.times` times in this run, then `over`. */
  const gate: TestComponent = {
    name: "Repeat",
    aliases: [],
    inputs: [trigger],
    outputs: [
      { name: "again", type: "trigger" },
      { name: "over", type: "trigger" },
    ],
    execute(context) {
      const seen = Number(context.state[context.node.id] ?? 0) + 1;
      const isOver = seen >= Number(context.data.times);
      return { fired: [isOver ? "over" : "again"], state: { [context.node.id]: isOver ? 0 : seen } };
    },
  };
  return { counts, catalogue: withComponents([counted, value, gate]) };
}
