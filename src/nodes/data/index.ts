import type { CatalogueEntry } from "../define.ts";
import { joinList } from "./join-list.ts";

export const dataComponents: CatalogueEntry[] = [joinList];
