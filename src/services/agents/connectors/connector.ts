/** What a connector is: how the messages of one network come in, and how a reply goes out. */
import type { AgentBinding, AgentHookAnswer, AgentHookRequest } from "../../../protocol/services.ts";
import type { Asking } from "./ask-network.ts";
import type { Incoming, Message, Reply } from "../inbox.ts";

export type ConnectorBinding = Extract<AgentBinding, { kind: "connector" }>;

/** What came, and what its sender is answered at once. */
export interface Received {
  answer: AgentHookAnswer;
  message?: Omit<Incoming, "binding">;
}

export interface Outgoing extends Asking {
  /** Notes that a part was sent, so that it is not sent again. */
  onSent: (reply: Reply) => void;
}

export interface Registration extends Asking {
  /** The full address where the network is to send. */
  address: string;
  /** What it shows with each request. */
  secret: string;
}

export interface Connector<B extends ConnectorBinding = ConnectorBinding> {
  /** The user's secrets that it needs. */
  secretsOf(binding: B): string[];
  /** @throws SpellError `unauthorized` for a request that is not from there, `bad_request` */
  receive(binding: B, request: AgentHookRequest, secret: string): Promise<Received>;
  /** Sends what is left of a reply. @throws SpellError `provider_error`, `provider_timeout` */
  reply(binding: B, message: Message, reply: Reply, outgoing: Outgoing): Promise<void>;
  /** Tells the sender of a message that was given up. */
  apologise?(binding: B, message: Message, outgoing: Outgoing): Promise<void>;
  /** Tells the network where to send. */
  register?(binding: B, registration: Registration): Promise<void>;
  unregister?(binding: B, asking: Asking): Promise<void>;
}

/** A text in parts that the network takes, cut at a line or a word where there is one in the last quarter. */
export function partsOf(text: string, maxLength: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > maxLength) {
    const head = rest.slice(0, maxLength);
    const cut = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" "));
    // Not between the halves of one character.
    const end =
      cut >= maxLength * 0.75 ? cut : isHigh(head.charCodeAt(maxLength - 1)) ? maxLength - 1 : maxLength;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^\s/, "");
  }
  if (rest.trim() !== "") parts.push(rest);
  return parts;
}

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
