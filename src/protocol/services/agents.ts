/** The agents service: spells bound to schedules, webhooks, events and connectors. */
import * as z from "zod";
import { errorInfo } from "../errors.ts";
import { sessionName } from "../spell.ts";
import { json, jsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { StoredEvent } from "./events.ts";
import type { RowService } from "./query.ts";

const name = z.string().min(1).max(300);

const anyBinding = {
  /** The spell's input that gets the message; else the one made for such messages (`Input - Discord (Text)`), else its first. */
  input: name.optional(),
  /** What that input gets: the whole event or its text. The event where the input's name begins `Input - `, as Magick has it. */
  as: z.enum(["event", "text"]).optional(),
  /** Further inputs, the same each time. */
  inputs: jsonObject.optional(),
  /** The output that is the reply; else `Output - Default`, else the first that has a value. */
  output: name.optional(),
};

/** A secret of the user's, by its name: never the value itself, which would be read back with the agent. */
const secretName = z
  .string()
  .regex(
    /^secret:[A-Z][A-Z0-9_]{0,63}$/,
    "must name a secret: save the token at /users/me/secrets and write secret:NAME here",
  );

const scheduleBinding = z.object({
  ...anyBinding,
  kind: z.literal("schedule"),
  /** Five fields, or six with seconds in front. */
  cron: z.string().min(1).max(200),
  /** IANA name; UTC unless given. */
  timeZone: z.string().max(64).optional(),
});
const webhookBinding = z.object({
  ...anyBinding,
  kind: z.literal("webhook"),
  /** What the sender gets: word that the message was taken, or the outputs of its run. */
  reply: z.enum(["accepted", "outputs"]).optional(),
});
const eventBinding = z.object({
  ...anyBinding,
  kind: z.literal("event"),
  /** Of events that are recorded, those with all of these. */
  type: z.string().max(2000).optional(),
  channel: z.string().max(2000).optional(),
  sender: z.string().max(2000).optional(),
});
const connectorBinding = z.object({
  ...anyBinding,
  kind: z.literal("connector"),
});
/** Interactions: https://docs.discord.com/developers/interactions/receiving-and-responding */
const discordBinding = connectorBinding.extend({
  connector: z.literal("discord"),
  data: z.object({
    /** Hex, of the application's general information. */
    publicKey: z.string().regex(/^[0-9a-fA-F]{64}$/, "must be the application's public key: 64 hex digits"),
  }),
});
/** https://core.telegram.org/bots/api#setwebhook */
const telegramBinding = connectorBinding.extend({
  connector: z.literal("telegram"),
  data: z.object({ botToken: secretName }),
});

/** What makes an agent's spell run. */
export const agentBinding = z.discriminatedUnion("kind", [
  scheduleBinding,
  webhookBinding,
  eventBinding,
  z.discriminatedUnion("connector", [discordBinding, telegramBinding]),
]);
export type AgentBinding = z.infer<typeof agentBinding>;

export const newAgent = z.object({
  name,
  /** The spell's id, else the newest with exactly this name. */
  spellId: z.string().min(1).max(300),
  /** `main` unless given. */
  session: sessionName.optional(),
  /** The trigger-in or input that bindings start. */
  trigger: z.string().max(300).optional(),
  bindings: z.array(agentBinding).max(20),
  /** False: what is said is not recorded as events of type `conversation`, and speakers not as entities. */
  keepsConversation: z.boolean().optional(),
  /** Tries of a message before it becomes a dead letter, 5 unless given. */
  maxTries: z.number().int().min(1).max(10).optional(),
  data: jsonObject.optional(),
});
export type NewAgent = z.infer<typeof newAgent>;

export const agent = newAgent.extend({
  id: z.string(),
  isRunning: z.boolean(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type Agent = z.infer<typeof agent>;

/** Times in ms since 1970. */
export const agentStatus = z.object({
  id: z.string(),
  isRunning: z.boolean(),
  /** Messages that are not done: under way, or waiting for their next try. */
  waiting: z.number().int(),
  handled: z.number().int(),
  deadLetters: z.number().int(),
  lastMessageAt: z.number().optional(),
  lastError: errorInfo.extend({ at: z.number(), messageId: z.string() }).optional(),
  bindings: z.array(
    z.object({
      kind: z.string(),
      connector: z.string().optional(),
      /** Where it is called from outside: whoever knows this is let in. */
      address: z.string().optional(),
      nextAt: z.number().optional(),
    }),
  ),
});
export type AgentStatus = z.infer<typeof agentStatus>;

/** A message that was given up. */
export const deadLetter = z.object({
  id: z.string(),
  at: z.number(),
  binding: z.string(),
  /** The event that the spell would have got. */
  message: jsonObject,
  /** Whether its run has failed, or its reply could not be sent. */
  stage: z.enum(["run", "reply"]),
  runId: z.string().optional(),
  tries: z.number().int(),
  error: errorInfo,
});
export type DeadLetter = z.infer<typeof deadLetter>;
export const deadLetterList = z.object({ data: z.array(deadLetter), total: z.number().int() });
export type DeadLetterList = z.infer<typeof deadLetterList>;

/** `letter`: its id; all of them without one. */
export const letterRequest = z.strictObject({ id: z.string(), letter: z.string().optional() });
export const letterCount = z.object({ count: z.number().int() });

/** A message handed to an agent by hand, as a webhook would. */
export const agentMessage = z.strictObject({
  content: z.string().max(100_000),
  sender: z.string().max(2000).optional(),
  channel: z.string().max(2000).optional(),
});
export type AgentMessage = z.infer<typeof agentMessage>;
export const sendRequest = agentMessage.extend({ id: z.string() });
export type SendRequest = z.infer<typeof sendRequest>;
export const sentMessage = z.object({
  messageId: z.string(),
  runId: z.string().optional(),
  outputs: jsonObject.optional(),
});
export type SentMessage = z.infer<typeof sentMessage>;

/** A request to one of an agent's addresses, as it came. */
export const agentHookRequest = z.object({
  token: z.string().max(100),
  headers: z.record(z.string(), z.string()),
  query: jsonObject,
  body: z.string().max(1024 * 1024),
  /** What the body is, by its type. */
  value: json,
});
export type AgentHookRequest = z.infer<typeof agentHookRequest>;
export const agentHookAnswer = z.object({ status: z.number().int(), body: json });
export type AgentHookAnswer = z.infer<typeof agentHookAnswer>;

export interface AgentsService extends RowService<Agent, NewAgent> {
  /** @throws SpellError `not_configured` for a secret or an address that is missing, `provider_error` of a connector */
  start(call: ServiceCall, id: string): Promise<Agent>;
  /** What was taken before is still seen to its end. */
  stop(call: ServiceCall, id: string): Promise<Agent>;
  status(call: ServiceCall, id: string): Promise<AgentStatus>;
  /** The newest 100. */
  deadLetters(call: ServiceCall, id: string): Promise<DeadLetterList>;
  /** Tries one letter anew, or all. */
  retry(call: ServiceCall, id: string, letter?: string): Promise<{ count: number }>;
  discard(call: ServiceCall, id: string, letter?: string): Promise<{ count: number }>;
  /** Waits for the end of the run that answers the message. @throws SpellError `conflict` when the agent is stopped, the run's failure */
  send(call: ServiceCall, message: SendRequest): Promise<SentMessage>;
  /** What came to one of its addresses. @throws SpellError `not_found`, `unauthorized`, `overloaded` */
  receive(call: ServiceCall, id: string, request: AgentHookRequest): Promise<AgentHookAnswer>;
  /** Starts the agents that are bound to such events. */
  eventRecorded(call: ServiceCall, event: StoredEvent): Promise<void>;
}
