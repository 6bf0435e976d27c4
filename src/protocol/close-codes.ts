/** Why the server closed a connection. Without zod, for a page. */

/** Close codes for open connections. */
export const closeCodes = {
  tokenExpired: 4401,
  forbidden: 4403,
  spellDeleted: 4404,
  tooSlow: 4408,
  tooLarge: 4413,
  tooMany: 4429,
} as const;
