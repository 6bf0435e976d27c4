/** One message from its coming in to its reply: what is kept of the talk, the run, what is sent back. Each step has a key of its own, so that it can be done again. */
import type { Env } from "../../env.ts";
import { boundServices } from "../../platform/bound-services.ts";
import { sha256Hex } from "../../platform/crypto.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Agent, NewEvent, ServiceCall, Services } from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import { CallScope } from "../provider/call-scope.ts";
import { openSecrets } from "../provider/open-secrets.ts";
import { connectorOf } from "./connectors/index.ts";
import type { Outgoing } from "./connectors/connector.ts";
import type { Inbox, Message, Reply } from "./inbox.ts";
import { eventOf, inputsOf, replyEventOf, replyOf } from "./message-values.ts";

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
    const spells = this.#bound("spells");
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
    const connector = connectorOf(binding);
    await this.#within(userId, connector.secretsOf(binding), async (outgoing) =>
      connector.apologise?.(binding, message, outgoing),
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
    const connector = binding.kind === "connector" ? binding.connector : binding.kind;
    const key = `${agent.id}:${connector}:${id}`;
    const entities = this.#bound("entities");
    const { total } = await entities.find(call, { type: speakerType, "data.key": key, $limit: 1 });
    if (total > 0) return;
    await entities.create(
      { ...call, idempotencyKey: `agent:${agent.id}:speaker:${await sha256Hex(key)}` },
      { type: speakerType, data: { key, name, connector, connectorId: id, agentId: agent.id } },
    );
  }

  async #reply(agent: Agent, userId: string, message: Message, reply: Reply): Promise<void> {
    const { binding } = message;
    if (binding.kind === "connector") {
      const connector = connectorOf(binding);
      await this.#within(userId, connector.secretsOf(binding), async (outgoing) =>
        connector.reply(binding, message, reply, {
          ...outgoing,
          onSent: (next) => this.#inbox.sent(message.id, next),
        }),
      );
    }
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
    await this.#bound("events").record({ ...call, idempotencyKey: keyOf(agent, message, part) }, event);
  }

  async #within(
    userId: string,
    names: readonly string[],
    act: (outgoing: Outgoing) => Promise<void>,
  ): Promise<void> {
    const scope = new CallScope({ deadlineAt: Date.now() + replyMs });
    try {
      const secrets = await openSecrets(this.#env, "agents", userId, names);
      await act({ env: this.#env, scope, secrets, onSent: () => undefined });
    } finally {
      scope.close();
    }
  }

  #bound<Name extends keyof Services>(name: Name): NonNullable<Services[Name]> {
    const service = this.#services[name];
    if (service !== undefined) return service;
    throw new SpellError("not_configured", `An agent needs the ${name} service, and none is bound.`);
  }
}

const keyOf = (agent: Agent, message: Message, part: string): string =>
  `agent:${agent.id}:${message.id}:${part}`;
