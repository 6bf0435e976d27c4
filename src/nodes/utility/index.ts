import type { CatalogueEntry } from "../define.ts";
import { commandParser } from "./command-parser.ts";
import { currentTime } from "./current-time.ts";
import { echo } from "./echo.ts";
import { error } from "./error.ts";
import { alert, log } from "./log.ts";

export const utilityComponents: CatalogueEntry[] = [alert, commandParser, currentTime, echo, error, log];
