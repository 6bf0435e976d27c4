/** @behave-graph/core: one flow through nodes that read each other's numbers, with listeners that record, or with none. */
import {
  Engine,
  type Fiber,
  FlowNode,
  type Graph,
  type GraphJSON,
  FunctionDesc,
  ManualLifecycleEventEmitter,
  type Node,
  type NodeConfiguration,
  NodeDescription2,
  type NodeJSON,
  readGraphFromJSON,
  registerCoreProfile,
  Registry,
  Socket,
} from "@behave-graph/core";
import { diamonds, type Loaded, type Peer, type Shape } from "./peer.ts";

const flow = (name = "flow"): Socket => new Socket("flow", name);
const float = (name = "value"): Socket => new Socket("float", name);

/** A flow node: what it gives is its number plus one, unless `execute` says otherwise. */
class Work extends FlowNode {
  readonly #execute: (node: Work, fiber: Fiber, socket: string) => void;

  constructor(
    description: NodeDescription2,
    graph: Graph,
    sockets: { inputs: Socket[]; outputs?: Socket[]; configuration?: NodeConfiguration },
    execute: (node: Work, fiber: Fiber, socket: string) => void,
  ) {
    const { inputs, outputs = [flow(), float()], configuration = {} } = sockets;
    super(description, graph, inputs, outputs, configuration);
    this.#execute = execute;
  }

  override triggered(fiber: Fiber, socket: string): void {
    this.#execute(this, fiber, socket);
  }
}

function describe(
  typeName: string,
  sockets: (configuration: NodeConfiguration) => { inputs: Socket[]; outputs?: Socket[] },
  execute: (node: Work, fiber: Fiber, socket: string) => void,
): NodeDescription2 {
  const found: NodeDescription2 = new NodeDescription2({
    typeName,
    category: "Logic",
    factory: (_, graph, configuration) =>
      new Work(found, graph, { ...sockets(configuration), configuration }, execute),
  });
  return found;
}

const descriptions = [
  describe(
    "bench/add",
    () => ({ inputs: [flow(), float()] }),
    (node, fiber) => {
      node.writeOutput("value", node.readInput<number>("value") + 1);
      fiber.commit(node, "flow");
    },
  ),
  describe(
    "bench/largest",
    () => ({ inputs: [flow(), float("a"), float("b")] }),
    (node, fiber) => {
      node.writeOutput("value", Math.max(node.readInput<number>("a"), node.readInput<number>("b")) + 1);
      fiber.commit(node, "flow");
    },
  ),
  describe(
    "bench/sum",
    ({ count }) => ({
      inputs: [flow(), ...Array.from({ length: count as number }, (_, i) => float(`${i}`))],
    }),
    (node, fiber) => {
      // By the sockets themselves: `readInput` would look for each from the first on.
      let sum = 0;
      for (const socket of node.inputs) if (socket.valueTypeName === "float") sum += socket.value as number;
      node.writeOutput("value", sum);
      fiber.commit(node, "flow");
    },
  ),
  describe(
    "bench/count",
    () => ({ inputs: [flow(), flow("again")] }),
    (node, fiber, socket) => {
      const last = socket === "again" ? (node.outputs[1]?.value as number) : 0;
      node.writeOutput("value", last + 1);
      fiber.commit(node, "flow");
    },
  ),
  describe(
    "bench/below",
    () => ({ inputs: [flow(), float()], outputs: [flow("again"), flow("done")] }),
    (node, fiber) =>
      fiber.commit(
        node,
        node.readInput<number>("value") < (node.configuration.bound as number) ? "again" : "done",
      ),
  ),
  new FunctionDesc({
    name: "bench/plusOne",
    in: [{ value: "float" }],
    out: [{ value: "float" }],
    exec: (value: number) => ({ value: value + 1 }),
  }),
];

const linked = (nodeId: string, socket = "value"): { link: { nodeId: string; socket: string } } => ({
  link: { nodeId, socket },
});
const flowsTo = (nodeId: string, socket = "flow"): NonNullable<NodeJSON["flows"]> => ({
  flow: { nodeId, socket },
});

/** Draws nodes in one flow, each behind the last. */
class Drawing {
  #last: NodeJSON = { type: "lifecycle/onStart", id: "start" };
  readonly nodes = [this.#last];

  flowing(type: string, rest: Partial<NodeJSON> = {}): string {
    const node = { type, ...rest, id: String(this.nodes.length) };
    this.#last.flows = flowsTo(node.id);
    this.nodes.push((this.#last = node));
    return node.id;
  }

  reading(type: string, from: string | undefined): string {
    const id = String(this.nodes.length);
    this.nodes.push({ type, id, ...(from === undefined ? {} : { parameters: { value: linked(from) } }) });
    return id;
  }
}

function draw(shape: Shape, n: number): { graph: GraphJSON; result: string } {
  const drawing = new Drawing();
  let last: string | undefined;
  const after = (from: string | undefined) =>
    from === undefined ? {} : { parameters: { value: linked(from) } };
  if (shape === "chain") for (let i = 0; i < n; i++) last = drawing.flowing("bench/add", after(last));
  else if (shape === "data") {
    for (let i = 0; i < n; i++) last = drawing.reading("bench/plusOne", last);
    last = drawing.flowing("bench/sum", {
      configuration: { count: 1 },
      parameters: { 0: linked(last ?? "") },
    });
  } else if (shape === "fan") {
    const source = drawing.flowing("bench/add");
    const parameters: NonNullable<NodeJSON["parameters"]> = {};
    for (let i = 0; i < n - 2; i++) parameters[i] = linked(drawing.reading("bench/plusOne", source));
    last = drawing.flowing("bench/sum", { configuration: { count: n - 2 }, parameters });
  } else if (shape === "diamond") {
    last = drawing.flowing("bench/add");
    for (let i = 0; i < diamonds(n); i++) {
      const a = drawing.flowing("bench/add", after(last));
      const b = drawing.flowing("bench/add", after(last));
      last = drawing.flowing("bench/largest", { parameters: { a: linked(a), b: linked(b) } });
    }
  } else {
    last = drawing.flowing("bench/count");
    const bound = Math.floor(n / 2);
    drawing.flowing("bench/below", { configuration: { bound }, ...after(last) });
    (drawing.nodes.at(-1) as NodeJSON).flows = { again: { nodeId: last, socket: "again" } };
  }
  return { graph: { nodes: drawing.nodes }, result: last ?? "" };
}

/** Sockets hold the latest value alone, so what a visit gave is copied. */
function outputsOf(node: Node): Record<string, unknown> {
  const outputs: Record<string, unknown> = {};
  for (const { name, value, valueTypeName } of node.outputs)
    if (valueTypeName !== "flow") outputs[name] = value;
  return outputs;
}

const behave = (name: string, recordsNodes: boolean): Peer => ({
  name,
  package: "@behave-graph/core",
  ...(recordsNodes ? {} : { isBare: true as const, triedAs: "behave-graph" }),
  build: draw,
  load(built): Loaded {
    const { graph: json, result } = built as ReturnType<typeof draw>;
    const lifecycle = new ManualLifecycleEventEmitter();
    const registry = registerCoreProfile(new Registry(), undefined, lifecycle);
    registry.nodes.register(...descriptions);
    const graph = readGraphFromJSON(json, registry);
    const engine = new Engine(graph);
    let events: unknown[] = [];
    if (recordsNodes) {
      engine.onNodeExecutionStart.addListener(({ id }) => events.push({ type: "node.started", nodeId: id }));
      engine.onNodeExecutionEnd.addListener((node) =>
        events.push({ type: "node.completed", nodeId: node.id, outputs: outputsOf(node) }),
      );
    }
    const output = graph.nodes[result]?.outputs.find((socket) => socket.name === "value");
    return {
      run() {
        events = [];
        lifecycle.startEvent.emit();
        engine.executeAllSync();
        return { value: output?.value as number, events };
      },
    };
  },
});

export const behaveGraph = behave("behave-graph", true);
export const behaveGraphBare = behave("behave-graph, no listeners", false);
