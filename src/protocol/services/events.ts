/** The events service: what was said, to whom and where, as agents remember it. */
import * as z from "zod";
import { json } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { RowService } from "./query.ts";
import { distance, embedding } from "./vectors.ts";

const text = z.string().max(2000);

/** What an event says of its circumstances; all of it as the connector gave it. */
const circumstances = {
  sender: text.optional(),
  observer: text.optional(),
  client: text.optional(),
  channel: text.optional(),
  channelType: text.optional(),
  connector: text.optional(),
  agentId: text.optional(),
  projectId: text.optional(),
};

export const newEvent = z.object({
  ...circumstances,
  /** `conversation` and the like: what the author calls this kind of memory. */
  type: text,
  content: z.string().max(262_144),
  entities: z.array(text).max(1000).optional(),
  rawData: json.optional(),
  embedding: embedding.optional(),
  /** ISO 8601; the time of recording unless given. */
  date: z.string().max(64).optional(),
});
export type NewEvent = z.infer<typeof newEvent>;

export const storedEvent = newEvent.extend({ id: z.string(), date: z.string() });
export type StoredEvent = z.infer<typeof storedEvent>;

export const recallRequest = z.strictObject({
  ...circumstances,
  type: text.optional(),
  content: z.string().max(262_144).optional(),
  /** With it the nearest ones are recalled, nearest first; events without a vector of that length are not. */
  embedding: embedding.optional(),
  /** Not above 1 000. */
  limit: z.number().int().nonnegative().max(1000),
});
export type RecallRequest = z.infer<typeof recallRequest>;

export const recalled = z.object({
  events: z.array(storedEvent.extend({ distance: distance.optional() })),
});
export type Recalled = z.infer<typeof recalled>;

export interface EventsService extends RowService<StoredEvent, NewEvent> {
  /** The same as `create`. */
  record(call: ServiceCall, event: NewEvent): Promise<StoredEvent>;
  /** The newest events that have all the given fields, oldest first; with an embedding the nearest ones. */
  recall(call: ServiceCall, request: RecallRequest): Promise<Recalled>;
}
