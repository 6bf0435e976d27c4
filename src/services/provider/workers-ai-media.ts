/** Sounds and pictures that models of Workers AI give and take: some as base64 in JSON, some as bytes, some as a stream. */
import { Buffer } from "node:buffer";
import { SpellError } from "../../protocol/errors.ts";
import { boundedStream } from "./bounded-body.ts";
import type { CallScope } from "./call-scope.ts";
import { ended, workersAiHost } from "./workers-ai.ts";

export interface Media {
  /** As its first bytes tell. */
  type: string;
  base64: string;
}

/** A byte that travels as a number takes eight of memory, and the isolate has 128 MB. */
const maxNumbers = 4 * 1024 * 1024;

const signatures: readonly [type: string, pattern: RegExp][] = [
  ["image/png", /^\x89PNG/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/webp", /^RIFF....WEBP/s],
  ["audio/wav", /^RIFF/],
  ["audio/ogg", /^OggS/],
  ["audio/flac", /^fLaC/],
  ["audio/mpeg", /^(?:ID3|\xff[\xe2-\xff])/],
];

/**
 * What a model gave; undefined for an answer that has none.
 * @param field of a JSON answer that holds it
 * @param type for bytes that tell of none
 * @throws SpellError `provider_error` for more than `maxBytes`, `provider_timeout`, `cancelled`
 */
export async function mediaOf(
  answer: unknown,
  { field, type, maxBytes, scope }: { field: string; type: string; maxBytes: number; scope: CallScope },
): Promise<Media | undefined> {
  if (answer instanceof ReadableStream) {
    const body = boundedStream(answer as ReadableStream<Uint8Array>, workersAiHost, maxBytes);
    return mediaOf(new Uint8Array(await ended(scope.signal, new Response(body).arrayBuffer())), {
      field,
      type,
      maxBytes,
      scope,
    });
  }
  if (answer instanceof Uint8Array) {
    const base64 = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString("base64");
    return base64 === "" ? undefined : { type: typeOf(base64) ?? type, base64 };
  }
  const given: unknown =
    typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>)[field] : undefined;
  if (typeof given !== "string" || given === "") return undefined;
  return { type: typeOf(given) ?? type, base64: given };
}

/** Bytes as models take them that know no base64. @throws SpellError `too_large` */
export function numbersOf(bytes: Uint8Array, service: string, model: string): number[] {
  if (bytes.byteLength > maxNumbers)
    throw new SpellError("too_large", `${service}: ${model} takes ${maxNumbers / 1024 / 1024} MB at most.`);
  return [...bytes];
}

function typeOf(base64: string): string | undefined {
  const start = Buffer.from(base64.slice(0, 16), "base64").toString("latin1");
  return signatures.find(([, pattern]) => pattern.test(start))?.[0];
}
