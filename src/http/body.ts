/** Request bodies: read within a limit, parsed, and told apart fault by fault. */
import type * as z from "zod";
import { parseJson } from "../platform/json.ts";
import { type FieldFault, SpellError } from "../protocol/errors.ts";

/**
 * @param options.maxBytes above it the rest is not read
 * @param options.empty what an empty body stands for; without it an empty body is refused
 * @throws SpellError `too_large`, `bad_request`
 */
export async function readJson(
  request: Request,
  options: { maxBytes: number; empty?: unknown },
): Promise<unknown> {
  const text = await readText(request, options.maxBytes);
  if (text.trim() !== "") return parseJson(text);
  if (options.empty !== undefined) return options.empty;
  throw new SpellError("bad_request", "The body is empty; send JSON.", {
    errors: [{ path: "", message: "empty" }],
  });
}

/** @throws SpellError `bad_request` with the path of each fault */
export function parseAs<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = faultsOf(result.error);
  const [first] = errors;
  const where = first === undefined || first.path === "" ? "" : ` at \`${first.path}\``;
  throw new SpellError("bad_request", `${what} cannot be taken: ${first?.message ?? "invalid"}${where}.`, {
    errors,
  });
}

/** For all requests: it keeps nothing of a text that it has read, or refused. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** @throws SpellError `too_large`, `bad_request` for what is not UTF-8 */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new SpellError("bad_request", "The body is not UTF-8.", {
      errors: [{ path: "", message: "not UTF-8" }],
      cause,
    });
  }
}

/** @throws SpellError `too_large` */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = (): SpellError =>
    new SpellError("too_large", `The body is larger than ${maxBytes} bytes.`);
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > maxBytes) throw tooLarge();
  // The server holds a body to the length that it tells.
  if (declared !== null) return new Uint8Array(await request.arrayBuffer());
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving this loop cancels the stream.
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function faultsOf(error: z.ZodError): FieldFault[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== "unrecognized_keys") return [{ path: path.join("."), message: issue.message }];
    // One fault a key, so that each has its own path.
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "unknown key" }));
  });
}
