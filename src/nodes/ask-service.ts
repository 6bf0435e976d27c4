/** How a node asks a service: one that is not bound is said by name, a failure tells which node it was. */
import type { NodeContext } from "../engine/component.ts";
import { SpellError } from "../protocol/errors.ts";
import type { ServiceCall, ServiceName, Services } from "../protocol/services.ts";

export type Service<Name extends ServiceName> = NonNullable<Services[Name]>;

/**
 * Calls a service once, with a call of its own.
 * @throws SpellError `not_configured` when it is not bound; what the service throws, with the node's label before the message
 */
export async function askService<Name extends ServiceName, T>(
  context: NodeContext,
  name: Name,
  request: (service: Service<Name>, call: ServiceCall) => Promise<T>,
): Promise<T> {
  return context.ask(async (services, call) => {
    const service = services[name];
    if (service === undefined)
      throw new SpellError(
        "not_configured",
        `${context.label} needs the ${name} service. Bind one as ${name.toUpperCase()} in wrangler.toml.`,
      );
    try {
      return await request(service, call);
    } catch (thrown) {
      const error = SpellError.from(thrown);
      // A fault of ours is logged by its cause, and by where it was thrown.
      if (error.code === "internal") throw thrown;
      throw new SpellError(error.code, `${context.label}: ${error.message}`, {
        retryable: error.retryable,
        ...(error.errors === undefined ? {} : { errors: error.errors }),
        ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
        cause: thrown,
      });
    }
  });
}
