import type { CatalogueEntry } from "../define.ts";
import { generator } from "./generator.ts";

export const aiComponents: CatalogueEntry[] = [generator];
