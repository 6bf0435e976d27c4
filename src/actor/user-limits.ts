/** What one user may have and do over all runners, by the operator's settings. Without a setting there is no limit. */
import type { Env } from "../env.ts";
import { limitOf } from "../platform/limit-setting.ts";

export interface UserLimits {
  /** Runs in progress. */
  runs: number;
  /** Runs that begin. */
  runsPerSecond: number;
  connections: number;
  /** Bytes of the databases of all the user's runners. */
  journalBytes: number;
}

export const limitSettings = {
  runs: "USER_MAX_RUNS",
  runsPerSecond: "USER_MAX_RUNS_PER_SECOND",
  connections: "USER_MAX_CONNECTIONS",
  journalBytes: "USER_MAX_JOURNAL_BYTES",
} as const satisfies Record<keyof UserLimits, keyof Env>;

/**
 * The limits; `Infinity` for one that is not set.
 * @throws SpellError `not_configured`, naming the setting that is no positive whole number
 */
export const userLimitsOf = (env: Pick<Env, (typeof limitSettings)[keyof UserLimits]>): UserLimits => ({
  runs: limitOf(env, limitSettings.runs),
  runsPerSecond: limitOf(env, limitSettings.runsPerSecond),
  connections: limitOf(env, limitSettings.connections),
  journalBytes: limitOf(env, limitSettings.journalBytes),
});
