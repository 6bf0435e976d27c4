/**
 * Every limit of the server itself, from the constants that enforce it: what docs/LIMITS.md shows, and what test/trust/limits.test.ts
 * tries one by one. Limits that a spell sets for itself are in the README.
 */
import { MessageRate } from "../src/actor/message-rate.ts";
import { maxTrusted, maxUnacknowledged, trustedPerSecond } from "../src/actor/send-window.ts";
import { maxBodyBytes, maxHeaderLength, maxHeadersLength, maxUrlLength } from "../src/http/bounds.ts";
import { maxJsonDepth } from "../src/platform/json.ts";
import { maxKeys, maxSecrets, maxTickets, ticketLifetimeSeconds } from "../src/protocol/accounts.ts";
import { maxParallelRuns, maxQueuedRuns } from "../src/protocol/runs.ts";
import { maxSpellNodes } from "../src/protocol/spell.ts";
import { maxFrameBytes } from "../src/protocol/values.ts";
import { defaultLimits } from "./default-limits.ts";

export interface Limit {
  /** What is limited. */
  what: string;
  /** Where strangers reach the server: deployed, or `npm start` on an address that is none of loopback's. */
  limit: string;
  /** What sets it; without one it is the same everywhere. With one there is no limit on loopback unless it is set. */
  setting?: keyof typeof defaultLimits;
  /** What comes of one more. */
  beyond: string;
}

const count = (number: number | string): string =>
  String(number).replaceAll(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
const bytes = (number: number): string =>
  number % 1024 ** 2 === 0 ? `${number / 1024 ** 2} MiB` : `${count(Math.round(number / 1024))} KiB`;
const characters = (number: number): string => `${count(number)} characters`;
const tooMany = "429 `rate_limited` with Retry-After";
const tooLarge = "413 `too_large`, whether the length was told before or not";
const perUser = (name: keyof typeof defaultLimits): string => count(defaultLimits[name]);

export const limits = {
  addressRequests: {
    what: "Requests from one address (of IPv6 a /64)",
    limit: "600 a minute, in wrangler.toml; counted where they come in, so not exactly",
    setting: "RATE_LIMITS",
    beyond: tooMany,
  },
  userRequests: {
    what: "Requests of one user",
    limit: "6\u202f000 a minute, in wrangler.toml; not exactly",
    setting: "RATE_LIMITS",
    beyond: tooMany,
  },
  runsPerSecond: {
    what: "Runs that one user begins",
    limit: `${perUser("USER_MAX_RUNS_PER_SECOND")} a second over all runners, exactly; up to two seconds' worth at once`,
    setting: "USER_MAX_RUNS_PER_SECOND",
    beyond: `${tooMany}; \`error\` on a connection; firings of sources wait`,
  },
  runsAtOnce: {
    what: "Runs of one user in progress",
    limit: perUser("USER_MAX_RUNS"),
    setting: "USER_MAX_RUNS",
    beyond: `${tooMany}; \`error\` on a connection; firings of sources wait`,
  },
  connections: {
    what: "Connections of one user",
    limit: perUser("USER_MAX_CONNECTIONS"),
    setting: "USER_MAX_CONNECTIONS",
    beyond: `the upgrade is answered ${tooMany}`,
  },
  journal: {
    what: "Databases of one user's runners",
    limit: bytes(Number(defaultLimits.USER_MAX_JOURNAL_BYTES)),
    setting: "USER_MAX_JOURNAL_BYTES",
    beyond: "422 `budget_exceeded` for every further run",
  },
  signInsOfAccount: {
    what: "Failed sign-ins to one account, there or not",
    limit: `${defaultLimits.AUTH_MAX_SIGN_INS_PER_ACCOUNT} in 15 minutes, exactly`,
    setting: "AUTH_MAX_SIGN_INS_PER_ACCOUNT",
    beyond: `${tooMany}, for the right password too`,
  },
  signInsOfAddress: {
    what: "Failed sign-ins from one address",
    limit: `${defaultLimits.AUTH_MAX_SIGN_INS_PER_ADDRESS} in 15 minutes, exactly`,
    setting: "AUTH_MAX_SIGN_INS_PER_ADDRESS",
    beyond: tooMany,
  },
  signUps: {
    what: "New accounts from one address",
    limit: `${defaultLimits.AUTH_MAX_SIGN_UPS_PER_ADDRESS} in an hour, exactly`,
    setting: "AUTH_MAX_SIGN_UPS_PER_ADDRESS",
    beyond: tooMany,
  },
  url: { what: "An address (URL)", limit: characters(maxUrlLength), beyond: "414 `too_large`" },
  header: { what: "One header", limit: characters(maxHeaderLength), beyond: "431 `too_large`" },
  headers: { what: "All headers", limit: characters(maxHeadersLength), beyond: "431 `too_large`" },
  accountBody: { what: "Body of a sign-in or sign-up", limit: bytes(maxBodyBytes.account), beyond: tooLarge },
  keyBody: { what: "Body of a new key", limit: bytes(maxBodyBytes.key), beyond: tooLarge },
  secretBody: { what: "Body of a secret", limit: bytes(maxBodyBytes.secret), beyond: tooLarge },
  spellBody: { what: "Body of a spell", limit: bytes(maxBodyBytes.spell), beyond: tooLarge },
  runBody: { what: "Body of a run or a fork", limit: bytes(maxBodyBytes.run), beyond: tooLarge },
  serviceBody: { what: "Body of a service's call", limit: bytes(maxBodyBytes.service), beyond: tooLarge },
  hookBody: { what: "Body of a webhook's call", limit: bytes(maxBodyBytes.hook), beyond: tooLarge },
  uploadBody: { what: "An uploaded file with its form", limit: bytes(maxBodyBytes.upload), beyond: tooLarge },
  jsonDepth: {
    what: "Nesting of JSON, in bodies and frames",
    limit: `${maxJsonDepth} levels`,
    beyond: "400 `bad_request`; `error` on a connection",
  },
  spellNodes: { what: "Nodes of a spell", limit: count(maxSpellNodes), beyond: "413 `too_large`" },
  frame: { what: "A frame of a connection", limit: bytes(maxFrameBytes), beyond: "`error`, then close 4413" },
  messages: {
    what: "Messages of a connection",
    limit: `${MessageRate.perSecond} a second after a burst of ${count(MessageRate.burst)}; a hello counts for ${MessageRate.helloCost}`,
    beyond: `dropped, with one \`error\`; close 4429 after ${count(MessageRate.patience)} dropped in a row`,
  },
  waitingFrames: {
    what: "Frames of a connection that wait to be handled",
    limit: characters(MessageRate.maxWaiting),
    beyond: "close 4429",
  },
  unread: {
    what: "What a connection was sent and has not taken",
    limit: `${characters(maxUnacknowledged)} with \`ack\`, else ${characters(maxTrusted)} and ${count(trustedPerSecond)} more a second`,
    beyond: "close 4408",
  },
  parallel: { what: "Runs of a runner in progress", limit: count(maxParallelRuns), beyond: "queued" },
  queue: {
    what: "Runs of a runner in its queue",
    limit: count(maxQueuedRuns),
    beyond: "503 `overloaded` with Retry-After",
  },
  tickets: {
    what: "Tickets of a user that are open",
    limit: `${count(maxTickets)}, for ${ticketLifetimeSeconds} s`,
    beyond: "the oldest ends",
  },
  keys: { what: "Keys of a user", limit: count(maxKeys), beyond: "409 `conflict`" },
  secrets: { what: "Secrets of a user", limit: count(maxSecrets), beyond: "409 `conflict`" },
} as const satisfies Record<string, Limit>;
