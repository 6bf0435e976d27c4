/** What an error of the platform between Workers and actors means for a second attempt. */
import { SpellError } from "../protocol/errors.ts";

/** What the platform adds to an error: https://developers.cloudflare.com/durable-objects/best-practices/error-handling/ */
interface StubError {
  retryable?: boolean;
  overloaded?: boolean;
  /** It was reset by us, or with its code. */
  durableObjectReset?: boolean;
}

/** True where the same call may be made once more, on a new stub: the old one is broken for good. */
export const isRetryable = (error: unknown): boolean => {
  const { retryable, overloaded } = (error ?? {}) as StubError;
  return retryable === true && overloaded !== true && !(error instanceof SpellError);
};

/** True where the actor has more to do than it can. */
export const isOverloaded = (error: unknown): boolean => (error as StubError | null)?.overloaded === true;

/**
 * For what may be done twice: calls once more after a passing error.
 * @param call makes a new stub each time
 */
export async function atMostTwice<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isRetryable(error)) throw error;
  }
  return call();
}

/**
 * What a call of an actor or a service failed with, as ours: what the platform says of it is `overloaded`.
 * @param who `runner`, `completion service`: for the message
 */
export function fromStub(error: unknown, who = "runner"): SpellError {
  const own = SpellError.from(error);
  if (own.code !== "internal") return own;
  if (isOverloaded(error))
    return new SpellError(
      "overloaded",
      `This ${who} has more requests than it can take. Slow down and try again.`,
      { retryable: true, retryAfter: 2, cause: error },
    );
  if (isRetryable(error) || (error as StubError | null)?.durableObjectReset === true)
    return new SpellError(
      "overloaded",
      `The ${who} was restarted while it worked on this request. Look what it did before you repeat one.`,
      { retryable: true, retryAfter: 1, cause: error },
    );
  return own;
}
