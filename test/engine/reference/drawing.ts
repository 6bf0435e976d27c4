/** A document as the rules speak of it: nodes with their wires, the order of loading, cycles of triggers. */
import {
  type Catalogue,
  type ComponentShape,
  type ComponentSocket,
  socketsOf,
} from "../../../src/graph/catalogue.ts";
import type { SpellDocument } from "../../../src/protocol/spell.ts";
import type { JsonObject } from "../../../src/protocol/values.ts";
import { type Cycle, cyclesOf } from "./cycles.ts";

export interface Wire {
  readonly id: string;
  readonly from: string;
  readonly output: string;
  readonly to: string;
  readonly input: string;
}

export interface ReferenceNode {
  readonly id: string;
  readonly shape: ComponentShape;
  readonly data: JsonObject;
  /** Public name of an input, output or trigger. */
  readonly name: string;
  readonly inputs: readonly ComponentSocket[];
  readonly outputs: readonly ComponentSocket[];
  /** Its data inputs that are connected, in the order of the sockets. */
  readonly reads: readonly (readonly [socket: string, wires: readonly Wire[]])[];
  /** Its trigger outputs in the order of the sockets, targets in load order. */
  readonly fires: readonly (readonly [socket: string, wires: readonly Wire[]])[];
  readonly triggeredBy: readonly Wire[];
  /** Do triggers lead to it from a start? */
  isReached: boolean;
  /** Cycles around it, the outermost first. */
  cycles: readonly Cycle[];
  readonly y: number;
}

export interface Drawing {
  readonly document: SpellDocument;
  readonly nodes: ReadonlyMap<string, ReferenceNode>;
  /** Ids, predecessors first. */
  readonly order: readonly string[];
}

export function drawingOf(document: SpellDocument, catalogue: Catalogue): Drawing {
  const ids = Object.keys(document.nodes);
  const shapeOf = (id: string): ComponentShape => {
    const shape = catalogue.find(document.nodes[id]?.component ?? "");
    if (shape === undefined) throw new Error(`The reference knows no ${document.nodes[id]?.component}.`);
    return shape;
  };
  const outputsOf = (id: string) => socketsOf(shapeOf(id).outputs, document.nodes[id]?.outputs);
  const wires: Wire[] = Object.entries(document.edges).map(([id, { from, to }]) => ({
    id,
    from: from[0],
    output: from[1],
    to: to[0],
    input: to[1],
  }));
  // Which wires are triggers is said by the output that they leave.
  const isTrigger = ({ from, output }: Wire) =>
    outputsOf(from).some(({ name, type }) => name === output && type === "trigger");
  const triggers = wires.filter(isTrigger);
  const order = loadOrder(ids, wires);
  const nodes = ids.map((id): ReferenceNode => {
    const { data, position, inputs: added } = document.nodes[id] as SpellDocument["nodes"][string];
    const inputs = socketsOf(shapeOf(id).inputs, added);
    const outputs = outputsOf(id);
    const incoming = wires.filter((wire) => wire.to === id && !isTrigger(wire));
    const sockets = new Set([...inputs.map(({ name }) => name), ...incoming.map(({ input }) => input)]);
    const place = (wire: Wire) => order.indexOf(wire.to);
    return {
      id,
      shape: shapeOf(id),
      data,
      name: typeof data.name === "string" ? data.name : "",
      inputs,
      outputs,
      reads: [...sockets].flatMap((socket) => {
        const own = incoming.filter(({ input }) => input === socket);
        return own.length === 0 ? [] : [[socket, own] as const];
      }),
      fires: outputs.flatMap(({ name, type }) =>
        type === "trigger"
          ? [
              [
                name,
                triggers
                  .filter((wire) => wire.from === id && wire.output === name)
                  .toSorted((a, b) => place(a) - place(b)),
              ] as const,
            ]
          : [],
      ),
      triggeredBy: triggers.filter((wire) => wire.to === id),
      isReached: false,
      cycles: [],
      y: position[1],
    };
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const starts = nodes.filter(({ shape }) => shape.role === "trigger").toSorted((a, b) => a.y - b.y);
  const reached = reachOrder(starts, byId);
  const rest = reachOrder(nodes, byId).filter((id) => !reached.includes(id));
  const cycles = cyclesOf(
    [...reached, ...rest],
    triggers.flatMap(({ from, to }) =>
      // What no start reaches enters nothing.
      reached.includes(from) || !reached.includes(to) ? [[from, to] as const] : [],
    ),
  );
  for (const node of nodes) node.isReached = reached.includes(node.id);
  for (const node of nodes)
    node.cycles = cycles.filter((cycle) => cycle.nodes.has(node.id)).toSorted((a, b) => a.depth - b.depth);
  return { document, nodes: byId, order };
}

/** Ids in the order in which triggers reach them, if all fire at once and nothing takes time. */
function reachOrder(starts: readonly ReferenceNode[], byId: ReadonlyMap<string, ReferenceNode>): string[] {
  const reached = new Set(starts.map(({ id }) => id));
  for (const id of reached)
    for (const [, wires] of byId.get(id)?.fires ?? []) for (const wire of wires) reached.add(wire.to);
  return [...reached];
}

/** Ids in their order, but each after those that lead to it. */
function loadOrder(ids: readonly string[], wires: readonly Wire[]): string[] {
  const loaded = new Set<string>();
  const entered = new Set<string>();
  const load = (id: string): void => {
    if (entered.has(id)) return;
    entered.add(id);
    for (const wire of wires) if (wire.to === id) load(wire.from);
    loaded.add(id);
  };
  ids.forEach(load);
  return [...loaded];
}
