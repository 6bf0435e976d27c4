/** The catalogue: every component by its name and by the names of earlier years. */
import type { ComponentDescription } from "../protocol/components.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { aiComponents } from "./ai/index.ts";
import { behaveComponents } from "./behave/index.ts";
import { codeComponents } from "./code/index.ts";
import { connectorComponents } from "./connectors/index.ts";
import { dataComponents } from "./data/index.ts";
import { eventComponents } from "./events/index.ts";
import { flowComponents } from "./flow/index.ts";
import { ioComponents } from "./io/index.ts";
import { liveComponents } from "./live/index.ts";
import { waitForWebhook } from "./live/wait-for-webhook.ts";
import { webhookAddress } from "./live/webhook-address.ts";
import { retiredComponents } from "./retired/index.ts";
import { sourceComponents } from "./sources/index.ts";
import { speechComponents } from "./speech/index.ts";
import { spellComponents } from "./spells/index.ts";
import { mathComponents } from "./math/index.ts";
import { stateComponents } from "./state/index.ts";
import { storageComponents } from "./storage/index.ts";
import { textComponents } from "./text/index.ts";
import { utilityComponents } from "./utility/index.ts";
import { webComponents } from "./web/index.ts";
import type { CatalogueEntry } from "./define.ts";

const entries: CatalogueEntry[] = [
  ...ioComponents,
  ...flowComponents,
  ...liveComponents,
  ...sourceComponents,
  ...codeComponents,
  ...dataComponents,
  ...textComponents,
  ...mathComponents,
  ...eventComponents,
  ...stateComponents,
  ...aiComponents,
  ...speechComponents,
  ...storageComponents,
  ...webComponents,
  ...spellComponents,
  ...connectorComponents,
  ...utilityComponents,
  ...retiredComponents,
  ...behaveComponents,
];

const byName = new Map<string, CatalogueEntry>();
for (const entry of entries)
  for (const name of [entry.name, ...entry.aliases]) {
    if (byName.has(name)) throw new Error(`Two components are called "${name}".`);
    byName.set(name, entry);
  }

export interface ComponentCatalogue extends Catalogue {
  find(name: string): CatalogueEntry | undefined;
}

export const catalogue: ComponentCatalogue = { find: (name) => byName.get(name) };

/** Components that run user code: a host loads its sandbox before a plan that has one. */
export const sandboxed: ReadonlySet<string> = new Set(
  entries.filter((entry) => entry.sandboxed).map((entry) => entry.name),
);

/** Components that tell the address of a webhook: a host sees that it leads to the run before the run begins. */
export const calledBack: ReadonlySet<string> = new Set([waitForWebhook.name, webhookAddress.name]);

/** `GET /components`. */
export const describeComponents = (): ComponentDescription[] => entries.map((entry) => entry.describe());
