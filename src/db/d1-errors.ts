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
];

/** Stalls of D1 last seconds to a minute, so an earlier retry would only add to the queue. */
const retryAfterSeconds = 5;

/** An `overloaded` SpellError for what passes by itself; anything else as it came. */
export function fromD1(error: unknown): unknown {
  const message = (error instanceof Error ? error.message : String(error)).toLowerCase();
  if (!passing.some((part) => message.includes(part))) return error;
  return new SpellError("overloaded", "The database is busy. Try again in a few seconds.", {
    retryable: true,
    retryAfter: retryAfterSeconds,
    cause: error,
  });
}
