/**
 * The services as a runner asks them: what the platform says of the Worker behind a binding is told as a failure that nodes and
 * users understand, and, of a run that is traced, each call carries its trace.
 */
import { fromStub } from "../platform/retry.ts";
import { SpellError } from "../protocol/errors.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import type { RunSpans } from "./run-spans.ts";

/** What the calls of one run are told beside what the engine tells. */
export interface RunTrace {
  /** Of the request that began the run. */
  traceparent?: string | undefined;
  /** Where the run is sampled. */
  spans?: RunSpans | undefined;
}

type Method = (call: ServiceCall, ...args: unknown[]) => Promise<unknown>;

export const askedServices = (services: Services, trace: RunTrace = {}): Services =>
  Object.fromEntries(
    Object.entries(services).map(([name, service]) => [name, asked(name, service as object, trace)]),
  );

const asked = (name: string, service: object, trace: RunTrace): object =>
  new Proxy(service, {
    get(target, verb): unknown {
      const method: unknown = Reflect.get(target, verb);
      if (typeof method !== "function" || typeof verb !== "string") return method;
      return async (call: ServiceCall, ...args: unknown[]): Promise<unknown> => {
        // With the stub as its receiver: a method of a stub is none by itself.
        const ask = (traceparent: string | undefined): Promise<unknown> =>
          Reflect.apply(method as Method, target, [
            traceparent === undefined ? call : { ...call, traceparent },
            ...args,
          ]);
        try {
          const { spans, traceparent } = trace;
          if (spans === undefined) return await ask(traceparent);
          const what = { service: name, verb, request: args[0] };
          // One that came from outside goes on as it is: it is the one that others know.
          return await spans.service(call, what, (own) => ask(traceparent ?? own));
        } catch (thrown) {
          throw told(thrown, name, verb);
        }
      };
    },
  });

/** What the runtime says where the Worker behind a binding has no such method: it is of another version. */
const unknownMethod = (verb: string): RegExp => new RegExp(`RPC receiver does not implement[^"]*"${verb}"`);

function told(thrown: unknown, name: string, verb: string): unknown {
  if (thrown instanceof TypeError && unknownMethod(verb).test(thrown.message))
    return new SpellError(
      "not_configured",
      `The Worker that is bound as the ${name} service has no "${verb}": it is of another version. Deploy it anew.`,
      { cause: thrown },
    );
  const error = fromStub(thrown, `${name} service`);
  // A fault of ours is logged by its cause, and by where it was thrown.
  return error.code === "internal" ? thrown : error;
}
