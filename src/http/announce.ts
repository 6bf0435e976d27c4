/** Telling a user's runners of a change, before the writer is answered. */
import type { ManagerRpc } from "../actor/rpc.ts";
import type { Env } from "../env.ts";
import { describeError, log } from "../platform/log.ts";
import { atMostTwice } from "../platform/retry.ts";
import { managerOf } from "./actors.ts";

/** Never throws: the change is stored, and a runner that was not reached looks for itself when it is next loaded. */
export async function announce(
  env: Env,
  owner: string,
  tell: (manager: ManagerRpc) => Promise<void>,
): Promise<void> {
  try {
    await atMostTwice(() => tell(managerOf(env, owner)));
  } catch (error) {
    log.error("runners were not told of a change", { owner, error: describeError(error) });
  }
}
