/** Ours: a document, compiled and run with its journal in memory, or with one that keeps nothing. */
import { type Component, type EnginePorts, type NodeContext, startRun } from "../../src/engine/index.ts";
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
const number = (name = "value"): Socket => ({ name, type: "number" });

const pure = (name: string, outputs: Socket[], execute: Component["execute"], rest = {}): Pure => ({
  name,
  aliases: [],
  inputs: [fire("trigger"), number()],
  outputs,
  execute,
  ...rest,
});

const numbers = (values: readonly unknown[]): number[] => values as number[];
const plusOne = (context: NodeContext): number => ((context.value("value") as number | undefined) ?? 0) + 1;
const sum = (context: NodeContext): number =>
  numbers(context.values("value")).reduce((all, each) => all + each, 0);
const largest = (context: NodeContext): number => Math.max(...numbers(context.values("value"))) + 1;
const countOn: Component["execute"] = (context) => ({
  outputs: { value: ((context.previous?.value as number | undefined) ?? 0) + 1 },
});

const gives = [fire("trigger"), number()];
const starts = { role: "trigger" as const };
/** A node that also gives the run's result. */
const ends = (name: string, work: (context: NodeContext) => number): Pure =>
  pure(name, [fire("trigger"), number("output")], (context) => ({ outputs: { output: work(context) } }), {
    role: "output",
  });

/**
 * The work of a node, as lean as the other engines' nodes: builtin components also look up their parsed data. Some start the
 * run or give its result beside their work: behave-graph starts by an event that is no visit, and its result is read off a socket.
 */
const work = new Map(
  [
    pure("Add One", gives, (context) => ({ outputs: { value: plusOne(context) } })),
    pure("Sum", gives, (context) => ({ outputs: { value: sum(context) } })),
    pure("Largest", gives, (context) => ({ outputs: { value: largest(context) } })),
    pure("Start", [fire("trigger")], () => ({}), starts),
    pure("First Add One", gives, (context) => ({ outputs: { value: plusOne(context) } }), starts),
    ends("Last Add One", plusOne),
    ends("Last Sum", sum),
    ends("Last Largest", largest),
    pure("First Count", gives, countOn, { ...starts, remembers: true }),
    pure(
      "Below",
      [fire("again"), fire("done"), number("output")],
      (context) => {
        const value = context.value("value") as number;
        return value < (context.data.bound as number)
          ? { fired: ["again"] }
          : { fired: ["done"], outputs: { output: value } };
      },
      { role: "output" },
    ),
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

  /** An Output behind `last`, and of its value. */
  finish(last: string, value = "value"): void {
    const end = this.node("Output", result);
    this.wire(last, "trigger", end, "trigger");
    this.wire(last, value, end, "input");
  }
}

/** Names the run's result. */
const result = { name: "result" };

const draw: Record<Shape, (drawing: Drawing, n: number) => void> = {
  chain(drawing, n) {
    let last = drawing.node("First Add One");
    for (let i = 1; i < n; i++) {
      const node = i < n - 1 ? drawing.node("Add One") : drawing.node("Last Add One", result);
      drawing.step(last, node);
      last = node;
    }
  },
  // One node more, as theirs has: what starts the run reads nothing.
  data(drawing, n) {
    const start = drawing.node("Start");
    let last = drawing.node("Add One");
    for (let i = 1; i < n; i++) {
      const node = i < n - 1 ? drawing.node("Add One") : drawing.node("Last Add One", result);
      drawing.wire(last, "value", node, "value");
      last = node;
    }
    drawing.wire(start, "trigger", last, "trigger");
  },
  fan(drawing, n) {
    const source = drawing.node("First Add One");
    const all = drawing.node("Last Sum", result);
    for (let i = 2; i < n; i++) {
      const node = drawing.node("Add One");
      drawing.wire(source, "value", node, "value");
      drawing.wire(node, "value", all, "value");
    }
    drawing.wire(source, "trigger", all, "trigger");
  },
  diamond(drawing, n) {
    const source = drawing.node("First Add One");
    let last = source;
    for (let i = 1; i <= diamonds(n); i++) {
      const join = i < diamonds(n) ? drawing.node("Largest") : drawing.node("Last Largest", result);
      for (const side of [drawing.node("Add One"), drawing.node("Add One")]) {
        drawing.wire(last, "value", side, "value");
        drawing.wire(side, "value", join, "value");
      }
      last = join;
    }
    drawing.wire(source, "trigger", last, "trigger");
  },
  loop(drawing, n) {
    const count = drawing.node("First Count");
    const below = drawing.node("Below", { ...result, bound: Math.floor(n / 2) });
    drawing.step(count, below);
    drawing.wire(below, "again", count, "trigger");
  },
};

export function documentOf(shape: Shape, n: number): SpellDocument {
  const drawing = new Drawing();
  draw[shape](drawing, n);
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
  const { clock, components, services, sandbox, after } = shared;
  const ports: EnginePorts = { journal: kept ?? nowhere, clock, components, services, sandbox, after };
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
