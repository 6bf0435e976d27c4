import type { CatalogueEntry } from "../define.ts";
import { booleanGate } from "./boolean-gate.ts";
import { switchNode } from "./switch.ts";
import { inRange } from "./in-range.ts";
import { orGate } from "./or-gate.ts";
import { exclusiveGate } from "./exclusive-gate.ts";
import { waitForAll } from "./wait-for-all.ts";
import { forEach } from "./for-each.ts";
import { spell, moduleNode } from "./spell.ts";

export const flowComponents: CatalogueEntry[] = [
  booleanGate,
  switchNode,
  inRange,
  orGate,
  exclusiveGate,
  waitForAll,
  forEach,
  spell,
  moduleNode,
];
