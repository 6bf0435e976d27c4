/** Which methods of the services can be called by name, over HTTP and from a node, and how a request becomes their arguments. */
import type { ServiceCall, Services } from "./services.ts";

/** `whole`: the request is the one argument that follows the call; else the names of those of its fields that do. */
type Arguments = "whole" | readonly string[];

const rows = {
  find: "whole",
  get: ["id"],
  create: "whole",
  update: ["id", "data"],
  patch: ["id", "data"],
  remove: ["id"],
} as const;

export const serviceMethods = {
  agents: {
    ...rows,
    start: ["id"],
    stop: ["id"],
    status: ["id"],
    deadLetters: ["id"],
    retry: ["id", "letter"],
    discard: ["id", "letter"],
    send: "whole",
  },
  cache: { get: ["key"], set: ["key", "value", "ttlSeconds"], delete: ["key"] },
  completion: { complete: "whole", chat: "whole", embed: "whole" },
  documents: {
    ...rows,
    createMany: ["documents"],
    nearest: "whole",
    findStores: "whole",
    createStore: "whole",
    removeStore: ["id"],
    findFiles: "whole",
    getFile: ["id"],
    removeFile: ["id"],
  },
  entities: rows,
  events: { ...rows, record: "whole", recall: "whole" },
  http: { request: "whole" },
  huggingface: { infer: ["model", "inputs", "parameters"] },
  images: { generate: "whole", describe: "whole" },
  search: { query: "whole" },
  speech: { speak: "whole", transcribe: "whole", timings: "whole" },
  spells: { find: "whole", get: ["id"], interface: ["spell"], run: "whole", push: "whole" },
  users: { me: [] },
  weaviate: {
    ...rows,
    objects: "whole",
    nearText: "whole",
    nearVector: "whole",
    bm25: "whole",
    hybrid: "whole",
    createMany: ["objects"],
  },
} as const satisfies {
  readonly [Name in keyof Services]-?: { readonly [Method in keyof NonNullable<Services[Name]>]?: Arguments };
};

export type MethodOf<Name extends keyof Services> = keyof (typeof serviceMethods)[Name] & string;

/** The methods of a service that can be called by name. */
export const methodsOf = (service: keyof Services): string[] => Object.keys(serviceMethods[service]);

/**
 * Calls a method by its name with what a request says; the service itself checks it.
 * @param bound the service
 * @throws what the service throws
 */
export function callMethod<Name extends keyof Services>(
  bound: NonNullable<Services[Name]>,
  call: ServiceCall,
  service: Name,
  method: MethodOf<Name>,
  request: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const names = (serviceMethods[service] as Record<string, Arguments>)[method] ?? [];
  const given = names === "whole" ? [request] : names.map((name) => request[name]);
  // On the service itself: a stub's methods know whose they are by that alone.
  return (bound as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>)[method]!(
    call,
    ...given,
  );
}
