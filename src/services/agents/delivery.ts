/** One message from its coming in to its reply: what is kept of the talk, the run, what is sent back. Each step has a key of its own, so that it can be done again. */
import type { Env } from "../../env.ts";
import { boundOf, boundServices } from "../../platform/bound-services.ts";
import { sha256Hex } from "../../platform/crypto.ts";
import type { Agent, NewEvent, ServiceCall, Services } from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import { askNetwork } from "./connectors/ask-network.ts";
import type { Inbox, Message, Reply } from "./inbox.ts";
import { eventOf, inputsOf, networkOf, replyEventOf, replyOf } from "./message-values.ts";

/** How long the run of a message may take. */
const runMs = 300_000;
const replyMs = 30_000;
const speakerType = "speaker";

export interface Delivered {
  runId: string;
  outputs?: JsonObject;
}

export class Delivery {
  readonly #env: Env;
  readonly #inbox: Pick<Inbox, "answered" | "sent">;
  readonly #services: Services;

  constructor(env: Env, inbox: Pick<Inbox, "answered" | "sent">) {
    this.#env = env;
    this.#inbox = inbox;
    this.#services = boundServices(env);
  }

  /** @throws SpellError of the step that failed; what was done before it is not done again */
  async handle(agent: Agent, userId: string, message: Message): Promise<Delivered> {
    if (message.stage === "reply" && message.reply !== undefined) {
      await this.#reply(agent, userId, message, message.reply);
      return { runId: message.runId ?? "" };
    }
    const call: ServiceCall = { userId, depth: message.depth ?? 0 };
    if (agent.keepsConversation !== false) await this.#remember(agent, call, message);
    const spells = boundOf(this.#services, "spells");
    const spell = await spells.interface(call, agent.spellId);
    const { runId, outputs } = await spells.run(
      {
        ...call,
        idempotencyKey: keyOf(agent, message, String(message.attempt)),
        deadlineAt: Date.now() + runMs,
      },
      {
        spell: agent.spellId,
        inputs: inputsOf(agent, message, spell),
        session: agent.session ?? "main",
        ...(agent.trigger === undefined ? {} : { trigger: agent.trigger }),
      },
    );
    const reply = { text: replyOf(message, outputs), sent: 0 };
    this.#inbox.answered(message.id, runId, reply);
    await this.#reply(agent, userId, message, reply);
    return { runId, outputs };
  }

  /** Where a message was given up and its sender still waits for something. */
  async apologise(userId: string, message: Message): Promise<void> {
    const { binding } = message;
    if (binding.kind !== "connector") return;
    await askNetwork({ env: this.#env, userId, binding }, replyMs, async (connector, asking) =>
      connector.apologise?.(binding, message, { ...asking, onSent: () => undefined }),
    );
  }

  /** The talk in the events service, who spoke in that of entities. */
  async #remember(agent: Agent, call: ServiceCall, message: Message): Promise<void> {
    if (message.binding.kind === "event" || message.binding.kind === "schedule") return;
    if (message.sender !== undefined) await this.#meet(agent, call, message, message.sender);
    await this.#record(agent, call, message, "in", eventOf(agent, message));
  }

  async #meet(
    agent: Agent,
    call: ServiceCall,
    { binding }: Message,
    { id, name }: { id: string; name: string },
  ): Promise<void> {
    const connector = networkOf(binding);
    const key = `${agent.id}:${connector}:${id}`;
    const entities = boundOf(this.#services, "entities");
    const { total } = await entities.find(call, { type: speakerType, "data.key": key, $limit: 1 });
    if (total > 0) return;
    await entities.create(
      { ...call, idempotencyKey: `agent:${agent.id}:speaker:${await sha256Hex(key)}` },
      { type: speakerType, data: { key, name, connector, connectorId: id, agentId: agent.id } },
    );
  }

  async #reply(agent: Agent, userId: string, message: Message, reply: Reply): Promise<void> {
    const { binding } = message;
    if (binding.kind === "connector")
      await askNetwork({ env: this.#env, userId, binding }, replyMs, (connector, asking) =>
        connector.reply(binding, message, reply, {
          ...asking,
          onSent: (next) => this.#inbox.sent(message.id, next),
        }),
      );
    if (reply.text === "" || agent.keepsConversation === false || binding.kind === "schedule") return;
    const call: ServiceCall = { userId, depth: message.depth ?? 0 };
    await this.#record(agent, call, message, "out", replyEventOf(agent, message, reply.text));
  }

  async #record(
    agent: Agent,
    call: ServiceCall,
    message: Message,
    part: string,
    event: NewEvent,
  ): Promise<void> {
    await boundOf(this.#services, "events").record(
      { ...call, idempotencyKey: keyOf(agent, message, part) },
      event,
    );
  }
}

const keyOf = (agent: Agent, message: Message, part: string): string =>
  `agent:${agent.id}:${message.id}:${part}`;
