/** Asks the completion service from a node: streams the text to whoever listens, gives the whole. */
import type { NodeContext } from "../../engine/component.ts";
import { SpellError } from "../../protocol/errors.ts";
import type {
  ChatRequest,
  CompletionChunk,
  CompletionRequest,
  CompletionResult,
  ReadableStreamOf,
} from "../../protocol/services.ts";
import { askService } from "../ask-service.ts";

/**
 * Completes a prompt or answers a chat.
 * @throws SpellError `not_configured` without a completion service or provider, `provider_error`, `provider_timeout`
 */
export async function completeText(
  context: NodeContext,
  request: CompletionRequest | ChatRequest,
): Promise<CompletionResult> {
  return askService(context, "completion", async (completion, call) => {
    const stream = await completion.stream(call, request);
    for await (const chunk of linesOf(stream)) {
      if (chunk.type === "delta") context.delta(chunk.text);
      else if (chunk.type === "result") return chunk.result;
      else throw new SpellError(chunk.code, chunk.message, { retryable: chunk.retryable });
    }
    throw new SpellError("provider_error", "the completion service ended without a result.", {
      retryable: true,
    });
  });
}

async function* linesOf(stream: ReadableStreamOf<Uint8Array>): AsyncGenerator<CompletionChunk> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + decoder.decode(part.value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line) as CompletionChunk;
    }
    if (rest !== "") yield JSON.parse(rest) as CompletionChunk;
  } finally {
    // Without effect on a stream that has ended; otherwise it ends the provider's request.
    await reader.cancel().catch(() => {});
  }
}
