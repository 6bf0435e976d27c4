/** Ours: a document, compiled and run with its journal in memory, or with one that keeps nothing. */
import { type Component, type EnginePorts, startRun } from "../../src/engine/index.ts";
import { prepare } from "../../src/engine/prepared.ts";
import type { Catalogue, ComponentShape } from "../../src/graph/catalogue.ts";
import { compile } from "../../src/graph/compile.ts";
import { catalogue as builtIn } from "../../src/nodes/index.ts";
import type { RunEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { Socket, SpellDocument } from "../../src/protocol/spell.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { diamonds, type Loaded, type Outcome, type Peer, type Shape } from "./peer.ts";

type Pure = ComponentShape & Component;

const fire = (name: string): Socket => ({ name, type: "trigger" });
const number: Socket = { name: "value", type: "number" };

const pure = (name: string, outputs: Socket[], execute: Component["execute"], rest = {}): Pure => ({
  name,
  aliases: [],
  inputs: [fire("trigger"), number],
  outputs,
  execute,
  ...rest,
});

const numbers = (values: readonly unknown[]): number[] => values as number[];

/** The work of a node, as lean as the other engines' nodes: builtin components also look up their parsed data. */
const work = new Map(
  [
    pure("Add One", [fire("trigger"), number], (context) => ({
      outputs: { value: ((context.value("value") as number | undefined) ?? 0) + 1 },
    })),
    pure("Sum", [fire("trigger"), number], (context) => ({
      outputs: { value: numbers(context.values("value")).reduce((sum, each) => sum + each, 0) },
    })),
    pure("Largest", [fire("trigger"), number], (context) => ({
      outputs: { value: Math.max(...numbers(context.values("value"))) + 1 },
    })),
    pure(
      "Count",
      [fire("trigger"), number],
      (context) => ({ outputs: { value: ((context.previous?.value as number | undefined) ?? 0) + 1 } }),
      { remembers: true },
    ),
    pure("Below", [fire("again"), fire("done")], (context) => ({
      fired: [(context.value("value") as number) < (context.data.bound as number) ? "again" : "done"],
    })),
  ].map((component) => [component.name, component]),
);
const find = (name: string): Pure | undefined => work.get(name) ?? builtIn.find(name);
const catalogue: Catalogue = { find };

/** A document while it is drawn: nodes by number, as the originals have them. */
export class Drawing {
  readonly document: SpellDocument = {
    format: "spellrunner@1",
    id: "bench",
    name: "bench",
    version: 1,
    nodes: {},
    edges: {},
  };
  #nodes = 0;
  #edges = 0;

  node(component: string, data: JsonObject = {}, inputs?: Socket[]): string {
    const id = String(++this.#nodes);
    this.document.nodes[id] = {
      component,
      position: [0, 0],
      data,
      ...(inputs === undefined ? {} : { inputs }),
    };
    return id;
  }

  wire(from: string, output: string, to: string, input: string): void {
    this.document.edges[`e${++this.#edges}`] = { from: [from, output], to: [to, input] };
  }

  /** Both wires of a step: its trigger and its number. */
  step(from: string, to: string): void {
    this.wire(from, "trigger", to, "trigger");
    this.wire(from, "value", to, "value");
  }

  /** An Output behind `start` that reads the value of `last`. */
  pull(start: string, last: string): void {
    const end = this.node("Output", { name: "result" });
    this.wire(start, "trigger", end, "trigger");
    this.wire(last, "value", end, "input");
  }

  /** An Output behind `last`, and of its value. */
  finish(last: string, value = "value"): void {
    const end = this.node("Output", { name: "result" });
    this.wire(last, "trigger", end, "trigger");
    this.wire(last, value, end, "input");
  }
}

const draw: Record<Shape, (drawing: Drawing, start: string, n: number) => void> = {
  chain(drawing, start, n) {
    let last = drawing.node("Add One");
    drawing.wire(start, "trigger", last, "trigger");
    for (let i = 1; i < n; i++) {
      const node = drawing.node("Add One");
      drawing.step(last, node);
      last = node;
    }
    drawing.finish(last);
  },
  data(drawing, start, n) {
    let last = drawing.node("Add One");
    for (let i = 1; i < n; i++) {
      const node = drawing.node("Add One");
      drawing.wire(last, "value", node, "value");
      last = node;
    }
    drawing.pull(start, last);
  },
  fan(drawing, start, n) {
    const source = drawing.node("Add One");
    const sum = drawing.node("Sum");
    for (let i = 2; i < n; i++) {
      const node = drawing.node("Add One");
      drawing.wire(source, "value", node, "value");
      drawing.wire(node, "value", sum, "value");
    }
    drawing.wire(start, "trigger", sum, "trigger");
    drawing.finish(sum);
  },
  diamond(drawing, start, n) {
    let last = drawing.node("Add One");
    for (let i = 0; i < diamonds(n); i++) {
      const join = drawing.node("Largest");
      for (const side of [drawing.node("Add One"), drawing.node("Add One")]) {
        drawing.wire(last, "value", side, "value");
        drawing.wire(side, "value", join, "value");
      }
      last = join;
    }
    drawing.pull(start, last);
  },
  loop(drawing, start, n) {
    const count = drawing.node("Count");
    const below = drawing.node("Below", { bound: Math.floor(n / 2) });
    drawing.wire(start, "trigger", count, "trigger");
    drawing.step(count, below);
    drawing.wire(below, "again", count, "trigger");
    const end = drawing.node("Output", { name: "result" });
    drawing.wire(below, "done", end, "trigger");
    drawing.wire(count, "value", end, "input");
  },
};

export function documentOf(shape: Shape, n: number): SpellDocument {
  const drawing = new Drawing();
  draw[shape](drawing, drawing.node("Trigger In"), n);
  return drawing.document;
}

export function planOf(document: SpellDocument): Plan {
  const { plan, issues } = compile(document, catalogue);
  if (issues.length > 0) throw new Error(issues[0]?.message);
  return plan;
}

const shared = {
  clock: { now: () => Date.now() },
  components: find,
  services: {},
  sandbox: { call: () => ({ value: {}, logs: [] }) },
  after: () => () => {},
};
const nowhere: EnginePorts["journal"] = { append: () => 0, commit() {} };

/** Keeps what it is given. */
class Journal {
  readonly events: RunEvent[] = [];

  append(event: RunEvent): number {
    this.events.push(event);
    return 0;
  }

  commit(): void {}
}

/** Runs a plan to its end, which comes within: nothing here waits. */
export function runPlan(plan: Plan, keepsEvents: boolean): Outcome {
  const kept = keepsEvents ? new Journal() : null;
  const ports: EnginePorts = { ...shared, journal: kept ?? nowhere };
  const handle = startRun({
    plan,
    runId: "run",
    spell: { id: "bench", version: 1 },
    userId: "bench",
    inputs: {},
    state: {},
    ports,
    limits: { maxVisits: 10_000_000 },
  });
  const { end } = handle;
  if (end?.type !== "run.completed") throw new Error(end?.error?.message ?? "The run did not end.");
  return { value: end.outputs?.result as number, events: kept?.events ?? [], kept: handle };
}

const ours = (name: string, keepsEvents: boolean): Peer => ({
  name,
  ...(keepsEvents ? {} : { isBare: true as const, triedAs: "spellrunner" }),
  build: documentOf,
  load(document): Loaded {
    const plan = planOf(document as SpellDocument);
    prepare(plan);
    return { run: () => runPlan(plan, keepsEvents) };
  },
});

export const spellrunner = ours("spellrunner", true);
export const spellrunnerBare = ours("spellrunner, no journal", false);
