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
  // The pieces of a line that has not ended: joined once, however many chunks it comes in.
  let pieces: string[] = [];
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = decoder.decode(part.value, { stream: true }).split("\n");
      const rest = lines.pop() ?? "";
      for (const end of lines) {
        const line = pieces.join("") + end;
        pieces = [];
        if (line !== "") yield JSON.parse(line) as CompletionChunk;
      }
      pieces.push(rest);
    }
    const last = pieces.join("");
    if (last !== "") yield JSON.parse(last) as CompletionChunk;
  } finally {
    // Without effect on a stream that has ended; otherwise it ends the provider's request.
    await reader.cancel().catch(() => {});
  }
}
