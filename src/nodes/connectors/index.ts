import type { CatalogueEntry } from "../define.ts";
import { discordInput, discordOutput } from "./discord.ts";
import { respond } from "./respond.ts";
import { taskInput } from "./task-input.ts";

export const connectorComponents: CatalogueEntry[] = [taskInput, discordInput, discordOutput, respond];
