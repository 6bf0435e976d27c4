/** Tells a user's manager, and by it the runners that want to know, what a service has changed. */
import type { Env } from "../../env.ts";
import { describeError, log } from "../../platform/log.ts";
import { managerOf } from "./manager.ts";
import type { ServiceChanged } from "../../protocol/down.ts";

/**
 * Never fails: the change itself is stored. A Worker of its own, without the actors, tells nobody.
 * @param row where the row itself is wanted, too
 */
export async function tellChanged(
  env: Partial<Pick<Env, "SPELL_MANAGER">>,
  userId: string,
  change: Omit<ServiceChanged, "type">,
  row?: unknown,
): Promise<void> {
  try {
    await managerOf(env, userId)?.serviceChanged({ type: "service.changed", ...change }, row);
  } catch (error) {
    log.warn("runners were not told of a changed service", { ...change, error: describeError(error) });
  }
}
