import type { CatalogueEntry } from "../define.ts";
import { booleanGate } from "./boolean-gate.ts";
import { switchNode } from "./switch.ts";
import { isNullOrUndefined, isVariableTrue } from "./conditions.ts";
import { inRange } from "./in-range.ts";
import { logicalOperator } from "./logical-operator.ts";
import { randomGate } from "./random-gate.ts";
import { whileLoop } from "./while-loop.ts";
import { orGate } from "./or-gate.ts";
import { exclusiveGate } from "./exclusive-gate.ts";
import { waitForAll } from "./wait-for-all.ts";
import { collect } from "./collect.ts";
import { whileNode } from "./while.ts";
import { forEach } from "./for-each.ts";
import { spell, moduleNode } from "./spell.ts";

export const flowComponents: CatalogueEntry[] = [
  booleanGate,
  switchNode,
  inRange,
  isNullOrUndefined,
  isVariableTrue,
  logicalOperator,
  randomGate,
  orGate,
  exclusiveGate,
  waitForAll,
  forEach,
  collect,
  whileNode,
  whileLoop,
  spell,
  moduleNode,
];
