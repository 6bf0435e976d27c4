import { describe, expect, it } from "vitest";
import { componentAt, linesOf, paintIf } from "../../client/cli/node-lines.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import { compile } from "../../src/graph/compile.ts";
import { catalogue } from "../../src/nodes/index.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";

const node = (component: string, data = {}) => ({ component, position: [0, 0] as [number, number], data });
const inner: SpellDocument = {
  format: "spellrunner@1",
  id: "inner",
  name: "Inner",
  version: 1,
  nodes: { "7": node("Echo") },
  edges: {},
};
const { plan } = compile(
  {
    ...inner,
    id: "outer",
    name: "Outer",
    nodes: { start: node("Trigger In"), "12": node("Spell", { spell: "Inner" }) },
  },
  catalogue,
  () => inner,
);

const plain = paintIf(false);
const stamp = { seq: 1, at: 0, runId: "r", visit: "2.1", attempt: 1 };
const completed: Extract<StampedEvent, { type: "node.completed" }> = {
  ...stamp,
  type: "node.completed",
  nodeId: "12/7",
  outputs: {},
  fired: [],
  ms: 1.26,
};
const lines = (event: StampedEvent, paint = plain) => linesOf(event, plan, paint);

describe("the lines of a run", () => {
  it("name a node by its path, its component within the sub-spell, and its visit", () => {
    expect(lines({ ...completed, outputs: { output: "hi", n: 1 } })).toEqual([
      'completed 12/7 Echo                    visit 2.1 {output: "hi", n: 1} 1.3 ms',
    ]);
  });

  it("say where a node without outputs led to", () => {
    expect(lines({ ...completed, nodeId: "start", fired: ["trigger"], ms: 0 })).toEqual([
      "completed start Trigger In             visit 2.1 trigger 0 ms",
    ]);
  });

  it("stay short, and on one line, whatever a node gives", () => {
    const [line = ""] = lines({ ...completed, outputs: { text: `a\n${"b".repeat(5000)}` } });
    expect(line.length).toBeLessThan(200);
    expect(line).not.toContain("\n");
    expect(line).toContain("…");
  });

  it("tell the size of a value that travels apart", () => {
    const value = { $value: { id: "1-1", bytes: 300 * 1024, preview: "xxx" } };
    expect(lines({ ...completed, outputs: { big: value } })[0]).toContain("{big: <300 KB>}");
    expect(lines({ ...completed, outputs: value })[0]).toContain("<300 KB>");
  });

  it("show iterations, further attempts and what code logged", () => {
    expect(
      lines({
        ...completed,
        attempt: 2,
        iterations: { count: 3, outputs: {} },
        logs: [{ level: "warn", text: "careful" }],
        ms: 0,
      }),
    ).toEqual([
      "completed 12/7 Echo                    visit 2.1 3 iterations 0 ms (attempt 2)",
      "          warn: careful",
    ]);
  });

  it("mark what failed with its reason, and what waits with its question", () => {
    const error = { code: "node_failed", message: "No bread." } as const;
    expect(lines({ ...stamp, type: "node.failed", nodeId: "12", error, ms: 2 })).toEqual([
      "failed    12 Spell                     visit 2.1 node_failed: No bread. 2 ms",
    ]);
    expect(lines({ ...stamp, type: "node.waiting", nodeId: "12", prompt: { ask: "why" } })).toEqual([
      'waiting   12 Spell                     visit 2.1 {"ask":"why"}',
    ]);
  });

  it("leave out events that are no result", () => {
    expect(lines({ ...stamp, type: "node.started", nodeId: "12" })).toEqual([]);
  });

  it("do without a component where the plan is not known or has no such node", () => {
    expect(linesOf({ ...completed, ms: 0 }, undefined, plain)[0]).toBe(
      "completed 12/7                         visit 2.1 0 ms",
    );
    expect(componentAt(plan, "12/8")).toBeUndefined();
    expect(componentAt(plan, "start/7")).toBeUndefined();
  });

  it("are coloured only when asked", () => {
    const escape = "\u001B[";
    expect(lines(completed, paintIf(true))[0]).toContain(escape);
    expect(lines(completed)[0]).not.toContain(escape);
  });
});
