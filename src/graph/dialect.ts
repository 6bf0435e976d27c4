/** What the years called differently: sockets and components whose name alone does not say what they are. */
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { addedKey, addedWritten, farEnd, type Side, socketsWritten } from "./rete-graph.ts";

/** Components of June and July 2021, when the trigger was a socket called `data`. */
const ofPrototype = new Set([
  "Action Type Classifier",
  "Alert",
  "Boolean Gate",
  "Boolean Passthrough",
  "Code",
  "Console Input",
  "Console Print",
  "Difficulty Detector",
  "Enki Task",
  "Entity Detector",
  "ForEach",
  "Generator",
  "Input with run",
  "Item Detector",
  "JS String Processor",
  "Join List",
  "Playtest Input",
  "Playtest Print",
  "Print",
  "Safety Verifier",
  "State Read",
  "State Write",
  "State sRead",
  "Switch",
  "Tense Transformer",
  "Time Detector",
]);

/** Sockets by index, of the components that stand in files with arrays of sockets. */
const byIndex: Record<string, Record<Side, readonly string[]>> = {
  Add: { inputs: ["num1", "num2"], outputs: ["num"] },
  Number: { inputs: [], outputs: ["num"] },
};

export class Dialect {
  readonly #nodes: ReadonlyMap<string, JsonObject>;
  readonly #isPrototype: boolean;
  /** Outputs of which the inputs of other nodes tell. */
  readonly #read = new Map<string, Set<string>>();

  /** @param nodes by the key under which each stands */
  constructor(nodes: ReadonlyMap<string, JsonObject>) {
    this.#nodes = nodes;
    this.#isPrototype = [...nodes.values()].some(isOfPrototype);
    for (const node of nodes.values())
      for (const { connections } of socketsWritten(node.inputs))
        for (const connection of Array.isArray(connections) ? connections : []) {
          const from = farEnd("inputs", connection);
          if (from === undefined) continue;
          const known = this.#read.get(from.node) ?? new Set();
          this.#read.set(from.node, known.add(from.socket));
        }
  }

  /** Triggers were called `data`. */
  get isPrototype(): boolean {
    return this.#isPrototype;
  }

  /** The component of a node: the name in the file, except where two components had the same. */
  component(key: string, name: string): string {
    return name === "Input" && this.#isConstant(key) ? "Input Field" : name;
  }

  /** The socket that a name in the file means. */
  socket(key: string, side: Side, name: string): string {
    const node = this.#nodes.get(key);
    if (node === undefined) return name;
    if (Array.isArray(node[side])) return ordinal(node, side, name) ?? name;
    if (this.#isPrototype && name === "data" && isTriggerOfPrototype(node, side)) return "trigger";
    // For some weeks of 2021 the value of an Output came in by `text`.
    if (side === "inputs" && node.name === "Output" && name === "text" && !has(node.inputs, "input"))
      return "input";
    if (side === "outputs" && node.name === "Module Trigger" && name === "name") return "trigger";
    return name;
  }

  /** Until 2021 `Input` was a text in a box; from 2023 on it is where a spell begins. */
  #isConstant(key: string): boolean {
    const node = this.#nodes.get(key);
    const sockets = new Set([
      ...socketsWritten(node?.outputs).map(({ socket }) => socket),
      ...(this.#read.get(key) ?? []),
    ]);
    if (sockets.has("trigger") || sockets.has("output")) return false;
    if (sockets.has("text")) return true;
    const data = isJsonObject(node?.data) ? node.data : {};
    return (
      data.text !== undefined &&
      data.name === undefined &&
      data.isInput === undefined &&
      data.socketKey === undefined
    );
  }
}

const has = (side: Json | undefined, socket: string): boolean =>
  isJsonObject(side) && Object.hasOwn(side, socket);

function ordinal(node: JsonObject, side: Side, name: string): string | undefined {
  const component = typeof node.name === "string" ? node.name : "";
  if (!Object.hasOwn(byIndex, component)) return undefined;
  return byIndex[component]?.[side][Number(name)];
}

const isOfPrototype = (node: JsonObject): boolean =>
  typeof node.name === "string" &&
  ofPrototype.has(node.name) &&
  (["inputs", "outputs"] as const).some(
    (side) => has(node[side], "data") && isTriggerOfPrototype(node, side),
  );

/** `data` is the trigger of a node that has no `trigger`, unless its author added it for a value. */
function isTriggerOfPrototype(node: JsonObject, side: Side): boolean {
  if (has(node.inputs, "trigger") || has(node.outputs, "trigger")) return false;
  const added = addedWritten(node, side);
  return !(Array.isArray(added) ? added : []).some(
    (entry) => addedKey(entry) === "data" && isJsonObject(entry) && entry.taskType === "output",
  );
}
