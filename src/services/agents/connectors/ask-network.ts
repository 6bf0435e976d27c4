/** Asks a network in the name of an agent: with the secrets that its binding names, and no longer than it may take. */
import type { Env } from "../../../env.ts";
import { type CallScope, withinCall } from "../../provider/call-scope.ts";
import { openSecrets } from "../../provider/open-secrets.ts";
import type { Connector, ConnectorBinding } from "./connector.ts";
import { connectorOf } from "./index.ts";

/** What every question to a network has. */
export interface Asking {
  env: Env;
  scope: CallScope;
  /** Of the user's, by their names. */
  secrets: Record<string, string>;
}

/** @throws SpellError `not_configured` for a secret that the user does not have, what the connector throws */
export async function askNetwork(
  { env, userId, binding }: { env: Env; userId: string; binding: ConnectorBinding },
  timeoutMs: number,
  act: (connector: Connector, asking: Asking) => Promise<void>,
): Promise<void> {
  const connector = connectorOf(binding);
  await withinCall({ deadlineAt: Date.now() + timeoutMs }, async (scope) => {
    const secrets = await openSecrets(env, "agents", userId, connector.secretsOf(binding));
    await act(connector, { env, scope, secrets });
  });
}
