/** D1 tells its troubles by message alone: https://developers.cloudflare.com/d1/observability/debug-d1/#error-list */
import { SpellError } from "../protocol/errors.ts";

/** Parts of messages that mean "not now": the query itself is not at fault. */
const passing = [
  "is overloaded",
  "caused object to be reset",
  "reset because its code was updated",
  "limit and was reset",
  "network connection lost",
  "transient issue",
  "did not answer",
];

/** Stalls of D1 last seconds to a minute, so an earlier retry would only add to the queue. */
const retryAfterSeconds = 5;

/** For how long a stalled D1 is waited for: who asks has given up by then, or must do something else. */
export const patienceMs = 20_000;

/**
 * Asks D1, and waits for no stall.
 * @throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble; anything else as it came
 */
export async function askD1<T>(query: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`D1 did not answer within ${patienceMs} ms.`)),
    patienceMs,
  );
  try {
    return await Promise.race([query(), late.promise]);
  } catch (error) {
    throw fromD1(error);
  } finally {
    clearTimeout(timer);
  }
}

/** An `overloaded` SpellError for what passes by itself; anything else as it came. */
export function fromD1(error: unknown): unknown {
  const message = messageOf(error);
  if (!passing.some((part) => message.includes(part))) return error;
  return new SpellError("overloaded", "The database is busy. Try again in a few seconds.", {
    retryable: true,
    retryAfter: retryAfterSeconds,
    cause: error,
  });
}

/** What {@link askD1} threw leaves open whether the query was done: only its answer is known to be lost. */
export const mayHaveLanded = (error: unknown): boolean =>
  // What D1 refuses for its queue it has not begun.
  error instanceof SpellError &&
  error.code === "overloaded" &&
  !messageOf(error.cause).includes("is overloaded");

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).toLowerCase();
