/** What components do, said again in as few words as their help says it. */
import type { Json, JsonObject } from "../../../src/protocol/values.ts";
import type { ReferenceNode } from "./drawing.ts";

export interface Situation {
  readonly node: ReferenceNode;
  readonly nodeId: string;
  readonly visit: string;
  /** The socket by which the trigger came. */
  readonly trigger: string | undefined;
  readonly state: JsonObject;
  values(socket: string): (Json | undefined)[];
  given(name: string): Json | undefined;
}

export interface Doing {
  outputs?: Record<string, Json | undefined>;
  fired?: string[];
  state?: JsonObject;
  /** Of a loop, what each iteration sees. */
  items?: JsonObject[];
}

export type Behaviour = (situation: Situation) => Doing;

/** @throws Error for what fails the node */
export class NodeFails extends Error {}

const first = (s: Situation, socket: string) => s.values(socket)[0];
const required = (s: Situation, socket: string): Json => {
  const value = first(s, socket);
  if (value === undefined) throw new NodeFails("missing_input");
  return value;
};
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const labelOf = (sockets: readonly { name: string; label?: string | undefined }[], socket: string) =>
  sockets.find(({ name }) => name === socket)?.label ?? socket;

const range: Behaviour = (s) => {
  const number = (socket: string) => Number(first(s, socket) ?? s.node.data[socket]);
  const [start, end, value] = [number("startNumber"), number("endNumber"), number("input")];
  if ([start, end, value].some(Number.isNaN)) throw new NodeFails("node_failed");
  return { fired: [value >= Math.min(start, end) && value <= Math.max(start, end) ? "true" : "false"] };
};

export const catalogueBehaviours: Record<string, Behaviour> = {
  "Trigger In": () => ({}),
  "Trigger Out": () => ({}),
  "Or Gate": () => ({}),
  "Wait For All": () => ({}),
  "Universal Input": (s) => {
    if (s.node.data.useDefault === true && s.node.data.defaultValue !== undefined)
      return { outputs: { output: s.node.data.defaultValue } };
    const value = s.given(s.node.name) ?? s.node.data.text;
    if (value === undefined) throw new NodeFails("missing_input");
    return { outputs: { output: value } };
  },
  Output: (s) => ({ outputs: { output: first(s, "input") } }),
  Echo: (s) => ({
    outputs: {
      output: first(s, s.node.reads.some(([socket]) => socket === "source") ? "source" : "string"),
    },
  }),
  "Boolean Gate": (s) => ({ fired: [required(s, "boolean") ? "true" : "false"] }),
  Switch: (s) => {
    const value = required(s, "input");
    const match = s.node.outputs.find(
      (socket) => socket.type === "trigger" && labelOf(s.node.outputs, socket.name) === value,
    );
    return { fired: [match?.name ?? "default"] };
  },
  "In Range": range,
  "Exclusive Gate": (s) => {
    const stem = s.trigger?.replace("trigger", "").trim() ?? "";
    const sockets = s.node.reads.map(([socket]) => socket);
    const socket =
      sockets.find((name) => name === `${stem} data`) ?? sockets.find((name) => name.includes(stem));
    return { outputs: { output: socket === undefined ? undefined : first(s, socket) } };
  },
  ForEach: (s) => {
    const list = first(s, "array");
    if (!Array.isArray(list)) throw new NodeFails("node_failed");
    return { items: list.map((element, index) => ({ element, index })) };
  },
  "Join List": (s) => {
    const list = first(s, "list");
    if (!Array.isArray(list)) throw new NodeFails("node_failed");
    const text = (value: Json): string =>
      value === null
        ? ""
        : typeof value !== "object"
          ? String(value)
          : Array.isArray(value)
            ? value.map(text).join()
            : "[object Object]";
    const { separator } = s.node.data;
    return { outputs: { text: list.map(text).join(typeof separator === "string" ? separator : " ") } };
  },
  "State Read": (s) => ({
    outputs: Object.fromEntries(
      s.node.outputs.map(({ name, label }) => [
        name,
        Object.hasOwn(s.state, name)
          ? s.state[name]
          : Object.hasOwn(s.state, label ?? name)
            ? s.state[label ?? name]
            : undefined,
      ]),
    ),
  }),
  "State Write": (s) => {
    const state: JsonObject = {};
    for (const [socket] of s.node.reads) {
      const value = first(s, socket);
      const key = labelOf(s.node.inputs, socket);
      const present = Object.hasOwn(s.state, key) ? s.state[key] : undefined;
      if (value === undefined) continue;
      if (Array.isArray(present)) state[key] = [...present, value];
      else if (isObject(present) && isObject(value)) state[key] = { ...present, ...value };
      else state[key] = value;
    }
    return { state };
  },
};
