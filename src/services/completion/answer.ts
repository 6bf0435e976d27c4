/** Tells a good answer of a provider from what only has a good status, and a stream from whole JSON. */
import { readText } from "../provider/bounded-body.ts";
import { jsonAsEvents } from "./event-stream.ts";
import { failedInside, unusable, type Asked } from "./failures.ts";
import { looksLikeHtml } from "../provider/provider-message.ts";

interface Answer {
  /** Whole JSON, or an event stream where one was asked for. */
  answer: Response;
  /** Whether the event stream ended as the protocol says, with `[DONE]`; to be asked once it has ended. */
  sawDone: () => boolean;
}

const eventStream = { headers: { "content-type": "text/event-stream" } };
/** More than `[DONE]` and the blank lines that may follow it. */
const tailLength = 64;

/**
 * Reads an answer with a good status as far as is needed to know that it is one.
 * @param body of the response, bounded
 * @throws SpellError `provider_error`; whatever `body` errors with
 */
export async function readAnswer(
  response: Response,
  body: ReadableStream<Uint8Array>,
  asked: Asked,
  wantsStream: boolean,
): Promise<Answer> {
  const type = response.headers.get("content-type")?.toLowerCase() ?? "";
  if (wantsStream && !type.includes("json") && !type.includes("html")) return started(body);
  const { host } = asked.settings;
  const text = await readText(body);
  if (looksLikeHtml(text)) {
    throw unusable(
      host,
      "answered with a web page instead of JSON. Check OPENAI_BASE_URL, it usually ends in /v1.",
    );
  }
  const value = parseJson(text);
  if (value === undefined) throw unusable(host, "answered with something that is not JSON, or was cut off.");
  if (hasError(value)) throw failedInside(value, asked);
  // A provider that ignored the wish for a stream gave its whole answer, so nothing of it can be missing.
  if (wantsStream) return { answer: new Response(jsonAsEvents(value), eventStream), sawDone: () => true };
  return {
    answer: new Response(text, { headers: { "content-type": "application/json" } }),
    sawDone: () => true,
  };
}

/** Whether this is the body of a request for a stream. */
export function isStreaming({ body }: RequestInit): boolean {
  const value = typeof body === "string" ? parseJson(body) : undefined;
  return typeof value === "object" && value !== null && "stream" in value && value.stream === true;
}

/** True for `{error: …}`, which some gateways send with status 200, and every provider in a stream that fails. */
export function hasError(value: unknown): boolean {
  return typeof value === "object" && value !== null && "error" in value && Boolean(value.error);
}

/** The event stream once its first bytes are here, so that a connection broken before them can still be retried. */
async function started(body: ReadableStream<Uint8Array>): Promise<Answer> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let tail = "";
  let first: ReadableStreamReadResult<Uint8Array> | undefined = await reader.read();
  const events = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = first ?? (await reader.read());
      first = undefined;
      if (next.done) return controller.close();
      tail = (tail + decoder.decode(next.value, { stream: true })).slice(-tailLength);
      controller.enqueue(next.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { answer: new Response(events, eventStream), sawDone: () => tail.trimEnd().endsWith("[DONE]") };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
