/** What a connection says, checked against the protocol before anything is done with it. */
import { SpellError } from "../protocol/errors.ts";
import { type ClientMessage, clientMessage } from "../protocol/up.ts";
import { maxFrameBytes } from "../protocol/values.ts";
import { parseJson } from "../platform/json.ts";
import { fits } from "./large-values.ts";

const maxMessagesAFrame = 1000;

export type Parsed = { message: ClientMessage } | { requestId?: string; error: SpellError };

/**
 * The messages of a frame, each one or its fault.
 * @throws SpellError `too_large` above 1 MiB, `protocol_error` for what is no JSON message at all
 */
export function parseFrame(frame: string | ArrayBuffer): Parsed[] {
  if (typeof frame !== "string")
    throw new SpellError("protocol_error", "Binary frames are not taken; send JSON as text.");
  if (!fits(frame, maxFrameBytes))
    throw new SpellError("too_large", `A frame holds at most ${maxFrameBytes} bytes.`);
  let value: unknown;
  try {
    value = parseJson(frame);
  } catch (error) {
    throw new SpellError("protocol_error", SpellError.from(error).message);
  }
  const messages = Array.isArray(value) ? value : [value];
  if (messages.length > maxMessagesAFrame)
    throw new SpellError("protocol_error", `A frame holds at most ${maxMessagesAFrame} messages.`);
  return messages.map(parseMessage);
}

function parseMessage(value: unknown): Parsed {
  const parsed = clientMessage.safeParse(value);
  if (parsed.success) return { message: parsed.data };
  const [first] = parsed.error.issues;
  const requestId = (value as { requestId?: unknown } | null)?.requestId;
  const where = first === undefined || first.path.length === 0 ? "" : ` at ${first.path.join(".")}`;
  return {
    ...(typeof requestId === "string" ? { requestId: requestId.slice(0, 128) } : {}),
    error: new SpellError(
      "protocol_error",
      `This message does not fit the protocol${where}: ${first?.message ?? "unknown fault"}.`,
    ),
  };
}
