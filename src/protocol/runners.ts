/** Runners as they show themselves, and the small answers of the server itself. */
import * as z from "zod";
import { spellId } from "./spell.ts";

/** `GET /spells/:id/runner`. */
export const runnerDescription = z.object({
  loaded: z.boolean(),
  playing: z.boolean(),
  connections: z.number().int().nonnegative(),
  lastSeq: z.number().int().nonnegative(),
  /** Runs that wait for their turn. */
  queue: z.number().int().nonnegative(),
  /** Size of the runner's database. */
  bytes: z.number().int().nonnegative(),
});

/** `GET /runners`: those that are loaded or have connections. */
export const runnerList = z.object({
  data: z.array(
    z.object({
      spellId,
      owner: z.string(),
      session: z.string(),
      connections: z.number().int().nonnegative(),
      loaded: z.boolean(),
      loadedAt: z.number().int().optional(),
    }),
  ),
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
