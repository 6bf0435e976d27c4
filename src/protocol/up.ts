/** Client to server over the WebSocket: each frame is one message or an array of them. */
import * as z from "zod";
import { runCommandFields } from "./runs.ts";
import { json } from "./values.ts";

const requestId = z.string().min(1).max(128);

export const hello = z.strictObject({
  type: z.literal("hello"),
  lastSeq: z.number().int().nonnegative().optional(),
});
export const runCommand = z.strictObject({ type: z.literal("run"), requestId, ...runCommandFields });
export const cancelCommand = z.strictObject({ type: z.literal("cancel"), runId: z.string() });
export const playCommand = z.strictObject({ type: z.literal("play") });
export const pauseCommand = z.strictObject({ type: z.literal("pause") });
export const editCommand = z.strictObject({
  type: z.literal("edit"),
  requestId,
  baseVersion: z.number().int().nonnegative(),
  patch: z.array(z.record(z.string(), json)).max(10_000),
});
export type EditCommand = z.infer<typeof editCommand>;
export const answerCommand = z.strictObject({
  type: z.literal("answer"),
  runId: z.string(),
  nodeId: z.string(),
  visit: z.string(),
  value: json,
});
export const pushCommand = z.strictObject({ type: z.literal("push"), source: z.string(), value: json });
export const authCommand = z.strictObject({ type: z.literal("auth"), token: z.string().max(16_384) });
/**
 * The client has taken every event up to `seq`. A client that says so now and then (each megabyte, say) is waited for by what it
 * has not taken yet, whatever its speed; one that never does is held to a rate. Too far behind, either is closed with 4408.
 */
export const ackCommand = z.strictObject({ type: z.literal("ack"), seq: z.number().int().nonnegative() });
export const subscribeCommand = z.strictObject({
  type: z.literal("subscribe"),
  services: z.array(z.string().max(64)).max(64),
});

export const clientMessage = z.discriminatedUnion("type", [
  hello,
  runCommand,
  cancelCommand,
  playCommand,
  pauseCommand,
  editCommand,
  answerCommand,
  pushCommand,
  authCommand,
  ackCommand,
  subscribeCommand,
]);
export type ClientMessage = z.infer<typeof clientMessage>;
