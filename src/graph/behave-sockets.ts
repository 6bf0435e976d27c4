/** The sockets that a behave-graph node has by its configuration, besides those of its type. */
import type { Socket } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { type BehaveGraph, type BehaveSocket, keyOf, listOf, readSockets } from "./behave-graph.ts";
import { socketTypeOf } from "./behave-values.ts";

export interface AddedSockets {
  inputs: Socket[];
  outputs: Socket[];
}

/** More cases or outputs than this are a mistake in the file. */
export const maxCounted = 1000;

/** How many sockets a node counts off: `numOutputs` and the like, which editors kept as number or text. */
function countIn(value: Json | undefined, otherwise: number): number {
  const count = Number(value ?? otherwise);
  return Number.isInteger(count) && count >= 0 ? Math.min(count, maxCounted) : otherwise;
}

const numbered = (count: number, type: string): BehaveSocket[] =>
  Array.from({ length: count }, (_, i) => ({ name: String(i + 1), type }));

type Sides = { inputs: BehaveSocket[]; outputs: BehaveSocket[] };

/** Cases by their numbers, each compared with an input of the same number, or (before 2023) by their values. */
function casesOf(configuration: JsonObject, type: string, otherwise: readonly (string | number)[]): Sides {
  if (configuration.numCases !== undefined && configuration.numCases !== null) {
    const count = countIn(configuration.numCases, 0);
    return { inputs: numbered(count, type), outputs: numbered(count, "flow") };
  }
  const cases = Array.isArray(configuration.cases) ? configuration.cases : otherwise;
  const names = cases
    .flatMap((value) => keyOf(value) ?? [])
    .filter((name) => name !== "" && name.length <= 200);
  return { inputs: [], outputs: [...new Set(names)].map((name) => ({ name, type: "flow" })) };
}

/** The socket of lists' items, which authors can rename. */
export function itemSocketOf(configuration: JsonObject, otherwise: string): BehaveSocket {
  const options = configuration.valueTypeOptions;
  const name = isJsonObject(options) ? options.socketName : undefined;
  const type = configuration.valueType;
  return {
    name: typeof name === "string" && name !== "" && name.length <= 200 ? name : otherwise,
    type: typeof type === "string" && type !== "" ? type : "any",
  };
}

const eventOf = (configuration: JsonObject, graph: BehaveGraph): BehaveSocket[] =>
  graph.customEvents.get(keyOf(configuration.customEventId) ?? "") ?? [];

const byType: Record<string, (configuration: JsonObject, graph: BehaveGraph) => Partial<Sides>> = {
  "flow/sequence": ({ numOutputs }) => ({ outputs: numbered(countIn(numOutputs, 3), "flow") }),
  "flow/waitAll": ({ numInputs }) => ({ inputs: numbered(countIn(numInputs, 3), "flow") }),
  "flow/switch/string": (configuration) => casesOf(configuration, "string", ["a", "b", "c"]),
  "flow/switch/integer": (configuration) => casesOf(configuration, "integer", [0, 1, 2]),
  // Their parameters pass from one to the other, so both have them on both sides.
  "customEvent/trigger": (configuration, graph) => {
    const parameters = eventOf(configuration, graph);
    return { inputs: parameters, outputs: parameters };
  },
  "customEvent/onTriggered": (configuration, graph) => {
    const parameters = eventOf(configuration, graph);
    return { inputs: parameters, outputs: parameters };
  },
  "events/subspells/input": (_configuration, graph) => ({ outputs: graph.inputs }),
  "events/subspells/output": (_configuration, graph) => ({ inputs: graph.outputs, outputs: graph.outputs }),
  "flow/array/forEach": (configuration) => ({ outputs: [itemSocketOf(configuration, "Array Item")] }),
  "logic/array/randomElement": (configuration) => ({ outputs: [itemSocketOf(configuration, "Item")] }),
  "logic/array/removeFirst": (configuration) => ({ outputs: [itemSocketOf(configuration, "Item")] }),
  "logic/array/removeLast": (configuration) => ({ outputs: [itemSocketOf(configuration, "Item")] }),
  "logic/array/push": (configuration) => ({ inputs: [itemSocketOf(configuration, "Item")] }),
  "action/json/stringify": (configuration) => ({ inputs: [itemSocketOf(configuration, "Item")] }),
};

export function addedSockets(type: string, configuration: JsonObject, graph: BehaveGraph): AddedSockets {
  const own = Object.hasOwn(byType, type) ? byType[type]?.(configuration, graph) : undefined;
  const merged = (sockets: BehaveSocket[] | undefined, listed: Json | undefined): Socket[] => {
    const byName = new Map<string, BehaveSocket>();
    for (const socket of [...(sockets ?? []), ...readSockets(listOf(listed))])
      if (!byName.has(socket.name)) byName.set(socket.name, socket);
    return [...byName.values()].map((socket) => ({ name: socket.name, type: socketTypeOf(socket.type) }));
  };
  return {
    inputs: merged(own?.inputs, configuration.socketInputs),
    outputs: merged(own?.outputs, configuration.socketOutputs),
  };
}
