/** Writes graphs as Rete 1 did, each wire at both of its ends, from a few lines. */
import type { JsonObject } from "../../src/protocol/values.ts";

export interface ReteNode {
  name: string;
  data?: JsonObject;
  at?: [number, number];
  /** Sockets that are there and not wired. */
  inputs?: string[];
  outputs?: string[];
}

type Connections = { connections: JsonObject[] };

/**
 * @param wires `10.trigger > 20.trigger`, one a line
 * @param greeting what the editor left with each wire
 */
export function reteGraph(
  nodes: Record<string, ReteNode>,
  wires: string,
  { greeting = {}, ...rest }: JsonObject = {},
): JsonObject & { nodes: Record<string, JsonObject> } {
  const sides = Object.entries(nodes).map(([key, { inputs = [], outputs = [] }]): [string, Sides] => [
    key,
    { inputs: unwired(inputs), outputs: unwired(outputs) },
  ]);
  const sidesOf = new Map(sides);
  const connect = (side: keyof Sides, [node, socket]: [string, string], connection: JsonObject): void => {
    const sockets = sidesOf.get(node)?.[side];
    if (sockets !== undefined) (sockets[socket] ??= { connections: [] }).connections.push(connection);
  };
  for (const line of wires.split("\n").map((text) => text.trim())) {
    if (line === "") continue;
    const [from, to] = line.split(">").map((text) => endOf(text.trim())) as [
      [string, string],
      [string, string],
    ];
    connect("outputs", from, { node: Number(to[0]), input: to[1], data: greeting });
    connect("inputs", to, { node: Number(from[0]), output: from[1], data: greeting });
  }
  const written = Object.entries(nodes).map(([key, node]): [string, JsonObject] => [
    key,
    {
      id: Number(key),
      data: node.data ?? {},
      inputs: sidesOf.get(key)?.inputs ?? {},
      outputs: sidesOf.get(key)?.outputs ?? {},
      position: node.at ?? [0, 0],
      name: node.name,
    },
  ]);
  return { id: "demo@0.1.0", nodes: Object.fromEntries(written), ...rest };
}

interface Sides {
  inputs: Record<string, Connections>;
  outputs: Record<string, Connections>;
}

const unwired = (sockets: readonly string[]): Record<string, Connections> =>
  Object.fromEntries(sockets.map((socket) => [socket, { connections: [] }]));

const endOf = (text: string): [string, string] => [
  text.slice(0, text.indexOf(".")),
  text.slice(text.indexOf(".") + 1),
];

/** A socket as authors added it: `option` for triggers, `output` for values. */
export const addedSocket = (
  name: string,
  taskType: "option" | "output",
  connectionType: "input" | "output",
  rest: JsonObject = {},
): JsonObject => ({
  name,
  taskType,
  socketKey: name,
  connectionType,
  socketType: taskType === "option" ? "triggerSocket" : "anySocket",
  ...rest,
});
