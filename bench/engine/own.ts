/** What is asked of ours alone: does a visit cost the same in small and in large graphs, and what does compiling cost? */
import { prepare } from "../../src/engine/prepared.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { diamonds } from "../peers/peer.ts";
import { documentOf, Drawing, planOf, runPlan } from "../peers/spellrunner.ts";
import { median, type Row } from "../report.ts";
import { processorMs } from "./processor.ts";
import { takeTurns, usual } from "./rounds.ts";

/** Longer runs are not repeated, and larger ones not made. */
const longMs = 2000;

/** Shapes that the other engines do not have in the same way: triggers that split and join, builtin components. */
const own: Record<string, (n: number) => SpellDocument> = {
  "chain of builtin Echo": (n) => {
    const drawing = new Drawing();
    const start = drawing.node("Trigger In");
    const text = drawing.node("Universal Input", { name: "text", text: "x" });
    let last = drawing.node("Echo");
    drawing.wire(start, "trigger", last, "trigger");
    drawing.wire(text, "output", last, "source");
    for (let i = 1; i < n; i++) {
      const node = drawing.node("Echo");
      drawing.wire(last, "trigger", node, "trigger");
      drawing.wire(last, "output", node, "source");
      last = node;
    }
    drawing.finish(last, "output");
    return drawing.document;
  },
  "for each of n items": (n) => {
    const drawing = new Drawing();
    const start = drawing.node("Trigger In");
    const list = drawing.node("Universal Input", {
      name: "list",
      text: Array.from({ length: n }, (_, i) => i),
    });
    const loop = drawing.node("ForEach");
    const body = drawing.node("Add One");
    drawing.wire(start, "trigger", loop, "act1");
    drawing.wire(list, "output", loop, "array");
    drawing.wire(loop, "act", body, "trigger");
    drawing.wire(loop, "element", body, "value");
    const end = drawing.node("Output", { name: "result" });
    drawing.wire(loop, "done", end, "trigger");
    drawing.wire(list, "output", end, "input");
    return drawing.document;
  },
  "fan of triggers": (n) => {
    const drawing = new Drawing();
    const start = drawing.node("Trigger In");
    const source = drawing.node("Add One");
    const sum = drawing.node("Sum");
    drawing.wire(start, "trigger", source, "trigger");
    for (let i = 2; i < n; i++) {
      const node = drawing.node("Add One");
      drawing.step(source, node);
      drawing.step(node, sum);
    }
    drawing.finish(sum);
    return drawing.document;
  },
  "diamonds of triggers": (n) => {
    const drawing = new Drawing();
    const start = drawing.node("Trigger In");
    let last = drawing.node("Add One");
    drawing.wire(start, "trigger", last, "trigger");
    for (let i = 0; i < diamonds(n); i++) {
      const join = drawing.node("Largest");
      for (const side of [drawing.node("Add One"), drawing.node("Add One")]) {
        drawing.step(last, side);
        drawing.step(side, join);
      }
      last = join;
    }
    drawing.finish(last);
    return drawing.document;
  },
  "fan into Wait For All": (n) => {
    const drawing = new Drawing();
    const start = drawing.node("Trigger In");
    const source = drawing.node("Add One");
    const all = drawing.node("Wait For All", {}, [{ name: "all", type: "trigger" }]);
    drawing.wire(start, "trigger", source, "trigger");
    for (let i = 2; i < n; i++) {
      const node = drawing.node("Add One");
      drawing.step(source, node);
      drawing.wire(node, "trigger", all, "all");
    }
    const end = drawing.node("Output", { name: "result" });
    drawing.wire(all, "default", end, "trigger");
    drawing.wire(source, "value", end, "input");
    return drawing.document;
  },
};

/** ns a visit by size. */
export async function ownCosts(
  sizes: readonly number[],
): Promise<{ name: string; ns: (number | string)[] }[]> {
  const rows = [];
  for (const [name, documentFor] of Object.entries(own)) {
    const ns: (number | string)[] = [];
    let isLong = false;
    for (const n of sizes) {
      if (isLong) {
        ns.push("not run");
        continue;
      }
      const plan = planOf(documentFor(n));
      const start = processorMs();
      const { events } = runPlan(plan, true);
      isLong = processorMs() - start > longMs;
      if (events.length < n) throw new Error(`${name} of ${n} told of ${events.length} only.`);
      const [seconds = []] = await takeTurns([{ run: () => runPlan(plan, true), isSlow: isLong }], {
        ...usual,
        rounds: isLong ? 1 : 5,
        budgetMs: longMs,
      });
      ns.push((median(seconds) / n) * 1e9);
    }
    rows.push({ name, ns });
  }
  return rows;
}

/** Compiling a large document, and preparing its plan for its first run. */
export async function compileCosts(n: number): Promise<Row[]> {
  const rows = [];
  const documents = { chain: documentOf("chain", n), "fan of triggers": own["fan of triggers"]?.(n) };
  for (const [shape, document] of Object.entries(documents)) {
    if (document === undefined) continue;
    let plan = planOf(document);
    // Once a round: what is prepared is kept.
    const [compiling = [], preparing = []] = await takeTurns(
      [
        { isSlow: true, run: () => (plan = planOf(document)) },
        { isSlow: true, run: () => prepare(plan) },
      ],
      { rounds: 5, sliceMs: 0, budgetMs: 10_000, leastRounds: 3 },
    );
    const ms = (seconds: readonly number[]): string =>
      `${ofMs(median(seconds))} (${ofMs(Math.min(...seconds))} – ${ofMs(Math.max(...seconds))})`;
    rows.push({ shape, nodes: n, compile: ms(compiling), prepare: ms(preparing) });
  }
  return rows;
}

const ofMs = (seconds: number): string => (seconds * 1000).toFixed(0);
