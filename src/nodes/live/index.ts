import type { CatalogueEntry } from "../define.ts";
import { ask } from "./ask.ts";
import { stream } from "./stream.ts";
import { ticker } from "./ticker.ts";
import { waitForWebhook } from "./wait-for-webhook.ts";
import { webhookAddress } from "./webhook-address.ts";

/** Components that take part in the world while a run goes on: people, streams, time. */
export const liveComponents: CatalogueEntry[] = [ask, stream, ticker, waitForWebhook, webhookAddress];
