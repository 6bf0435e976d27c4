/**
 * As whom the nodes of a published spell ask services. Its author drew them and somebody else runs them, so neither may reach what is
 * the other's: the author's secrets and data are never asked for, and what the caller keeps could leave by a request that the author
 * drew. So providers are asked as the caller, by his keys; everything that keeps data, sends requests or knows names of secrets is
 * asked as a user who is nobody else: one for each caller and publication, who begins with nothing.
 */
import { createHash } from "node:crypto";
import type { ServiceCall, ServiceName, Services } from "../../protocol/services.ts";
import type { RunnerAddress } from "../address.ts";

/** Verbs that ask a provider: what is asked is in the call, and who pays is the caller. */
const askProviders: { readonly [Name in ServiceName]?: readonly string[] } = {
  completion: ["complete", "chat", "stream", "embed"],
  huggingface: ["infer"],
  images: ["generate", "describe"],
  speech: ["speak", "transcribe"],
};

/** A control character begins it, which no token's `sub` may hold: so it is no user's. */
export function guestUserId({ caller, owner, spellId }: RunnerAddress): string {
  const parts = JSON.stringify([caller, owner, spellId]);
  return `\u001fguest:${createHash("sha256").update(parts).digest("hex")}`;
}

type Methods = Record<string, (call: ServiceCall, ...more: unknown[]) => unknown>;

export function guestServices(services: Services, address: RunnerAddress): Services {
  const userId = guestUserId(address);
  // A stub answers to every name and cannot be copied, so it is asked when it is called.
  const guest = (name: ServiceName, service: Methods): object =>
    new Proxy(Object.create(null) as object, {
      get: (_, verb) =>
        typeof verb === "symbol"
          ? undefined
          : (call: ServiceCall, ...more: unknown[]): unknown =>
              service[verb]?.(
                askProviders[name]?.includes(verb) === true ? call : { ...call, userId },
                ...more,
              ),
    });
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      guest(name as ServiceName, service as unknown as Methods),
    ]),
  );
}
