/** Messages of the completion service: text, chats, embeddings. */
import * as z from "zod";
import { errorCode } from "../errors.ts";
import { usage } from "../runs.ts";
import type { ServiceCall } from "./call.ts";

const sampling = {
  /** A provider's model name, or one of an old spell that the operator's table maps. */
  model: z.string().max(200).optional(),
  maxTokens: z.number().int().positive().optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  stop: z.array(z.string()).max(16).optional(),
};

/** The old prompt style: text in, its continuation out. */
export const completionRequest = z.strictObject({ ...sampling, prompt: z.string() });
export type CompletionRequest = z.infer<typeof completionRequest>;

export const chatRequest = z.strictObject({
  ...sampling,
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })).min(1),
});
export type ChatRequest = z.infer<typeof chatRequest>;

export const embedRequest = z.strictObject({
  model: z.string().max(200).optional(),
  values: z.array(z.string()).min(1).max(2048),
});
export type EmbedRequest = z.infer<typeof embedRequest>;

export const completionResult = z.object({
  text: z.string(),
  /** The model that was asked, after the operator's table. */
  model: z.string(),
  finishReason: z.string(),
  usage,
});
export type CompletionResult = z.infer<typeof completionResult>;

export const embedResult = z.object({
  embeddings: z.array(z.array(z.number())),
  model: z.string(),
  usage,
});
export type EmbedResult = z.infer<typeof embedResult>;

/** One line of the NDJSON that `stream` gives: text as it comes, then the result or the error as the last line. */
export const completionChunk = z.discriminatedUnion("type", [
  z.object({ type: z.literal("delta"), text: z.string() }),
  z.object({ type: z.literal("result"), result: completionResult }),
  z.object({ type: z.literal("error"), code: errorCode, message: z.string(), retryable: z.boolean() }),
]);
export type CompletionChunk = z.infer<typeof completionChunk>;

/** The completion service as its callers see it. */
export interface CompletionService {
  complete(call: ServiceCall, request: CompletionRequest): Promise<CompletionResult>;
  chat(call: ServiceCall, request: ChatRequest): Promise<CompletionResult>;
  /** NDJSON of {@link CompletionChunk}; cancelling the stream cancels the provider's request. */
  stream(call: ServiceCall, request: CompletionRequest | ChatRequest): Promise<ReadableStreamOf<Uint8Array>>;
  embed(call: ServiceCall, request: EmbedRequest): Promise<EmbedResult>;
}

/** The part of a web ReadableStream that callers use; named here because the engine compiles without web types. */
export interface ReadableStreamOf<T> {
  getReader(): {
    read(): Promise<{ done: false; value: T } | { done: true; value?: undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}
