/** Limits of a server that strangers reach, unless its environment says otherwise; `off` is no limit. */

export const defaultLimits = {
  RATE_LIMITS: "on",
  USER_MAX_RUNS: "200",
  USER_MAX_RUNS_PER_SECOND: "50",
  USER_MAX_CONNECTIONS: "200",
  USER_MAX_JOURNAL_BYTES: String(4 * 1024 ** 3),
  AUTH_MAX_SIGN_INS_PER_ACCOUNT: "10",
  AUTH_MAX_SIGN_INS_PER_ADDRESS: "50",
  AUTH_MAX_SIGN_UPS_PER_ADDRESS: "20",
} as const;

/** The defaults under what the environment says. */
export const limitsBelow = (environment: NodeJS.Dict<string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(defaultLimits).map(([name, value]) => [name, environment[name] ?? value]),
  );
