/** A page with editors on Rete v1 and v2, each of which gains server runs by one `use()`. */
import { ClassicPreset, type GetSchemes, NodeEditor, Scope } from "rete";
import { DataflowEngine } from "rete-engine";
import Rete1 from "rete1";
import { SpellrunnerClient } from "../../client/lib/index.ts";
import { reteV1, reteV2 } from "../../client/rete/index.ts";
import { reteExample } from "../helpers/rete-example.ts";

const given = new URLSearchParams(location.hash.slice(1));
const client = new SpellrunnerClient({ url: given.get("url") ?? "", token: given.get("token") ?? "" });
const connection = client.connect("sum");

/** What each worker gave. */
async function runV1(): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  const engine = new Rete1.Engine("demo@0.1.0");
  engine.use(reteV1, { connection });
  for (const name of ["Number", "Add"]) {
    const component = {
      name,
      data: {},
      engine: null,
      worker: (): unknown => {
        throw new Error("It runs on the server.");
      },
    };
    engine.register(component);
    const worker = component.worker as unknown as (...all: unknown[]) => Promise<unknown>;
    Object.assign(component, {
      worker: async (node: { id: number }, ...rest: unknown[]) => {
        seen[node.id] = await worker(node, ...rest);
        return seen[node.id];
      },
    });
  }
  seen.result = await engine.process(reteExample as never);
  return seen;
}

class Step extends ClassicPreset.Node {
  constructor(id: string, inputs: string[], outputs: string[]) {
    super(id);
    this.id = id;
    const socket = new ClassicPreset.Socket("any");
    for (const name of inputs) this.addInput(name, new ClassicPreset.Input(socket));
    for (const name of outputs) this.addOutput(name, new ClassicPreset.Output(socket));
  }
  data(): Record<string, unknown> {
    throw new Error("It runs on the server.");
  }
  execute(): void {}
}
type Edge = ClassicPreset.Connection<ClassicPreset.Node, ClassicPreset.Node>;

async function runV2(): Promise<unknown> {
  const editor = new NodeEditor<GetSchemes<Step, Edge>>();
  const engine = new DataflowEngine<GetSchemes<Step, Edge>>();
  editor.use(engine);
  editor.use(reteV2(Scope, { connection }));
  const [one, two] = [new Step("1", [], ["num"]), new Step("2", [], ["num"])];
  const three = new Step("3", ["num1", "num2"], ["num"]);
  for (const node of [one, two, three]) await editor.addNode(node);
  await editor.addConnection(new ClassicPreset.Connection(one, "num", three, "num1") as Edge);
  await editor.addConnection(new ClassicPreset.Connection(two, "num", three, "num2") as Edge);
  return engine.fetch("3");
}

Object.assign(globalThis, { runV1, runV2 });
