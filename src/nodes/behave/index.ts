/** Components of behave-graph, as Magick had it from 2023-11 on: their names are the node types of its files. */
import type { CatalogueEntry } from "../define.ts";
import { absentComponents } from "./absent.ts";
import { branchComponents } from "./branches.ts";
import { counterComponents } from "./counters.ts";
import { functionComponents } from "./functions.ts";
import { historyComponents } from "./history.ts";
import { jsonComponents } from "./json-texts.ts";
import { knowledgeComponents } from "./knowledge.ts";
import { lifeComponents } from "./life.ts";
import { listComponents } from "./lists.ts";
import { loopComponents } from "./loops.ts";
import { memoryComponents } from "./memories.ts";
import { messageComponents } from "./messages.ts";
import { objectComponents } from "./objects.ts";
import { outsideComponents } from "./outside.ts";
import { packSourceComponents } from "./pack-sources.ts";
import { packComponents } from "./packs.ts";
import { subspellComponents } from "./subspells.ts";
import { textComponents } from "./texts.ts";
import { timerComponents } from "./timers.ts";
import { variableComponents } from "./variables.ts";

export const behaveComponents: CatalogueEntry[] = [
  ...lifeComponents,
  ...messageComponents,
  ...subspellComponents,
  ...branchComponents,
  ...counterComponents,
  ...loopComponents,
  ...timerComponents,
  ...variableComponents,
  ...textComponents,
  ...listComponents,
  ...objectComponents,
  ...jsonComponents,
  ...outsideComponents,
  ...historyComponents,
  ...memoryComponents,
  ...knowledgeComponents,
  ...packComponents,
  ...packSourceComponents,
  ...functionComponents,
  ...absentComponents,
];
