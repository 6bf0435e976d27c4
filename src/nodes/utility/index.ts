import type { CatalogueEntry } from "../define.ts";
import { echo } from "./echo.ts";

export const utilityComponents: CatalogueEntry[] = [echo];
