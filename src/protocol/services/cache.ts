/** The cache service: values by key, for a while. May be stale for a minute: no place for state. */
import * as z from "zod";
import { json, type Json } from "../values.ts";
import type { ServiceCall } from "./call.ts";

export const cacheKey = z.string().min(1).max(400);
export const cacheSetRequest = z.strictObject({
  key: cacheKey,
  value: json,
  /** For good unless given; not below 60, which is the least that the store keeps. */
  ttlSeconds: z.number().int().min(60).optional(),
});

/** What is kept under a key; null where nothing is, or no longer. */
export const cached = z.object({ value: json }).nullable();
export type Cached = z.infer<typeof cached>;

export interface CacheService {
  get(call: ServiceCall, key: string): Promise<Cached>;
  set(call: ServiceCall, key: string, value: Json, ttlSeconds?: number): Promise<void>;
  /** Nothing where nothing is. */
  delete(call: ServiceCall, key: string): Promise<void>;
}
