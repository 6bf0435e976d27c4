/** The cache service: values by key, for a while, in KV. May be stale for a minute: no place for state. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type * as z from "zod";
import type { Env } from "../../env.ts";
import { sha256Hex } from "../../platform/crypto.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  type Cached,
  cacheKey,
  type CacheService,
  cacheSetRequest,
  serviceCall,
  type ServiceCall,
} from "../../protocol/services.ts";
import type { Json } from "../../protocol/values.ts";
import { parseArgument } from "../../platform/parse-argument.ts";

/** KV takes 25 MiB: https://developers.cloudflare.com/kv/platform/limits/ */
const maxValueLength = 8 * 1024 * 1024;

export class CacheEntrypoint extends WorkerEntrypoint<Env> implements CacheService {
  async get(call: ServiceCall, key: string): Promise<Cached> {
    const text = await this.#kv().get(await this.#place(call, key));
    return text === null ? null : { value: JSON.parse(text) as Json };
  }

  async set(call: ServiceCall, key: string, value: Json, ttlSeconds?: number): Promise<void> {
    const request = { key, value, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) };
    const checked = checkedAs("request", cacheSetRequest, request);
    const text = JSON.stringify(checked.value);
    if (text.length > maxValueLength)
      throw new SpellError(
        "too_large",
        `cache: the value has more than ${maxValueLength} characters of JSON.`,
      );
    const place = await this.#place(call, key);
    await this.#kv().put(place, text, ttlSeconds === undefined ? {} : { expirationTtl: ttlSeconds });
  }

  async delete(call: ServiceCall, key: string): Promise<void> {
    await this.#kv().delete(await this.#place(call, key));
  }

  /** Hashed, since KV takes keys of 512 bytes; of both together, so that no user can spell another's. */
  async #place(call: ServiceCall, key: string): Promise<string> {
    const { userId } = checkedAs("call", serviceCall, call);
    return `cache:${await sha256Hex(JSON.stringify([userId, checkedAs("key", cacheKey, key)]))}`;
  }

  #kv(): KVNamespace {
    if (this.env.CACHE !== undefined) return this.env.CACHE;
    throw new SpellError(
      "not_configured",
      "cache: no KV namespace is bound. Bind one as CACHE in wrangler.toml.",
    );
  }
}

const checkedAs = <T>(name: string, schema: z.ZodType<T>, value: unknown): T =>
  parseArgument("cache", name, schema, value);
