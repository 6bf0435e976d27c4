/**
 * The old prompt style, `POST /completions`, written by hand on `fetch`. The SDK's completion model cannot carry it: it puts
 * `user:` and `assistant:` around the prompt and adds `\nuser:` to the stop sequences, and its provider options cannot undo that.
 */
import * as z from "zod";
import type { CompletionChunk, CompletionRequest, CompletionResult } from "../../protocol/services.ts";
import { eventData } from "./event-stream.ts";
import { hasError } from "./answer.ts";
import { cutOff, explain, failedInside, unusable } from "./failures.ts";
import { Transport, type ProviderRequest } from "./transport.ts";

const tokens = z.number().nonnegative().nullish();
const usage = z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish();
const choice = z.object({ text: z.string().nullish(), finish_reason: z.string().nullish() });
const answer = z.object({ choices: z.array(choice).min(1), usage });
/** The last event of a stream, which brings the usage, may have no choice. */
const event = z.object({ choices: z.array(choice).default([]), usage });

/** The continuation of a prompt, exactly as the provider gave it. */
export async function completePrompt(
  to: ProviderRequest,
  request: CompletionRequest,
): Promise<CompletionResult> {
  const response = await post(new Transport(to), to, promptBody(to.model, request));
  const parsed = answer.safeParse(await response.json());
  if (!parsed.success) throw unusable(to.settings.host, "answered with JSON that is no completion.");
  const first = parsed.data.choices[0];
  return result(to.model, first?.text ?? "", first?.finish_reason, parsed.data.usage);
}

/** The same as deltas, then the result. */
export async function* streamPrompt(
  to: ProviderRequest,
  request: CompletionRequest,
): AsyncGenerator<CompletionChunk, void, undefined> {
  const { host } = to.settings;
  const transport = new Transport(to);
  const body = { ...promptBody(to.model, request), stream: true, stream_options: { include_usage: true } };
  let text = "";
  let finishReason: string | null | undefined;
  let used: z.infer<typeof usage>;
  try {
    const response = await post(transport, to, body);
    for await (const data of eventData(response.body ?? new Blob([]).stream())) {
      const parsed = event.safeParse(parseEvent(data, to));
      if (!parsed.success) throw unusable(host, "sent an event that is no completion.");
      const first = parsed.data.choices[0];
      used = parsed.data.usage ?? used;
      finishReason = first?.finish_reason ?? finishReason;
      if (first?.text) {
        text += first.text;
        yield { type: "delta", text: first.text };
      }
    }
  } catch (error) {
    throw explain(error, to.scope, host);
  }
  to.scope.signal.throwIfAborted();
  if (finishReason == null && !transport.sawDone) throw cutOff(host);
  yield { type: "result", result: result(to.model, text, finishReason, used) };
}

/** Only what the request gives is sent; an empty list of stops is no stop, and OpenAI refuses it. */
function promptBody(model: string, request: CompletionRequest): Record<string, unknown> {
  return {
    model,
    prompt: request.prompt,
    max_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    stop: request.stop?.length === 0 ? undefined : request.stop,
  };
}

async function post(
  transport: Transport,
  to: ProviderRequest,
  body: Record<string, unknown>,
): Promise<Response> {
  return transport.fetch(`${to.settings.baseUrl}/completions`, {
    method: "POST",
    body: JSON.stringify(body),
  });
}

function parseEvent(data: string, to: ProviderRequest): unknown {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // Half an event: the connection ended inside it.
    throw cutOff(to.settings.host);
  }
  if (hasError(value)) throw failedInside(value, to);
  return value;
}

function result(
  model: string,
  text: string,
  finishReason: string | null | undefined,
  used: z.infer<typeof usage>,
): CompletionResult {
  return {
    text,
    model,
    finishReason: finishReason ?? "unknown",
    usage: {
      ...(used?.prompt_tokens == null ? {} : { inputTokens: used.prompt_tokens }),
      ...(used?.completion_tokens == null ? {} : { outputTokens: used.completion_tokens }),
      calls: 1,
    },
  };
}
