import type { CatalogueEntry } from "../define.ts";
import { stateRead } from "./state-read.ts";
import { stateWrite } from "./state-write.ts";

export const stateComponents: CatalogueEntry[] = [stateRead, stateWrite];
