/** The services port of the engine on the Worker's bindings. */
import type { Env } from "../env.ts";
import { SpellError } from "../protocol/errors.ts";
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

/** @throws SpellError `not_configured` */
export function boundOf<Name extends BoundService>(
  services: Services,
  name: Name,
): NonNullable<Services[Name]> {
  const service = services[name];
  if (service !== undefined && service !== null) return service;
  throw new SpellError(
    "not_configured",
    `The ${name} service is not bound. Name a Worker for it in wrangler.toml.`,
  );
}
