/** Runners as they show themselves, and the small answers of the server itself. */
import * as z from "zod";
import { spellAddress } from "./spell.ts";

/** `GET /spells/:id/runner`. */
/** A source of a spell that was played. */
export const playedSource = z.object({
  nodeId: z.string(),
  /** What a run of it has as `trigger`, and a `push` as `source`. */
  name: z.string(),
  kind: z.enum(["interval", "cron", "webhook", "client", "spell", "event"]),
  /** ms since 1970 at which it fires next. */
  nextAt: z.number().int().optional(),
  /** Path of a webhook's address. Who knows it can fire the source: keep it like a password. */
  hook: z.string().optional(),
});
export type PlayedSource = z.infer<typeof playedSource>;

export const runnerDescription = z.object({
  loaded: z.boolean(),
  playing: z.boolean(),
  /** Those of the spell as it was last played. */
  sources: z.array(playedSource),
  /** Firings of sources that wait for their turn. */
  waiting: z.number().int().nonnegative(),
  /** Firings that were let go because too many waited, or the spell was paused. */
  dropped: z.number().int().nonnegative(),
  connections: z.number().int().nonnegative(),
  lastSeq: z.number().int().nonnegative(),
  /** Runs that wait for their turn. */
  queue: z.number().int().nonnegative(),
  /** Size of the runner's database. */
  bytes: z.number().int().nonnegative(),
});

/** `GET /runners`: those that are loaded, played, or have connections. */
export const runnerList = z.object({
  data: z.array(
    z.object({
      spellId: spellAddress,
      /** You, where it is your own spell; not told of a published one. */
      owner: z.string().optional(),
      session: z.string(),
      connections: z.number().int().nonnegative(),
      loaded: z.boolean(),
      loadedAt: z.number().int().optional(),
      playing: z.boolean(),
      /** Size of its database, as it was last told. */
      bytes: z.number().int().nonnegative(),
    }),
  ),
});

/** `GET /usage`: what your runs have used this month (UTC), and what you have now. */
export const userUsage = z.object({
  /** `2026-11` */
  month: z.string(),
  /** Runs that have ended. */
  runs: z.number().int().nonnegative(),
  /** Nodes that completed. */
  nodes: z.number().int().nonnegative(),
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  /** Calls of providers. */
  calls: z.number().int().nonnegative(),
  /** Size of the databases of all your runners. */
  journalBytes: z.number().int().nonnegative(),
  connections: z.number().int().nonnegative(),
  /** Those that the operator has set. */
  limits: z.object({
    runs: z.number().int().positive().optional(),
    runsPerSecond: z.number().int().positive().optional(),
    connections: z.number().int().positive().optional(),
    journalBytes: z.number().int().positive().optional(),
  }),
});

/** `POST /hooks/:token` of a webhook that answers at once. */
export const hookAccepted = z.object({
  /** Of the run that it will be, when its turn has come. */
  runId: z.string(),
});

/** `GET /health`. */
export const health = z.object({
  ok: z.boolean(),
  version: z.string(),
  /** Why this server answers nothing else, when `ok` is false. */
  reason: z.string().optional(),
});

/** `POST /auth/tickets`. */
export const ticketAnswer = z.object({
  ticket: z.string(),
  /** Seconds. */
  expiresIn: z.number().int().positive(),
});
