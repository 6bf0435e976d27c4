import type { Connector, ConnectorBinding } from "./connector.ts";
import { discord } from "./discord.ts";
import { telegram } from "./telegram.ts";

const connectors = { discord, telegram } as const satisfies {
  readonly [Name in ConnectorBinding["connector"]]: Connector<Extract<ConnectorBinding, { connector: Name }>>;
};

/** The connector that a binding is of. */
export const connectorOf = (binding: ConnectorBinding): Connector => connectors[binding.connector];
