/**
 * behave-graph's functions, computed by the package itself: each component is made of the package's own description of its
 * node, so its sockets, defaults and results are the original's. Values go in and come out as plain JSON
 * (`graph/behave-values.ts`). What the package left unfinished or got wrong is in `function-repairs.ts`.
 */
import {
  FunctionNode,
  Graph,
  Registry,
  registerCoreProfile,
  registerSceneProfile,
  type Node,
  type Socket,
  Vec2,
  Vec3,
  Vec4,
} from "@behave-graph/core";
import { integerJson, maxDigits, numberJson, readFloat, readInteger } from "../../graph/behave-values.ts";
import type { NodeOutcome } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { checkLength } from "../bounds.ts";
import type { CatalogueEntry } from "../define.ts";
import { failed } from "../inputs.ts";
import { type BehaveCall, behaveComponent, type SocketSpecs } from "./behave-component.ts";
import { functionRepairs } from "./function-repairs.ts";
import { helpOfFunction } from "./function-help.ts";

const registry = registerSceneProfile(registerCoreProfile(new Registry()));

/** Those that reach for a scene, the state or the clock have components of their own. */
const isOwn = (name: string): boolean =>
  name.startsWith("scene/") || name === "variable/get" || name === "time/now";

function functionNodes(): FunctionNode[] {
  const graph = new Graph(registry);
  return registry.nodes
    .getAllNames()
    .filter((name) => !isOwn(name))
    .map((name): Node => graph.createNode(name, name))
    .filter((node) => node instanceof FunctionNode);
}

export const functionComponents: CatalogueEntry[] = functionNodes().map(componentOf);

function componentOf(node: FunctionNode): CatalogueEntry {
  const name = node.id;
  const defaults = new Map(
    node.inputs.map((socket) => [socket, fromPackage(socket.valueTypeName, socket.value)]),
  );
  const inputs: SocketSpecs = Object.fromEntries(
    node.inputs.map((socket) => [
      socket.name,
      {
        type: socket.valueTypeName,
        default: defaults.get(socket) as Json,
        ...(socket.valueChoices.length === 0 ? {} : { choices: socket.valueChoices as string[] }),
      },
    ]),
  );
  const outputs: SocketSpecs = Object.fromEntries(
    node.outputs.map((socket) => [socket.name, socket.valueTypeName]),
  );
  const repair = functionRepairs[name];
  return behaveComponent({
    name,
    category: name.startsWith("logic/") ? "Behave/Text" : "Behave/Math",
    help: helpOfFunction(name),
    in: inputs,
    out: outputs,
    run: (call) => (repair === undefined ? computed(call, node) : { outputs: repair(call) }),
  });
}

/** The node is shared by all visits: none waits between giving it its inputs and taking its outputs. */
function computed(call: BehaveCall, node: FunctionNode): NodeOutcome {
  for (const socket of node.inputs) socket.value = toPackage(socket.valueTypeName, call.value(socket.name));
  try {
    node.exec(node);
    return { outputs: resultOf(call, node.outputs) };
  } catch (thrown) {
    if (thrown instanceof SpellError) throw thrown;
    throw failed(call.context, `${thrown instanceof Error ? thrown.message : String(thrown)}.`);
  }
}

function resultOf(call: BehaveCall, sockets: readonly Socket[]): JsonObject {
  const entries = sockets.map(({ name, valueTypeName, value }): [string, Json] => {
    const result = fromPackage(valueTypeName, value);
    if (typeof result === "string") checkLength(call.context, result.length);
    if (valueTypeName === "integer" && typeof result === "string" && result.length > maxDigits)
      throw failed(call.context, `the result has more than ${maxDigits} digits. Look for a loop.`);
    return [name, result];
  });
  return Object.fromEntries(entries);
}

type Axes = { x: Json; y: Json; z: Json; w: Json };
const axis = (value: Json): number => readFloat(value) ?? 0;

/** A value as the package computes with it. */
function toPackage(type: string, value: Json): unknown {
  const { x, y, z, w } = value as Axes;
  switch (type) {
    case "integer":
      return readInteger(value);
    case "float":
      return readFloat(value);
    case "vec2":
      return new Vec2(axis(x), axis(y));
    case "vec3":
    case "color":
    case "euler":
      return new Vec3(axis(x), axis(y), axis(z));
    case "vec4":
    case "quat":
      return new Vec4(axis(x), axis(y), axis(z), axis(w));
    case "mat3":
    case "mat4":
      return registry.values.get(type).deserialize((value as Json[]).map(axis));
    default:
      return value;
  }
}

function fromPackage(type: string, value: unknown): Json {
  // What the package makes of a number, a vector or a matrix as text is not always a text yet.
  if (type === "string") return String(value);
  if (typeof value === "bigint") return integerJson(value);
  if (typeof value === "number") return numberJson(value);
  if (typeof value !== "object" || value === null) return Boolean(value);
  if ("elements" in value) return (value.elements as unknown[]).map(partJson);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, partJson(part)]));
}

/** A text of too few numbers leaves parts of its vector out. */
function partJson(part: unknown): Json {
  if (typeof part === "number") return numberJson(part);
  throw new TypeError("There are too few numbers");
}
