/**
 * rete-engine: dataflow where graphs are pulled. Where triggers spread, control flow, whose nodes fetch their numbers by dataflow,
 * as its guide has it; or control flow alone. It tells of no nodes, so they record themselves.
 */
import { ClassicPreset, type GetSchemes, NodeEditor } from "rete";
import { ControlFlowEngine, DataflowEngine } from "rete-engine";
import { diamonds, type Loaded, type Peer, type Shape } from "./peer.ts";

type Numbers = Record<string, number[] | undefined>;

/** What a run leaves, and how its nodes tell that it is over. */
interface Tape {
  value: number;
  events: unknown[];
  dataflow: DataflowEngine<Schemes> | undefined;
  done: () => void;
}

const socket = new ClassicPreset.Socket("socket");

abstract class Base extends ClassicPreset.Node {
  readonly tape: Tape;

  constructor(tape: Tape, inputs: readonly string[], outputs: readonly string[]) {
    super("bench");
    this.tape = tape;
    for (const name of inputs) this.addInput(name, new ClassicPreset.Input(socket, undefined, true));
    for (const name of outputs) this.addOutput(name, new ClassicPreset.Output(socket));
  }

  started(): void {
    this.tape.events.push({ type: "node.started", nodeId: this.id });
  }

  completed(outputs: Record<string, unknown>): void {
    this.tape.events.push({ type: "node.completed", nodeId: this.id, outputs });
  }

  abstract data(inputs: Numbers): Record<string, unknown>;
  abstract execute(input: string, forward: (output: string) => void): unknown;
}

/** Evaluated for its data. */
class Pulled extends Base {
  readonly #combine: (values: number[]) => number;

  constructor(tape: Tape, combine: (values: number[]) => number) {
    super(tape, ["value"], ["value"]);
    this.#combine = combine;
  }

  override data({ value = [] }: Numbers): Record<string, unknown> {
    this.started();
    const outputs = { value: this.#combine(value) };
    this.completed(outputs);
    return outputs;
  }

  override execute(): void {}
}

/** Triggered: adds one to the number that it fetches, or to its own of the turn before. */
class Pushed extends Base {
  readonly #counts: boolean;
  #value = 0;

  constructor(tape: Tape, counts: boolean) {
    super(tape, ["trigger", "value"], ["trigger", "value"]);
    this.#counts = counts;
  }

  override data(): Record<string, unknown> {
    return { value: this.#value };
  }

  restart(): void {
    this.#value = 0;
  }

  override async execute(_input: string, forward: (output: string) => void): Promise<void> {
    this.started();
    const { dataflow } = this.tape;
    if (this.#counts) dataflow?.reset(this.id);
    const last = this.#counts ? this.#value : await fetched(this, 0);
    this.#value = last + 1;
    this.completed({ value: this.#value });
    forward("trigger");
  }
}

/** Goes round while the number is below its bound. */
class Below extends Base {
  readonly #bound: number;

  constructor(tape: Tape, bound: number) {
    super(tape, ["trigger", "value"], ["trigger", "done"]);
    this.#bound = bound;
  }

  override data(): Record<string, unknown> {
    return {};
  }

  override async execute(_input: string, forward: (output: string) => void): Promise<void> {
    this.started();
    const value = await fetched(this, 0);
    this.completed({});
    forward(value < this.#bound ? "trigger" : "done");
  }
}

class End extends Base {
  constructor(tape: Tape) {
    super(tape, ["trigger", "value"], []);
  }

  override data(): Record<string, unknown> {
    return {};
  }

  override async execute(): Promise<void> {
    this.tape.value = await fetched(this, 0);
    this.tape.done();
  }
}

/** Control flow alone carries no numbers: the run has one, which its nodes count up in silence. */
class Alone extends Base {
  readonly #bound: number | undefined;

  constructor(tape: Tape, bound: number | undefined) {
    super(tape, ["trigger"], ["trigger"]);
    this.#bound = bound;
  }

  override data(): Record<string, unknown> {
    return {};
  }

  override execute(_input: string, forward: (output: string) => void): void {
    if (this.#bound === undefined) this.tape.value += 1;
    else if (this.tape.value >= this.#bound) return;
    forward("trigger");
  }
}

const addOne = ([value = 0]: number[]): number => value + 1;
const largest = (values: number[]): number => Math.max(...values) + 1;
const addUp = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

async function fetched({ tape, id }: Base, missing: number): Promise<number> {
  const inputs = (await tape.dataflow?.fetchInputs(id)) as Numbers | undefined;
  return inputs?.value?.[0] ?? missing;
}

type Wire = ClassicPreset.Connection<ClassicPreset.Node, ClassicPreset.Node>;
type Schemes = GetSchemes<Base, Wire>;

/** Nodes by kind, and which stands before which, by which outputs and inputs. */
interface Drawn {
  isPushed: boolean;
  nodes: ("pulled" | "largest" | "sum" | "pushed" | "count" | "end" | { bound: number })[];
  edges: [from: number, output: string, to: number, input: string][];
}

function draw(shape: Shape, n: number): Drawn {
  const isPushed = shape === "chain" || shape === "loop";
  const drawn: Drawn = { isPushed, nodes: [], edges: [] };
  const add = (kind: Drawn["nodes"][number], ...from: number[]): number => {
    const index = drawn.nodes.push(kind) - 1;
    for (const source of from)
      for (const name of isPushed ? ["trigger", "value"] : ["value"])
        drawn.edges.push([source, name, index, name]);
    return index;
  };
  if (shape === "loop") {
    const count = add("count");
    const below = add({ bound: Math.floor(n / 2) }, count);
    drawn.edges.push([below, "trigger", count, "trigger"]);
    const end = add("end");
    drawn.edges.push([below, "done", end, "trigger"], [count, "value", end, "value"]);
  } else if (shape === "chain") {
    let last = add("pushed");
    for (let i = 1; i < n; i++) last = add("pushed", last);
    add("end", last);
  } else if (shape === "fan") {
    const source = add("pulled");
    add("sum", ...Array.from({ length: n - 2 }, () => add("pulled", source)));
  } else {
    let last = add("pulled");
    if (shape === "data") for (let i = 1; i < n; i++) last = add("pulled", last);
    else
      for (let i = 0; i < diamonds(n); i++) last = add("largest", add("pulled", last), add("pulled", last));
  }
  return drawn;
}

function make(kind: Drawn["nodes"][number], tape: Tape): Base {
  if (typeof kind === "object") return new Below(tape, kind.bound);
  if (kind === "end") return new End(tape);
  if (kind === "pushed" || kind === "count") return new Pushed(tape, kind === "count");
  return new Pulled(tape, kind === "pulled" ? addOne : kind === "sum" ? addUp : largest);
}

const newTape = (): Tape => ({ value: 0, events: [], dataflow: undefined, done: () => {} });
const isControl = (name: string): boolean => name === "trigger" || name === "done";

async function fill(editor: NodeEditor<Schemes>, nodes: readonly Base[], edges: Drawn["edges"]) {
  for (const node of nodes) await editor.addNode(node);
  for (const [from, output, to, input] of edges) {
    const [source, target] = [nodes[from], nodes[to]];
    if (source === undefined || target === undefined) continue;
    const wire: Wire = new ClassicPreset.Connection<ClassicPreset.Node, ClassicPreset.Node>(
      source,
      output,
      target,
      input,
    );
    await editor.addConnection(wire);
  }
}

export const reteEngine: Peer = {
  name: "rete-engine",
  package: "rete-engine",
  build: draw,
  async load(built): Promise<Loaded> {
    const { isPushed, nodes, edges } = built as Drawn;
    const tape = newTape();
    const editor = new NodeEditor<Schemes>();
    const control = new ControlFlowEngine<Schemes>(({ inputs, outputs }) => ({
      inputs: () => Object.keys(inputs).filter(isControl),
      outputs: () => Object.keys(outputs).filter(isControl),
    }));
    const dataflow = new DataflowEngine<Schemes>(({ inputs, outputs }) => ({
      inputs: () => Object.keys(inputs).filter((name) => !isControl(name)),
      outputs: () => Object.keys(outputs).filter((name) => !isControl(name)),
    }));
    tape.dataflow = dataflow;
    if (isPushed) editor.use(control);
    editor.use(dataflow);
    const made = nodes.map((kind) => make(kind, tape));
    await fill(editor, made, edges);
    const [first, last] = [made[0], made.at(-1)];
    return {
      async run() {
        tape.events = [];
        dataflow.reset();
        if (!isPushed) {
          const { value } = await dataflow.fetch(last?.id ?? "");
          return { value: value as number, events: tape.events };
        }
        if (first instanceof Pushed) first.restart();
        const { promise, resolve } = Promise.withResolvers<void>();
        tape.done = resolve;
        control.execute(first?.id ?? "");
        await promise;
        return { value: tape.value, events: tape.events };
      },
    };
  },
};

export const reteEngineBare: Peer = {
  name: "rete-engine, control flow alone",
  package: "rete-engine",
  isBare: true,
  lacks: (shape) => (shape === "chain" || shape === "loop" ? undefined : "carries no data"),
  build: draw,
  async load(built): Promise<Loaded> {
    const { nodes, edges } = built as Drawn;
    const tape = newTape();
    const editor = new NodeEditor<Schemes>();
    const control = new ControlFlowEngine<Schemes>();
    editor.use(control);
    const made = nodes
      .filter((kind) => kind !== "end")
      .map((kind) => new Alone(tape, typeof kind === "object" ? kind.bound : undefined));
    const triggers = edges.filter(([, output, to]) => output === "trigger" && to < made.length);
    await fill(editor, made, triggers);
    const first = made[0]?.id ?? "";
    return {
      run() {
        tape.value = 0;
        control.execute(first);
        return { value: tape.value, events: tape.events };
      },
    };
  },
};
