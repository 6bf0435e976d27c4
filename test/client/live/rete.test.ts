/** Rete's own example graphs, by the real packages, with the server's results. */
import { NodeEditor, ClassicPreset, type GetSchemes, Scope } from "rete";
import { ControlFlowEngine, DataflowEngine } from "rete-engine";
import Rete1 from "rete1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../../client/lib/index.ts";
import { reteV1, reteV2 } from "../../../client/rete/index.ts";
import { type LiveServer, startLiveServer } from "../../helpers/live-server.ts";
import { reteExample } from "../../helpers/rete-example.ts";
import { reteSum } from "../../helpers/rete-sum.ts";

let server: LiveServer;
let connection: Connection;
beforeAll(async () => {
  server = await startLiveServer();
  const client = await server.client("rete");
  await client.spells.put("sum", reteSum);
  connection = client.connect("sum");
}, 120_000);
afterAll(async () => {
  connection.close();
  await server.close();
});

describe("Rete v1", () => {
  it("gives each worker the server's outputs, of components registered before and after", async () => {
    const seen: Record<string, unknown> = {};
    class NumberComponent extends Rete1.Component {
      constructor() {
        super("Number");
      }
      async builder(): Promise<void> {}
      worker(): void {
        throw new Error("It runs on the server.");
      }
    }
    class AddComponent extends NumberComponent {
      override name = "Add";
    }
    const engine = new Rete1.Engine("demo@0.1.0");
    engine.register(new NumberComponent());
    engine.use(reteV1, { connection });
    const add = new AddComponent();
    engine.register(add);
    const wrapped = add as unknown as { worker(...given: unknown[]): Promise<object> };
    const worker = wrapped.worker.bind(add);
    wrapped.worker = async (node, inputs, outputs) => {
      seen.inputs = inputs;
      seen.outputs = await worker(node, inputs, outputs);
      return {};
    };
    expect(await engine.process(reteExample as never)).toBe("success");
    expect(seen).toMatchObject({ inputs: { num1: [2], num2: [40] }, outputs: { num: 42 } });
  });

  it("saves the graph before each run, where it is told to", async () => {
    const saved: unknown[] = [];
    const engine = new Rete1.Engine("demo@0.1.0");
    engine.use(reteV1, { connection, before: (graph) => void saved.push(graph) });
    for (const name of ["Number", "Add"]) {
      const component = { name, worker: () => {}, data: {}, engine: null };
      engine.register(component);
    }
    await engine.process(reteExample as never);
    await engine.process(reteExample as never);
    expect(saved).toEqual([reteExample, reteExample]);
  });
});

const socket = new ClassicPreset.Socket("any");

class Step extends ClassicPreset.Node {
  constructor(id: string, inputs: string[], outputs: string[]) {
    super(id);
    this.id = id;
    for (const name of inputs) this.addInput(name, new ClassicPreset.Input(socket));
    for (const name of outputs) this.addOutput(name, new ClassicPreset.Output(socket));
  }
  data(): Record<string, unknown> {
    throw new Error("It runs on the server.");
  }
  execute(_input: string, _forward: (output: string) => void): void {
    throw new Error("It runs on the server.");
  }
}
type Edge = ClassicPreset.Connection<ClassicPreset.Node, ClassicPreset.Node>;
const edge = (from: ClassicPreset.Node, output: string, to: ClassicPreset.Node, input: string): Edge =>
  new ClassicPreset.Connection(from, output, to, input);
type Schemes = GetSchemes<Step, Edge>;

describe("Rete v2", () => {
  it("gives data of the server's run to the dataflow engine, and of another run after a reset", async () => {
    const editor = new NodeEditor<Schemes>();
    const engine = new DataflowEngine<Schemes>();
    const runs: string[] = [];
    editor.use(engine);
    editor.use(reteV2(Scope, { connection, onRun: (run) => void run.runId.then((id) => runs.push(id)) }));
    const nodes = [
      new Step("1", [], ["num"]),
      new Step("2", [], ["num"]),
      new Step("3", ["num1", "num2"], ["num"]),
    ];
    for (const node of nodes) await editor.addNode(node);
    const [one, two, three] = nodes as [Step, Step, Step];
    await editor.addConnection(edge(one, "num", three, "num1"));
    await editor.addConnection(edge(two, "num", three, "num2"));
    expect(await engine.fetch("3")).toMatchObject({ num: 42 });
    expect(await engine.fetchInputs("3")).toEqual({ num1: [2], num2: [40] });
    expect(runs).toHaveLength(1);
    engine.reset();
    expect(await engine.fetch("3")).toMatchObject({ num: 42 });
    expect(new Set(runs).size).toBe(2);
  });

  it("fires in the control flow engine what was fired on the server", async () => {
    const editor = new NodeEditor<Schemes>();
    const engine = new ControlFlowEngine<Schemes>();
    editor.use(engine);
    editor.use(reteV2(Scope, { connection }));
    const start = new Step("s", [], ["trigger"]);
    const output = new Step("o", ["trigger"], []);
    await editor.addNode(start);
    await editor.addNode(output);
    await editor.addConnection(edge(start, "trigger", output, "trigger"));
    const reached = new Promise<string>((resolve) => {
      const execute = output.execute.bind(output);
      output.execute = (input, forward) => {
        resolve(input);
        execute(input, forward);
      };
    });
    engine.execute("s");
    expect(await reached).toBe("trigger");
  });
});
