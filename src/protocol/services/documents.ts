/** The documents service: texts to look up, by type, store or likeness. */
import * as z from "zod";
import { jsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { Page, Query, RowService } from "./query.ts";
import { distance, embedding } from "./vectors.ts";

export const newDocument = z.object({
  content: z.string().max(1_000_000),
  type: z.string().max(2000).optional(),
  title: z.string().max(2000).optional(),
  storeId: z.string().max(200).optional(),
  /** False keeps a document out of every search. */
  isIncluded: z.boolean().optional(),
  /** ISO 8601; the time of storing unless given. */
  date: z.string().max(64).optional(),
  embedding: embedding.optional(),
  metadata: jsonObject.optional(),
});
export type NewDocument = z.infer<typeof newDocument>;

export const storedDocument = newDocument.extend({ id: z.string(), date: z.string() });
export type StoredDocument = z.infer<typeof storedDocument>;

export const nearestRequest = z.strictObject({
  embedding,
  type: z.string().max(2000).optional(),
  storeId: z.string().max(200).optional(),
  /** Keys of `metadata` that must have these values. */
  metadata: jsonObject.optional(),
  limit: z.number().int().nonnegative().max(1000),
});
export type NearestRequest = z.infer<typeof nearestRequest>;

export const nearDocument = storedDocument.extend({ distance });
export type NearDocument = z.infer<typeof nearDocument>;
export const nearestResult = z.object({ data: z.array(nearDocument) });
export type NearestResult = z.infer<typeof nearestResult>;

export const newDocumentStore = z.object({ name: z.string().min(1).max(300) });
export const documentStore = newDocumentStore.extend({ id: z.string() });
export type DocumentStore = z.infer<typeof documentStore>;

export const maxDocumentsAtOnce = 1000;
export const documentBatch = z.array(newDocument).min(1).max(maxDocumentsAtOnce);

export interface DocumentsService extends RowService<StoredDocument, NewDocument> {
  /** All or none of them. */
  createMany(call: ServiceCall, documents: NewDocument[]): Promise<{ ids: string[] }>;
  /** The nearest by cosine, nearest first; documents without a vector of that length are left out. */
  nearest(call: ServiceCall, request: NearestRequest): Promise<NearestResult>;
  findStores(call: ServiceCall, query?: Query): Promise<Page<DocumentStore>>;
  createStore(call: ServiceCall, store: { name: string }): Promise<DocumentStore>;
  /** Its documents, too. */
  removeStore(call: ServiceCall, id: string): Promise<DocumentStore>;
}
