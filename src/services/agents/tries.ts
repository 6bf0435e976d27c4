/** Whether what failed is tried again, and when. */
import type { SpellError } from "../../protocol/errors.ts";

const defaultTries = 5;
const backoffMs = [5_000, 30_000, 120_000, 600_000];

/**
 * When a message is tried again, in ms since 1970; undefined when it becomes a dead letter: what its author must mend does not
 * pass by itself.
 * @param tries failures before this one
 */
export function againAt(
  error: SpellError,
  tries: number,
  maxTries: number | undefined,
  now: number,
): number | undefined {
  const mayPass = error.retryable || error.kind !== "user" || error.code === "rate_limited";
  if (!mayPass || tries + 1 >= (maxTries ?? defaultTries)) return undefined;
  const ownMs = backoffMs[Math.min(tries, backoffMs.length - 1)] ?? 0;
  return now + Math.max(ownMs, (error.retryAfter ?? 0) * 1000);
}
