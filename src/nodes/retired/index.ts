import type { CatalogueEntry } from "../define.ts";
import { agentComponents } from "./agents.ts";
import { contractComponents } from "./contracts.ts";
import { databaseComponents } from "./databases.ts";
import { discordComponents } from "./discord.ts";
import { enkiTask } from "./enki-task.ts";
import { ethereumComponents } from "./ethereum.ts";
import { experimentComponents } from "./experiments.ts";
import { mediaComponents } from "./media.ts";
import { memoryComponents } from "./memory.ts";
import { prototypeComponents } from "./prototype.ts";
import { pureComponents } from "./pure.ts";
import { responseComponents } from "./responses.ts";
import { webPluginComponents } from "./web-plugins.ts";

/** Components of other years: those that asked nobody work, the others load and say what to use instead. */
export const retiredComponents: CatalogueEntry[] = [
  ...prototypeComponents,
  ...pureComponents,
  ...responseComponents,
  enkiTask,
  ...agentComponents,
  ...contractComponents,
  ...databaseComponents,
  ...discordComponents,
  ...ethereumComponents,
  ...experimentComponents,
  ...mediaComponents,
  ...memoryComponents,
  ...webPluginComponents,
];
