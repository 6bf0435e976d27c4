import type { CatalogueEntry } from "../define.ts";
import { coallesce } from "./coallesce.ts";
import { code } from "./code.ts";
import { javascript } from "./javascript.ts";
import { python } from "./python.ts";
import { stringProcessor } from "./string-processor.ts";

export const codeComponents: CatalogueEntry[] = [coallesce, code, javascript, python, stringProcessor];
