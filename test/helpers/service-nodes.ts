/** Runs one node on services in memory, and tells what it asked of them and what came of it. */
import type { ServiceName, Services } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { memoryServices, type MemoryOptions, type MemoryServices } from "./memory-services.ts";
import { runNode } from "./nodes.ts";
import type { DrawnNode } from "./spells.ts";

export interface Served extends MemoryServices {
  /** Of the node; undefined where it failed. */
  outputs: JsonObject | undefined;
  fired: string[] | undefined;
  usage: object | undefined;
  error: { code: string; message: string } | undefined;
  /** Text that it streamed. */
  deltas: string[];
}

export interface ServedOptions extends MemoryOptions {
  /** Services that the test makes itself, over those in memory. */
  services?: Services;
  /** Fills the services before the run; its calls are not logged. */
  before?: (services: Required<Services>) => Promise<unknown>;
  trigger?: string;
}

export async function served(
  node: DrawnNode,
  inputs: Record<string, Json> = {},
  { services, before, trigger, ...options }: ServedOptions = {},
): Promise<Served> {
  const memory = memoryServices(options);
  await before?.(memory.services as Required<Services>);
  memory.log.length = 0;
  const deltas: string[] = [];
  const ports = {
    services: { ...memory.services, ...services },
    delta: (_node: string, _visit: string, text: string) => void deltas.push(text),
  };
  const { events, ended } = runNode(node, inputs, [], { ports }, trigger);
  const end = await ended;
  const done = events.find((event) => event.type === "node.completed" && event.nodeId === "n");
  const completed = done?.type === "node.completed" ? done : undefined;
  return {
    ...memory,
    outputs: completed?.outputs,
    fired: completed?.fired,
    usage: completed?.usage,
    error: "error" in end ? end.error : undefined,
    deltas,
  };
}

/** A service of which every method throws. */
export function failing(name: ServiceName, error: Error): Services {
  const service = new Proxy({}, { get: () => () => Promise.reject(error) });
  return { [name]: service };
}
