/** What an error of the platform between Workers and actors means for a second attempt. */
import { SpellError } from "../protocol/errors.ts";

/** What the platform adds to an error: https://developers.cloudflare.com/durable-objects/best-practices/error-handling/ */
interface StubError {
  retryable?: boolean;
  overloaded?: boolean;
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
