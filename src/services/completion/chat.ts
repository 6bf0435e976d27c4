/** Chats, through the SDK's provider model. `ai` itself stands above this: its retries and timeouts are the transport's here. */
import { createOpenAICompatible, type OpenAICompatibleProvider } from "@ai-sdk/openai-compatible";
import type {
  ChatRequest,
  CompletionChunk,
  CompletionRequest,
  CompletionResult,
} from "../../protocol/services.ts";
import { cutOff, explain, failedInside } from "./failures.ts";
import { checkerOf, promptPart, type WantedTool, withParts } from "./chat-parts.ts";
import { Transport, type ProviderRequest } from "./transport.ts";

type ChatModel = ReturnType<OpenAICompatibleProvider["chatModel"]>;
type ChatOptions = Parameters<ChatModel["doGenerate"]>[0];
type Finished = Pick<Awaited<ReturnType<ChatModel["doGenerate"]>>, "usage" | "finishReason">;

/** The next message of a chat, exactly as the provider gave it; its reasoning is left out. */
export async function completeChat(to: ProviderRequest, request: ChatRequest): Promise<CompletionResult> {
  try {
    const check = checkerOf(request.format);
    const answer = await chatModel(to, new Transport(to)).doGenerate(chatOptions(request));
    const text = answer.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    const calls = answer.content.filter((part) => part.type === "tool-call");
    return withParts(to, result(to.model, text, answer), calls, check);
  } catch (error) {
    throw explain(error, to.scope, to.settings.host);
  }
}

/** The same as deltas, then the result. */
export async function* streamChat(
  to: ProviderRequest,
  request: ChatRequest,
): AsyncGenerator<CompletionChunk, void, undefined> {
  const transport = new Transport(to);
  let text = "";
  let finished: Finished | undefined;
  const calls: WantedTool[] = [];
  const check = checkerOf(request.format);
  try {
    const { stream } = await chatModel(to, transport).doStream(chatOptions(request));
    for await (const part of stream) {
      if (part.type === "error" && !isMissingEnd(part.error)) throw brokenEvent(part.error, to);
      if (part.type === "finish") finished = part;
      if (part.type === "tool-call") calls.push(part);
      if (part.type === "text-delta" && part.delta !== "") {
        text += part.delta;
        yield { type: "delta", text: part.delta };
      }
    }
  } catch (error) {
    throw explain(error, to.scope, to.settings.host);
  }
  to.scope.signal.throwIfAborted();
  // Some servers give no reason and end with [DONE] all the same; without either, the connection was cut.
  if (finished === undefined || (finished.finishReason.raw === undefined && !transport.sawDone)) {
    throw cutOff(to.settings.host);
  }
  yield { type: "result", result: withParts(to, result(to.model, text, finished), calls, check) };
}

/** A prompt for a model that answers chats only: the one message of a user, word for word. */
export function promptAsChat({ prompt, ...sampling }: CompletionRequest): ChatRequest {
  return { ...sampling, messages: [{ role: "user", content: prompt }] };
}

export function provider(to: ProviderRequest, transport: Transport): OpenAICompatibleProvider {
  return createOpenAICompatible({
    name: "provider",
    baseURL: to.settings.baseUrl,
    // The key is the transport's, so that no error of the SDK's can carry it.
    fetch: transport.fetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
}

function chatModel(to: ProviderRequest, transport: Transport): ChatModel {
  return provider(to, transport).chatModel(to.model);
}

function chatOptions(request: ChatRequest): ChatOptions {
  const { tools, toolChoice, format } = request;
  return {
    prompt: request.messages.map(promptPart),
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    frequencyPenalty: request.frequencyPenalty,
    presencePenalty: request.presencePenalty,
    stopSequences: request.stop?.length === 0 ? undefined : request.stop,
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: "function" as const,
            name,
            ...(description === undefined ? {} : { description }),
            inputSchema: parameters ?? { type: "object", properties: {} },
          })),
          toolChoice: choiceOf(toolChoice),
        }),
    ...(format === undefined
      ? {}
      : { responseFormat: { type: "json" as const, name: format.name ?? "answer", schema: format.schema } }),
  };
}

function choiceOf(choice: ChatRequest["toolChoice"] = "auto"): ChatOptions["toolChoice"] {
  return typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.name };
}

/** What the SDK adds to a stream in which no finish_reason came. */
function isMissingEnd(error: unknown): boolean {
  return error instanceof Error && error.name === "AI_InvalidResponseDataError";
}

/** An event that says the provider failed, or one that the SDK could not read. */
function brokenEvent(error: unknown, to: ProviderRequest): unknown {
  return error instanceof Error ? error : failedInside({ error }, to);
}

function result(model: string, text: string, { finishReason, usage }: Finished): CompletionResult {
  const inputTokens = usage.inputTokens.total;
  const outputTokens = usage.outputTokens.total;
  return {
    text,
    model,
    finishReason: finishReason.raw ?? "unknown",
    usage: {
      ...(inputTokens === undefined ? {} : { inputTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
      calls: 1,
    },
  };
}
