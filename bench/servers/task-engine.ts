/**
 * A graph run in process as the first servers of such graphs ran it: a task for each node, pushed by trigger, pulled by data, its
 * promise kept, so that it works once a run. Takes the native document and the five components that the benches use.
 */
import { VM, VMScript } from "vm2";

interface DrawnNode {
  component: string;
  data: { name?: string; code?: string };
}
export interface DrawnSpell {
  nodes: Record<string, DrawnNode>;
  edges: Record<string, { from: [string, string]; to: [string, string] }>;
}
type Values = Record<string, unknown>;

interface Step {
  id: string;
  node: DrawnNode;
  sources: { input: string; from: string; output: string }[];
  next: string[];
}
/** A spell with its wires sorted: made once, shared by all runs. */
export interface Graph {
  steps: ReadonlyMap<string, Step>;
  start: string;
}

export function load(spell: DrawnSpell): Graph {
  const steps = new Map<string, Step>(
    Object.entries(spell.nodes).map(([id, node]) => [id, { id, node, sources: [], next: [] }]),
  );
  let start = "";
  for (const [id, { component }] of Object.entries(spell.nodes)) if (component === "Trigger In") start = id;
  for (const { from, to } of Object.values(spell.edges))
    if (to[1] === "trigger") steps.get(from[0])?.next.push(to[0]);
    else steps.get(to[0])?.sources.push({ input: to[1], from: from[0], output: from[1] });
  return { steps, start };
}

/** Runs a graph. @param told of each node's outputs as they come */
export async function run(
  { steps, start }: Graph,
  inputs: Values,
  told: (nodeId: string, outputs: Values) => void,
): Promise<Values> {
  const outputs: Values = {};
  const done = new Map<string, Promise<Values>>();
  const stepOf = (id: string): Step => {
    const step = steps.get(id);
    if (step === undefined) throw new Error(`There is no node ${id}.`);
    return step;
  };
  const work = (id: string): Promise<Values> => {
    let promise = done.get(id);
    if (promise === undefined) done.set(id, (promise = perform(stepOf(id))));
    return promise;
  };
  const perform = async ({ id, node, sources }: Step): Promise<Values> => {
    const given: Values = {};
    await Promise.all(
      sources.map(async ({ input, from, output }) => {
        given[input] = (await work(from))[output];
      }),
    );
    const result = execute(node, given, inputs, outputs);
    told(id, result);
    return result;
  };
  const push = async (id: string): Promise<void> => {
    await work(id);
    await Promise.all(stepOf(id).next.map(push));
  };
  await push(start);
  return outputs;
}

function execute({ component, data }: DrawnNode, given: Values, inputs: Values, outputs: Values): Values {
  if (component === "Universal Input") return { output: inputs[data.name ?? ""] };
  if (component === "Echo") return { output: given.source };
  if (component === "Output") outputs[data.name ?? ""] = given.input;
  if (component !== "Code") return {};
  // As those servers did it: a sandbox a call, the inputs handed in frozen.
  const vm = new VM({ timeout: 1000 });
  vm.freeze(given, "input");
  return vm.run(scriptOf(data.code ?? "")) as Values;
}

const scripts = new Map<string, VMScript>();

/** Parsed once for all calls. */
function scriptOf(code: string): VMScript {
  const known = scripts.get(code);
  if (known !== undefined) return known;
  const script = new VMScript(`const copyFn = ${code}; copyFn(input, {}, {})`);
  scripts.set(code, script);
  return script;
}
