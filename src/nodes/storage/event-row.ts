/** What the events service keeps of an event, and how nodes name what they keep. */
import type { NodeContext } from "../../engine/component.ts";
import type { NewEvent } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { optionalText, setText } from "../given.ts";
import { failed, textFrom, wrongKind } from "../inputs.ts";

/** Those that say where and among whom an event happened. */
const circumstances = [
  "sender",
  "observer",
  "client",
  "channel",
  "channelType",
  "connector",
  "agentId",
  "projectId",
] as const;
export type Circumstances = { [Name in (typeof circumstances)[number]]?: string };

/** Of an event, those that it has; numbers as texts, since ids were once numbers. */
export function circumstancesOf(context: NodeContext, event: JsonObject): Circumstances {
  const found: Circumstances = {};
  for (const name of circumstances) {
    const value = Object.hasOwn(event, name) ? event[name] : undefined;
    if (value !== undefined && value !== null) found[name] = textFrom(context, `event.${name}`, value);
  }
  return found;
}

/** The kind of memory: by wire, else the node's, else `none`. */
export function typeOf(context: NodeContext, own: string | null | undefined): string {
  return (setText(optionalText(context, "type")) ?? setText(own) ?? "none").trim();
}

/** An event as the service keeps it. What is no part of one is dropped. */
export function rowOf(
  context: NodeContext,
  event: JsonObject,
  kept: { type: string; content: string; embedding?: number[] | undefined },
): NewEvent {
  const { embedding, ...named } = kept;
  const entities = entitiesOf(context, event.entities);
  return {
    ...circumstancesOf(context, event),
    ...named,
    ...(entities === undefined ? {} : { entities }),
    ...(event.rawData === undefined ? {} : { rawData: event.rawData }),
    ...(embedding === undefined ? {} : { embedding }),
  };
}

function entitiesOf(context: NodeContext, value: Json | undefined): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongKind(context, "event.entities", "a list", value);
  return value.flatMap((entity) => (entity === null ? [] : [textFrom(context, "event.entities", entity)]));
}

/** @throws SpellError `node_failed` for a text of blanks, which nobody would want to remember */
export function saying(context: NodeContext, content: string | undefined): string {
  if (content !== undefined && content.trim() !== "") return content;
  throw failed(context, `there is nothing to store: neither "content" nor the event has a text.`);
}
