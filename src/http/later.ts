/** Work that nobody waits for, kept alive behind the answer. */
import type { RouteContext } from "./route.ts";

/** @param work never fails */
export function later(c: Pick<RouteContext, "executionCtx">, work: Promise<void>): void {
  try {
    c.executionCtx.waitUntil(work);
  } catch {
    // Called without an execution context, as a test may: then it goes on by itself.
  }
}
