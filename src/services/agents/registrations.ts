/** Tells networks where an agent is to be reached. */
import type { Env } from "../../env.ts";
import { describeError, log } from "../../platform/log.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Agent, AgentBinding } from "../../protocol/services.ts";
import type { BoundTrigger } from "./bound-triggers.ts";
import { askNetwork } from "./connectors/ask-network.ts";
import { connectorOf } from "./connectors/index.ts";

const timeoutMs = 15_000;

/**
 * Registers what runs now and did not before, unregisters what did.
 * @throws SpellError `not_configured` for a missing secret or PUBLIC_URL, `provider_error`
 */
export async function registerChanged(
  env: Env,
  userId: string,
  before: Agent | undefined,
  agent: Agent,
  triggers: readonly BoundTrigger[],
): Promise<void> {
  const running = (one: Agent | undefined): string[] =>
    one?.isRunning === true ? one.bindings.map((binding) => JSON.stringify(binding)) : [];
  const [was, is] = [running(before), running(agent)];
  const gone = (before?.bindings ?? []).filter((binding) => {
    const text = JSON.stringify(binding);
    return was.includes(text) && !is.includes(text);
  });
  await unregister(env, userId, gone);
  for (const { binding, token, secret } of triggers) {
    if (binding.kind !== "connector" || token === undefined) continue;
    if (!agent.isRunning || was.includes(JSON.stringify(binding))) continue;
    if (connectorOf(binding).register === undefined) continue;
    if (env.PUBLIC_URL === undefined || env.PUBLIC_URL === "")
      throw new SpellError(
        "not_configured",
        `agents: ${binding.connector} must be told where to send, and PUBLIC_URL is not set.`,
      );
    const address = `${env.PUBLIC_URL}/hooks/${token}`;
    await askNetwork({ env, userId, binding }, timeoutMs, async (network, asking) =>
      network.register?.(binding, { ...asking, address, secret }),
    );
  }
}

/** As far as they listen: an agent stops, whatever its network says to that. */
export async function unregister(env: Env, userId: string, bindings: readonly AgentBinding[]): Promise<void> {
  for (const binding of bindings) {
    if (binding.kind !== "connector") continue;
    if (connectorOf(binding).unregister === undefined) continue;
    await askNetwork({ env, userId, binding }, timeoutMs, async (network, asking) =>
      network.unregister?.(binding, asking),
    ).catch((error: unknown) =>
      log.warn("a network was not told that an agent has stopped", {
        connector: binding.connector,
        error: describeError(error),
      }),
    );
  }
}
