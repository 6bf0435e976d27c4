/** The weaviate service: objects of named classes, found by meaning, by vector or by words. */
import * as z from "zod";
import { jsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { RowService } from "./query.ts";
import { distance, embedding } from "./vectors.ts";

/** As Weaviate has it: a capital, then letters and digits. */
export const className = z
  .string()
  .max(200)
  .regex(/^[A-Z][A-Za-z0-9_]*$/, "a capital, then letters, digits and _");

export const newWeaviateObject = z.object({
  class: className,
  properties: jsonObject,
  /** Made of the properties' texts unless given. */
  vector: embedding.optional(),
});
export type NewWeaviateObject = z.infer<typeof newWeaviateObject>;

export const weaviateObject = newWeaviateObject.extend({ id: z.string() });
export type WeaviateObject = z.infer<typeof weaviateObject>;

const limit = z.number().int().positive().max(1000);
/** Of 1 - distance / 2, as Weaviate counts: hits below are left out. */
const certainty = z.number().min(0).max(1).optional();

export const objectsRequest = z.strictObject({ class: className, limit });
export type ObjectsRequest = z.infer<typeof objectsRequest>;

export const nearTextRequest = z.strictObject({
  class: className,
  concepts: z.array(z.string().max(4000)).min(1).max(100),
  certainty,
  limit,
});
export type NearTextRequest = z.infer<typeof nearTextRequest>;

export const nearVectorRequest = z.strictObject({ class: className, vector: embedding, certainty, limit });
export type NearVectorRequest = z.infer<typeof nearVectorRequest>;

export const bm25Request = z.strictObject({
  class: className,
  query: z.string().min(1).max(4000),
  /** Those to look in; all texts unless given. */
  properties: z.array(z.string().max(200)).max(100).optional(),
  limit,
});
export type Bm25Request = z.infer<typeof bm25Request>;

export const hybridRequest = z.strictObject({
  class: className,
  query: z.string().min(1).max(4000),
  /** Of the query; made of it unless given. */
  vector: embedding.optional(),
  /** How much meaning weighs beside words: 1 is meaning alone, 0 words alone; 0.75 unless given, as Weaviate has it. */
  alpha: z.number().min(0).max(1).optional(),
  limit,
});
export type HybridRequest = z.infer<typeof hybridRequest>;

export const maxObjectsAtOnce = 200;
export const weaviateBatch = z.array(newWeaviateObject).min(1).max(maxObjectsAtOnce);
export const weaviateBatchRequest = z.strictObject({ objects: weaviateBatch });

/** `distance` of the near ones, `score` of words and of hybrids. */
export const weaviateHit = weaviateObject.extend({
  distance: distance.optional(),
  score: z.number().optional(),
});
export type WeaviateHit = z.infer<typeof weaviateHit>;
export const weaviateResult = z.object({ data: z.array(weaviateHit) });
export type WeaviateResult = z.infer<typeof weaviateResult>;

export interface WeaviateService extends RowService<WeaviateObject, NewWeaviateObject> {
  objects(call: ServiceCall, request: ObjectsRequest): Promise<WeaviateResult>;
  nearText(call: ServiceCall, request: NearTextRequest): Promise<WeaviateResult>;
  nearVector(call: ServiceCall, request: NearVectorRequest): Promise<WeaviateResult>;
  bm25(call: ServiceCall, request: Bm25Request): Promise<WeaviateResult>;
  /** By words and meaning together. */
  hybrid(call: ServiceCall, request: HybridRequest): Promise<WeaviateResult>;
  /** Up to 200. On a Weaviate server by its batches, each object by itself; else all or none. */
  createMany(call: ServiceCall, objects: NewWeaviateObject[]): Promise<{ ids: string[] }>;
}
