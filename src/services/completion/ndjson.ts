/** Chunks as the bytes of NDJSON: one line each, an error as the last of them. */
import { SpellError } from "../../protocol/errors.ts";
import type { CompletionChunk } from "../../protocol/services.ts";

/**
 * Reads `chunks` only as fast as the stream is read. A stream of `type: "bytes"`, for RPC carries no other kind.
 * @param onEnd called once: after the last line, or with true when the reader cancelled
 */
export function ndjson(
  chunks: AsyncIterator<CompletionChunk, void, undefined>,
  onEnd: (wasCancelled: boolean) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const next = await nextOrError(chunks);
      if (next !== undefined) controller.enqueue(encoder.encode(`${JSON.stringify(next)}\n`));
      if (next === undefined || next.type !== "delta") {
        onEnd(false);
        controller.close();
        // A reader that brought its own buffer waits for it until it is given back, also with nothing in it.
        controller.byobRequest?.respond(0);
      }
    },
    cancel: () => onEnd(true),
  });
}

async function nextOrError(
  chunks: AsyncIterator<CompletionChunk, void, undefined>,
): Promise<CompletionChunk | undefined> {
  try {
    const next = await chunks.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    const { code, message, retryable } = SpellError.from(error);
    return { type: "error", code, message, retryable };
  }
}
