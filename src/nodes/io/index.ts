import type { CatalogueEntry } from "../define.ts";
import { triggerIn } from "./trigger-in.ts";
import { triggerOut } from "./trigger-out.ts";
import { universalInput } from "./universal-input.ts";
import { output } from "./output.ts";

export const ioComponents: CatalogueEntry[] = [triggerIn, triggerOut, universalInput, output];
