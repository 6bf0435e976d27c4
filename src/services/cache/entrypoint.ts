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
    const place = await this.#place(call, key);
    const text = await askKv(() => this.#kv().get(place));
    return text === null ? null : cachedOf(text);
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
    await askKv(() =>
      this.#kv().put(place, text, ttlSeconds === undefined ? {} : { expirationTtl: ttlSeconds }),
    );
  }

  async delete(call: ServiceCall, key: string): Promise<void> {
    const place = await this.#place(call, key);
    await askKv(() => this.#kv().delete(place));
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

/** KV says by its message alone what is wrong; a write in the same second as another of its key is one: `429`. */
async function askKv<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : "";
    if (!/\b(?:429|5\d\d)\b|network connection lost/i.test(message)) throw cause;
    throw new SpellError(
      "overloaded",
      "cache: the store is busy, or was written to a moment ago. Try again.",
      {
        retryable: true,
        retryAfter: 1,
        cause,
      },
    );
  }
}

/** What somebody else wrote there is no value of ours. */
function cachedOf(text: string): Cached {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
}

const checkedAs = <T>(name: string, schema: z.ZodType<T>, value: unknown): T =>
  parseArgument("cache", name, schema, value);
