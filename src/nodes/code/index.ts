import type { CatalogueEntry } from "../define.ts";
import { code } from "./code.ts";
import { stringProcessor } from "./string-processor.ts";

export const codeComponents: CatalogueEntry[] = [code, stringProcessor];
