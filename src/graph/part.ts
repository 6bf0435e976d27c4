/** One node as drawn with what its component says of it, and the plan's node that comes of both before it is wired. */
import type { PlanNode } from "../protocol/plan.ts";
import type { SpellNode } from "../protocol/spell.ts";
import { type Catalogue, type ComponentShape, type ComponentSocket, socketsOf } from "./catalogue.ts";

export interface Part {
  drawn: SpellNode;
  shape: ComponentShape | undefined;
  inputs: Map<string, ComponentSocket>;
  outputs: Map<string, ComponentSocket>;
}

/** Edges are many and a node may have thousands of sockets, so nothing here is looked for in a list. */
const byName = (sockets: readonly ComponentSocket[]): Map<string, ComponentSocket> =>
  new Map(sockets.map((socket) => [socket.name, socket]));

/** The sockets of a component as it comes, which most nodes have: one map for them all. */
const ofShape = new WeakMap<readonly ComponentSocket[], Map<string, ComponentSocket>>();

function socketMap(
  shape: readonly ComponentSocket[] | undefined,
  added: readonly ComponentSocket[] | undefined,
): Map<string, ComponentSocket> {
  if (shape === undefined || (added !== undefined && added.length > 0))
    return byName(socketsOf(shape ?? [], added));
  let known = ofShape.get(shape);
  if (known === undefined) ofShape.set(shape, (known = byName(shape)));
  return known;
}

export function partOf(drawn: SpellNode, catalogue: Catalogue): Part {
  const shape = catalogue.find(drawn.component);
  return {
    drawn,
    shape,
    inputs: socketMap(shape?.inputs, drawn.inputs),
    outputs: socketMap(shape?.outputs, drawn.outputs),
  };
}

/** What nodes with these output sockets have in common: made once for all that have them as their component says. */
interface Gives {
  triggers: string[];
  outs: PlanNode["outs"];
  exitLabels: NonNullable<PlanNode["exitLabels"]>;
}
const givenBy = new WeakMap<Part["outputs"], Gives>();

function gives(outputs: Part["outputs"]): Gives {
  let known = givenBy.get(outputs);
  if (known !== undefined) return known;
  known = { triggers: [], outs: [], exitLabels: [] };
  for (const { name, type, label } of outputs.values()) {
    if (type !== "trigger") known.outs.push([label ?? name, name]);
    else {
      known.triggers.push(name);
      if (label !== undefined) known.exitLabels.push([name, label]);
    }
  }
  givenBy.set(outputs, known);
  return known;
}

/** @param isFibers where flows are fibers, a node with triggers is never evaluated for its data alone */
export function emptyNode(id: string, part: Part, isFibers: boolean): PlanNode {
  const { drawn, shape } = part;
  const { triggers, outs, exitLabels } = gives(part.outputs);
  const node: PlanNode = {
    id,
    component: shape?.name ?? drawn.component,
    data: drawn.data,
    inputs: [],
    next: triggers.map((name): PlanNode["next"][number] => [name, []]),
    outs,
  };
  let hasTriggers = triggers.length > 0;
  for (const { name, type, label } of part.inputs.values()) {
    if (type === "trigger") hasTriggers = true;
    else if (label !== undefined) (node.labels ??= []).push([name, label]);
  }
  for (const { name, default: value } of drawn.inputs ?? [])
    if (value !== undefined && part.inputs.get(name)?.type !== "trigger")
      (node.defaults ??= []).push([name, value]);
  if (exitLabels.length > 0) node.exitLabels = exitLabels;
  if (shape === undefined) return node;
  if (shape.role !== undefined) {
    node.role = shape.role;
    const name = publicName(id, part);
    if (name !== undefined) node.name = name;
  }
  if (shape.role === "trigger" || shape.role === "source" || (isFibers && hasTriggers)) node.triggered = true;
  if (shape.single) node.single = true;
  if (shape.volatile) node.volatile = true;
  if (shape.remembers) node.remembers = true;
  if (shape.detached) node.detached = true;
  if (shape.collects) node.collects = true;
  if (shape.event) node.event = true;
  if (shape.each !== undefined) node.each = [...shape.each];
  return node;
}

function publicName(id: string, { drawn, shape }: Part): string | undefined {
  const { name } = drawn.data;
  if (typeof name === "string" && name !== "") return name;
  return shape?.role === "input" || shape?.role === "output" ? `${shape.role}-${id}` : undefined;
}
