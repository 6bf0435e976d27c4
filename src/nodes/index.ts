/** The catalogue: every component by its name and by the names of earlier years. */
import type { ComponentDescription } from "../protocol/components.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { booleanGate } from "./boolean-gate.ts";
import { code } from "./code.ts";
import type { CatalogueEntry } from "./define.ts";
import { echo } from "./echo.ts";
import { exclusiveGate } from "./exclusive-gate.ts";
import { forEach } from "./for-each.ts";
import { generator } from "./generator.ts";
import { inRange } from "./in-range.ts";
import { joinList } from "./join-list.ts";
import { orGate } from "./or-gate.ts";
import { output } from "./output.ts";
import { moduleNode, spell } from "./spell.ts";
import { stateRead } from "./state-read.ts";
import { stateWrite } from "./state-write.ts";
import { stringProcessor } from "./string-processor.ts";
import { switchNode } from "./switch.ts";
import { triggerIn } from "./trigger-in.ts";
import { triggerOut } from "./trigger-out.ts";
import { universalInput } from "./universal-input.ts";
import { waitForAll } from "./wait-for-all.ts";

const entries: CatalogueEntry[] = [
  triggerIn,
  triggerOut,
  universalInput,
  output,
  echo,
  generator,
  code,
  stringProcessor,
  switchNode,
  booleanGate,
  inRange,
  orGate,
  exclusiveGate,
  waitForAll,
  forEach,
  joinList,
  stateRead,
  stateWrite,
  spell,
  moduleNode,
];

const byName = new Map<string, CatalogueEntry>();
for (const entry of entries) for (const name of [entry.name, ...entry.aliases]) byName.set(name, entry);

export interface ComponentCatalogue extends Catalogue {
  find(name: string): CatalogueEntry | undefined;
}

export const catalogue: ComponentCatalogue = { find: (name) => byName.get(name) };

/** Components that run user code: a host loads its sandbox before a plan that has one. */
export const sandboxed: ReadonlySet<string> = new Set([code.name, stringProcessor.name]);

/** `GET /components`. */
export const describeComponents = (): ComponentDescription[] => entries.map((entry) => entry.describe());
