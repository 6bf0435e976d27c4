/** Attempts at a provider: again after what passes by itself, with growing pauses, as long as the call has time. */
import type { SpellError } from "../../protocol/errors.ts";
import type { CallScope } from "./call-scope.ts";

const maxRetries = 2;
const firstBackoffMs = 250;
/** A provider that asks for more patience is not waited for: the caller learns of it by `retryAfter`. */
const maxRetryAfterMs = 5_000;

/** A failed attempt, and whether another one may help. */
export interface Failure {
  error: SpellError;
  isTransient: boolean;
  retryAfterMs?: number | undefined;
}

/**
 * What the first good attempt gives.
 * @param attempt gets its number, from 1 on
 * @throws SpellError the failure of the last one, or the reason of the scope
 */
export async function withRetries<T>(
  scope: CallScope,
  attempt: (number: number) => Promise<{ done: T } | Failure>,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    const outcome = await attempt(number);
    if ("done" in outcome) return outcome.done;
    // The scope's reason explains more than the broken connection that it left behind.
    scope.signal.throwIfAborted();
    if (!outcome.isTransient || number > maxRetries) throw outcome.error;
    const delayMs = outcome.retryAfterMs ?? backoffMs(number);
    if (delayMs > maxRetryAfterMs || delayMs >= scope.remainingMs) throw outcome.error;
    await scope.sleep(delayMs);
  }
}

export const isTransientStatus = (status: number): boolean => status === 429 || status >= 500;

/** The wait that a provider asks for, in ms, by `retry-after-ms` or `Retry-After` in seconds or as a date. */
export function retryAfterMs(headers: Headers, now: number = Date.now()): number | undefined {
  const exact = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (exact >= 0) return exact;
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Doubles with each attempt; the jitter keeps runs that failed together from coming back together. */
function backoffMs(attempt: number): number {
  return firstBackoffMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

/** Node ids of imported spells may hold any character; a header takes printable ASCII. */
export function headerSafe(key: string): string {
  return key.toWellFormed().replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
}
