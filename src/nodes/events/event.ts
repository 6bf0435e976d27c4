/** Events as Magick had them: what was said, by whom, to whom and where. */
import type { NodeContext } from "../../engine/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import type { SocketType } from "../../protocol/spell.ts";
import { needed } from "../define.ts";
import { wrongKind } from "../inputs.ts";

/** In the order of the original's sockets. */
export const eventFields: readonly (readonly [string, SocketType])[] = [
  ["content", "string"],
  ["sender", "string"],
  ["observer", "string"],
  ["client", "string"],
  ["channel", "string"],
  ["connector", "string"],
  ["embedding", "embedding"],
  ["channelType", "string"],
  ["rawData", "string"],
  ["projectId", "string"],
  ["agentId", "string"],
  ["entities", "array"],
];

/** A bare text counts as the content of an event; undefined for what is neither. */
export function eventIn(value: Json): JsonObject | undefined {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return { content: String(value) };
  return isJsonObject(value) ? value : undefined;
}

/**
 * @throws SpellError `missing_input` without a value, `node_failed` for what is no event
 */
export function neededEvent(context: NodeContext, socket: string): JsonObject {
  const value = needed(context, socket);
  const event = eventIn(value);
  if (event === undefined) throw wrongKind(context, socket, "an event", value);
  return event;
}
