/** The services port of the engine on the Worker's bindings. */
import type { Env } from "../env.ts";
import type { Services } from "../protocol/services.ts";

/** By which binding each service is reached. */
export const serviceBindings = {
  agents: "AGENTS",
  cache: "CACHE_SERVICE",
  completion: "COMPLETION",
  documents: "DOCUMENTS",
  entities: "ENTITIES",
  events: "EVENTS",
  http: "HTTP",
  huggingface: "HUGGINGFACE",
  images: "IMAGES",
  search: "SEARCH",
  speech: "SPEECH",
  spells: "SPELLS",
  users: "USERS",
  weaviate: "WEAVIATE",
} as const satisfies { readonly [Name in keyof Services]: keyof Env };

export type BoundService = keyof typeof serviceBindings;

/** A binding that is absent is a service that is not configured. */
export const boundServices = (env: Pick<Env, (typeof serviceBindings)[BoundService]>): Services =>
  Object.fromEntries(
    Object.entries(serviceBindings).flatMap(([name, binding]) =>
      env[binding] === undefined ? [] : [[name, env[binding]]],
    ),
  );
