/** Whom a spell answers: the parts of the event that started it by which conversations are told apart. */
import type { Query } from "../../protocol/services.ts";
import { isJsonObject, type JsonObject } from "../../protocol/values.ts";
import type { BehaveCall } from "./behave-component.ts";

export interface Circumstances {
  sender?: string;
  observer?: string;
  client?: string;
  channel?: string;
  channelType?: string;
  connector?: string;
  agentId?: string;
}

const names = ["sender", "observer", "client", "channel", "channelType", "connector", "agentId"] as const;

/** What the event at the input `event` says; nothing where none is wired. */
export function circumstancesOf(call: BehaveCall): Circumstances {
  const event = call.given("event");
  const found: Circumstances = {};
  if (!isJsonObject(event)) return found;
  for (const name of names) {
    const value = Object.hasOwn(event, name) ? event[name] : undefined;
    if (typeof value === "string" && value !== "") found[name] = value.slice(0, 2000);
    else if (typeof value === "number") found[name] = String(value);
  }
  return found;
}

/** The parts that the node is to go by; the sender may stand on either side of a conversation. */
export function conversation(call: BehaveCall, parts: JsonObject[string], withSender: boolean): Query {
  const known = circumstancesOf(call);
  const listed = Array.isArray(parts) ? parts : [];
  const query: Query = {};
  for (const name of names) {
    const value = known[name];
    if (value !== undefined && listed.includes(name)) query[name] = value;
  }
  const sender = known.sender;
  const [from, to] = [withSender || listed.includes("from user"), withSender || listed.includes("to user")];
  if (sender !== undefined && (from || to))
    query.$or = [...(from ? [{ sender }] : []), ...(to ? [{ observer: sender }] : [])];
  return query;
}
