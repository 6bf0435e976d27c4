/** Asking the actors: stubs as plain interfaces, and what an error of the platform between us means. */
import { managerName, type RunnerAddress, runnerName } from "../actor/address.ts";
import type { ManagerRpc, RunnerRpc } from "../actor/rpc.ts";
import type { Env } from "../env.ts";
import { fromStub, isRetryable } from "../platform/retry.ts";

export type RunnerStub = RunnerRpc & Pick<Fetcher, "fetch">;

// The runtime's own stub types wrap every recursive JSON type once more, deeper than the compiler follows.
export const runnerOf = (env: Env, address: RunnerAddress): RunnerStub =>
  env.SPELL_RUNNER.getByName(runnerName(address));
export const managerOf = (env: Env, userId: string): ManagerRpc =>
  env.SPELL_MANAGER.getByName(managerName(userId));

/**
 * @param stubOf makes a stub; called again for the second attempt
 * @param kind a `read` is tried once more after a passing error; a `write` may have been done, so it is not
 * @throws SpellError `overloaded`, `internal`, or what the actor threw
 */
export async function askActor<S, T>(
  stubOf: () => S,
  call: (stub: S) => Promise<T>,
  kind: "read" | "write",
): Promise<T> {
  try {
    return await call(stubOf());
  } catch (error) {
    if (kind === "write" || !isRetryable(error)) throw fromStub(error);
  }
  try {
    return await call(stubOf());
  } catch (error) {
    throw fromStub(error);
  }
}
