/** The completion service: text, chats and embeddings from a server that speaks OpenAI's protocol. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type * as z from "zod";
import type { Env } from "../../env.ts";
import {
  chatRequest,
  completionRequest,
  embedRequest,
  serviceCall,
  type ChatRequest,
  type CompletionChunk,
  type CompletionRequest,
  type CompletionResult,
  type CompletionService,
  type EmbedRequest,
  type EmbedResult,
  type ServiceCall,
} from "../../protocol/services.ts";
import type { Usage } from "../../protocol/runs.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { withOwnKeys } from "../provider/own-keys.ts";
import { CallScope, cancelledError } from "../provider/call-scope.ts";
import { completeChat, promptAsChat, streamChat } from "./chat.ts";
import { embedValues } from "./embed.ts";
import type { ModelChoice, RequestStyle } from "./models.ts";
import { ndjson } from "./ndjson.ts";
import { completePrompt, streamPrompt } from "./prompt.ts";
import { chooseProvider } from "./providers.ts";
import type { ProviderRequest } from "./transport.ts";

/** A checked call, on its way to the provider. */
type Prepared<R> = ProviderRequest & Pick<ModelChoice, "asChat"> & { request: R };

/**
 * Every method throws SpellErrors only: `bad_request`, `not_configured`, `provider_error`, `provider_timeout`, `cancelled`.
 * Over RPC their `code`, `message` and `retryable` arrive as own properties.
 */
export class CompletionEntrypoint extends WorkerEntrypoint<Env> implements CompletionService {
  async complete(call: ServiceCall, request: CompletionRequest): Promise<CompletionResult> {
    const to = await this.#prepare("prompt", call, completionRequest, request);
    const work = to.asChat ? completeChat(to, promptAsChat(to.request)) : completePrompt(to, to.request);
    return told(to, await closing(to, work));
  }

  async chat(call: ServiceCall, request: ChatRequest): Promise<CompletionResult> {
    const to = await this.#prepare("chat", call, chatRequest, request);
    return told(to, await closing(to, completeChat(to, to.request)));
  }

  async embed(call: ServiceCall, request: EmbedRequest): Promise<EmbedResult> {
    const to = await this.#prepare("embed", call, embedRequest, request);
    return told(to, await closing(to, embedValues(to, to.request)));
  }

  /** Resolves with the first text. A failure before that rejects; a later one is the stream's last line. */
  async stream(
    call: ServiceCall,
    request: CompletionRequest | ChatRequest,
  ): Promise<ReadableStream<Uint8Array>> {
    const { to, chunks } = await this.#open(call, request);
    const first = await closing(to, chunks.next(), { onlyOnError: true });
    const rest = (async function* () {
      if (first.done !== true) yield toldChunk(to, first.value);
      for await (const chunk of chunks) yield toldChunk(to, chunk);
    })();
    return ndjson(rest, (wasCancelled) => {
      if (wasCancelled) to.scope.abort(cancelledError());
      to.scope.close();
    });
  }

  async #open(call: ServiceCall, request: CompletionRequest | ChatRequest) {
    if (typeof request === "object" && request !== null && "messages" in request) {
      const to = await this.#prepare("chat", call, chatRequest, request);
      return { to, chunks: streamChat(to, to.request) };
    }
    const to = await this.#prepare("prompt", call, completionRequest, request);
    return {
      to,
      chunks: to.asChat ? streamChat(to, promptAsChat(to.request)) : streamPrompt(to, to.request),
    };
  }

  async #prepare<R extends { model?: string | undefined }>(
    style: RequestStyle,
    givenCall: unknown,
    schema: z.ZodType<R>,
    givenRequest: unknown,
  ): Promise<Prepared<R>> {
    const call = parseArgument("completion", "call", serviceCall, givenCall);
    const request = parseArgument("completion", "request", schema, givenRequest);
    const env = await withOwnKeys(this.env, call.userId);
    const { settings, model, asChat } = chooseProvider(style, request.model, env);
    const { idempotencyKey } = call;
    const scope = new CallScope(call);
    return {
      settings,
      scope,
      model,
      asChat,
      request,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
  }
}

/** With who was asked. */
const told = <R extends { usage: Usage }>(to: ProviderRequest, result: R): R => ({
  ...result,
  usage: { ...result.usage, provider: to.settings.host },
});

const toldChunk = (to: ProviderRequest, chunk: CompletionChunk): CompletionChunk =>
  chunk.type === "result" ? { ...chunk, result: told(to, chunk.result) } : chunk;

/** The outcome, with the scope's timer ended; for a stream only when there will be none. */
async function closing<T>(to: ProviderRequest, work: Promise<T>, { onlyOnError = false } = {}): Promise<T> {
  try {
    const outcome = await work;
    if (!onlyOnError) to.scope.close();
    return outcome;
  } catch (error) {
    to.scope.close();
    throw error;
  }
}
