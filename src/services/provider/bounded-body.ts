/** A provider's body that cannot outgrow this isolate's memory. That it ends with the call is the doing of the fetch's signal. */
import { SpellError } from "../../protocol/errors.ts";

/** The isolate has 128 MB for every call in it, and text is held about four times while it is parsed. */
export const maxBodyBytes = 10 * 1024 * 1024;

/** The body, which errors with `provider_error` above 10 MB or `maxBytes`. That, and cancelling it, closes the connection to the provider. */
export function boundedStream(
  body: ReadableStream<Uint8Array> | null,
  host: string,
  maxBytes = maxBodyBytes,
): ReadableStream<Uint8Array> {
  if (body === null) return new Blob([]).stream();
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await reader.read();
      if (next.done) return controller.close();
      bytes += next.value.byteLength;
      if (bytes > maxBytes) {
        const error = new SpellError(
          "provider_error",
          `Provider ${host} sent more than ${maxBytes / 1024 / 1024} MB. Lower maxTokens or send fewer values.`,
        );
        await reader.cancel(error);
        throw error;
      }
      controller.enqueue(next.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

export async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(body).text();
}
