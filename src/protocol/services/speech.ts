/** The speech service: text to sound and back, and how long things take. */
import * as z from "zod";
import { sessionName } from "../spell.ts";
import type { ServiceCall } from "./call.ts";

/** Base64 of at most 20 MB, so that a call stays below what RPC carries. */
const maxBase64 = 28_000_000;

export const speakRequest = z.strictObject({
  text: z.string().min(1).max(100_000),
  model: z.string().max(200).optional(),
  voice: z.string().max(200).optional(),
  /** BCP 47. */
  language: z.string().max(35).optional(),
  format: z.enum(["mp3", "wav", "opus", "flac"]).optional(),
});
export type SpeakRequest = z.infer<typeof speakRequest>;

export const spoken = z.object({
  mimeType: z.string(),
  /** Base64. */
  audio: z.string().max(maxBase64),
});
export type Spoken = z.infer<typeof spoken>;

export const transcribeRequest = z.strictObject({
  /** Base64, a data: address, or an http(s) address, which the service fetches. */
  audio: z.string().min(1).max(maxBase64),
  mimeType: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  language: z.string().max(35).optional(),
});
export type TranscribeRequest = z.infer<typeof transcribeRequest>;

export const transcribed = z.object({ text: z.string(), language: z.string().optional() });
export type Transcribed = z.infer<typeof transcribed>;

/** How long one kind of work took, in ms. */
export const timing = z.object({
  kind: z.enum(["node", "spell", "provider"]),
  /** Of a spell its id, of a node `spell/node`, of a provider its host. */
  name: z.string(),
  /** Times that it was done, failures among them. */
  count: z.number().int().nonnegative(),
  failures: z.number().int().nonnegative(),
  /** Of the newest 1 000 of each runner; 0 where all have failed. A provider's time is that of the nodes that asked it. */
  p50: z.number().nonnegative(),
  p95: z.number().nonnegative(),
});
export type Timing = z.infer<typeof timing>;
/** `isPartial`: older runs, or further runners, were not looked at. */
export const timingsResult = z.object({ data: z.array(timing), isPartial: z.boolean() });
export type TimingsResult = z.infer<typeof timingsResult>;
export const timingsRequest = z.strictObject({
  spellId: z.string().max(300).optional(),
  /** Of that name alone, of whatever spell. */
  session: sessionName.optional(),
  /** ms since 1970; what was kept before that is not counted. */
  since: z.number().nonnegative().optional(),
});
export type TimingsRequest = z.infer<typeof timingsRequest>;

export interface SpeechService {
  speak(call: ServiceCall, request: SpeakRequest): Promise<Spoken>;
  transcribe(call: ServiceCall, request: TranscribeRequest): Promise<Transcribed>;
  timings(call: ServiceCall, request?: TimingsRequest): Promise<TimingsResult>;
}
