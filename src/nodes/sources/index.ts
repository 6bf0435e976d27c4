import type { CatalogueEntry } from "../define.ts";
import { clientIn } from "./client-in.ts";
import { cron } from "./cron.ts";
import { eventIn } from "./event-in.ts";
import { interval } from "./interval.ts";
import { spellIn } from "./spell-in.ts";
import { spellOut } from "./spell-out.ts";
import { webhookIn } from "./webhook-in.ts";

/** Components that fire runs while a spell is played, and the one that feeds those of another spell. */
export const sourceComponents: CatalogueEntry[] = [
  interval,
  cron,
  webhookIn,
  clientIn,
  eventIn,
  spellIn,
  spellOut,
];
