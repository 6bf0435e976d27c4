/** Messages of the completion service: text, chats, embeddings. */
import * as z from "zod";
import { errorCode } from "../errors.ts";
import { usage } from "../runs.ts";
import { json, jsonObject } from "../values.ts";
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

/** A tool as the model asks for it. */
export const toolCall = z.object({ id: z.string(), name: z.string(), arguments: json });
export type ToolCall = z.infer<typeof toolCall>;

const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 of A-Z a-z 0-9 _ -");

export const chatMessage = z.discriminatedUnion("role", [
  z.strictObject({
    role: z.enum(["system", "user", "assistant"]),
    content: z.string(),
    /** Of an assistant: what it asked for, answered by the messages of the role `tool` behind it. */
    toolCalls: z.array(toolCall).max(128).optional(),
  }),
  z.strictObject({ role: z.literal("tool"), toolCallId: z.string(), name: toolName, content: z.string() }),
]);
export type ChatMessage = z.infer<typeof chatMessage>;

export const chatRequest = z.strictObject({
  ...sampling,
  messages: z.array(chatMessage).min(1),
  /** What the model may ask for; `parameters` is a JSON Schema of an object. */
  tools: z
    .array(
      z.strictObject({
        name: toolName,
        description: z.string().max(10_000).optional(),
        parameters: jsonObject.optional(),
      }),
    )
    .max(128)
    .optional(),
  /** One that it must ask for; `auto` unless given. */
  toolChoice: z.union([z.enum(["auto", "none", "required"]), z.strictObject({ name: toolName })]).optional(),
  /** The answer is one JSON value of this shape, a JSON Schema, and is checked against it, but for patterns and formats. */
  format: z.strictObject({ name: toolName.optional(), schema: jsonObject }).optional(),
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
  /** Where the model wants tools. */
  toolCalls: z.array(toolCall).optional(),
  /** Where a `format` was asked for. */
  object: json.optional(),
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
