import type { CatalogueEntry } from "../define.ts";
import { runSpell } from "./run-spell.ts";
import { service } from "./service.ts";
import { skill } from "./skill.ts";
import { spellByName } from "./spell-by-name.ts";

export const spellComponents: CatalogueEntry[] = [spellByName, runSpell, service, skill];
