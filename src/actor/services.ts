/** The services port of the engine on the Worker's bindings. */
import type { Env } from "../env.ts";
import type { Services } from "../protocol/services.ts";

/** A binding that is absent is a service that is not configured. */
export const boundServices = (env: Pick<Env, "COMPLETION">): Services =>
  env.COMPLETION === undefined ? {} : { completion: env.COMPLETION };
