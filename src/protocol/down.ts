/** Server to client over the WebSocket: journaled events, and the messages without `seq` around them. */
import * as z from "zod";
import { errorCode } from "./errors.ts";
import { stampedEvent } from "./events.ts";
import { runStatus, spellRef } from "./runs.ts";
import { spellIssue } from "./spell.ts";
import { json, jsonObject, valueRef } from "./values.ts";

export { closeCodes } from "./close-codes.ts";

export const welcome = z.object({
  type: z.literal("welcome"),
  protocolVersion: z.number().int(),
  userId: z.string(),
  spell: spellRef.pick({ id: true, version: true }),
  session: z.string(),
  playing: z.boolean(),
  lastSeq: z.number().int().nonnegative(),
  /** Runs that have not ended. */
  runs: z.array(
    z.object({
      runId: z.string(),
      status: runStatus,
      trigger: z.string(),
      startedAt: z.number().int(),
      /** Text streamed so far by nodes in flight. */
      partial: z.array(z.object({ nodeId: z.string(), visit: z.string(), text: z.string() })).optional(),
    }),
  ),
});
export type Welcome = z.infer<typeof welcome>;

/** What stands for a gap that is no longer kept. */
export const snapshot = z.object({
  seq: z.number().int().nonnegative(),
  runs: z.array(
    z.object({
      runId: z.string(),
      status: runStatus,
      inputs: jsonObject,
      outputs: jsonObject.optional(),
      nodes: z.record(
        z.string(),
        z.object({ visit: z.string(), status: z.string(), outputs: jsonObject.optional() }),
      ),
    }),
  ),
});
export type Snapshot = z.infer<typeof snapshot>;

/** The gap after `hello.lastSeq`. `more` when the rest follows in a further `replay`. */
export const replayMessage = z.object({
  type: z.literal("replay"),
  events: z.array(stampedEvent).optional(),
  more: z.boolean().optional(),
  snapshot: snapshot.optional(),
});

export const nodeDelta = z.object({
  type: z.literal("node.delta"),
  runId: z.string(),
  nodeId: z.string(),
  visit: z.string(),
  delta: z.string(),
});
export type NodeDelta = z.infer<typeof nodeDelta>;

export const serviceChanged = z.object({
  type: z.literal("service.changed"),
  service: z.string(),
  event: z.string(),
  id: json,
});
export type ServiceChanged = z.infer<typeof serviceChanged>;
/** Said once, within the last 60 s of the token, to a connection that is being sent something anyway. */
export const tokenExpiring = z.object({ type: z.literal("token.expiring"), at: z.number().int() });
/** Answers `auth`: the connection is good until `at`. */
export const tokenRenewed = z.object({ type: z.literal("token.renewed"), at: z.number().int() });

/** Answers an `edit` that was saved, when every loaded runner knows of it; `spell.changed` has gone to all connections. */
export const spellSaved = z.object({
  type: z.literal("spell.saved"),
  requestId: z.string(),
  version: z.number().int().positive(),
  warnings: z.array(spellIssue),
});
/**
 * The present document, after the `error` (`conflict`) of an `edit` that was made from another version. Too large for a frame,
 * it is a reference: get it at `/spells/:id/versions/<version>`.
 */
export const spellMessage = z.object({
  type: z.literal("spell"),
  requestId: z.string(),
  version: z.number().int().positive(),
  /** As `spellDocument` has it; not said here, so that what a document may have is no part of the protocol's version. */
  document: z.union([valueRef, jsonObject]),
});
export type SpellMessage = z.infer<typeof spellMessage>;
export const errorMessage = z.object({
  type: z.literal("error"),
  requestId: z.string().optional(),
  code: errorCode,
  message: z.string(),
});
export type ErrorMessage = z.infer<typeof errorMessage>;

export const serverMessage = z.union([
  stampedEvent,
  z.discriminatedUnion("type", [
    welcome,
    replayMessage,
    nodeDelta,
    serviceChanged,
    tokenExpiring,
    tokenRenewed,
    spellSaved,
    spellMessage,
    errorMessage,
  ]),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
