/**
 * AgentActor: one per agent. Takes messages from its clocks, its addresses and the events service, and sees each to its reply or
 * among the dead letters. All of it in rows: a message is taken up again after a crash with the keys that it had.
 */
import { DurableObject } from "cloudflare:workers";
import { agentName, HookRepository } from "../../db/hooks.ts";
import type { Env } from "../../env.ts";
import { now } from "../../platform/clock.ts";
import { describeError, log } from "../../platform/log.ts";
import { SpellError } from "../../protocol/errors.ts";
import type {
  Agent,
  AgentHookAnswer,
  AgentHookRequest,
  AgentMessage,
  AgentStatus,
  DeadLetterList,
  SentMessage,
  StoredEvent,
} from "../../protocol/services.ts";
import { AgentFacts } from "./agent-facts.ts";
import { BoundTriggers } from "./bound-triggers.ts";
import { connectorOf } from "./connectors/index.ts";
import { type Delivered, Delivery } from "./delivery.ts";
import { Inbox, leaseMs, type Incoming, type Message } from "./inbox.ts";
import { networkOf } from "./message-values.ts";
import { registerChanged, unregister } from "./registrations.ts";
import { isHeard, messageOfEvent, messageOfHook } from "./incoming.ts";
import { againAt } from "./tries.ts";

/** Messages under way at once, each of another channel. */
const maxAtOnce = 6;
const maxLetters = 100;

interface UnderWay {
  channel: string;
  done: Promise<Delivered>;
}

export class AgentActor extends DurableObject<Env> {
  readonly #facts: AgentFacts;
  readonly #triggers: BoundTriggers;
  readonly #inbox: Inbox;
  readonly #delivery: Delivery;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    this.#facts = new AgentFacts(sql);
    this.#triggers = new BoundTriggers(sql);
    this.#inbox = new Inbox(sql);
    this.#delivery = new Delivery(env, this.#inbox);
  }

  /** The agent is so now. @throws SpellError `not_configured`, `provider_error` of a connector that refuses it */
  async sync(userId: string, agent: Agent): Promise<void> {
    const before = this.#facts.get("agent");
    // An older version that came late.
    if (before !== undefined && before.updatedAt > agent.updatedAt) return;
    this.#facts.set("userId", userId);
    this.#facts.set("agent", agent);
    if (agent.isRunning) this.#triggers.put(agent.bindings, now());
    else this.#triggers.stop();
    this.#arm();
    const hooks = new HookRepository(this.env.DB);
    for (const { token } of this.#triggers.all())
      if (token !== undefined) await hooks.put(token, agentName(userId, agent.id), now());
    await registerChanged(this.env, userId, before, agent, this.#triggers.all());
  }

  async status(): Promise<Omit<AgentStatus, "id" | "isRunning">> {
    const [lastMessageAt, lastError] = [this.#facts.get("lastMessageAt"), this.#facts.get("lastError")];
    return {
      ...this.#inbox.counts(),
      handled: this.#facts.get("handled") ?? 0,
      ...(lastMessageAt === undefined ? {} : { lastMessageAt }),
      ...(lastError === undefined ? {} : { lastError }),
      bindings: this.#triggers.all().map(({ binding, token, nextAt }) => ({
        kind: binding.kind,
        ...(binding.kind === "connector" ? { connector: binding.connector } : {}),
        ...(token === undefined ? {} : { address: `${this.env.PUBLIC_URL ?? ""}/hooks/${token}` }),
        ...(nextAt === undefined ? {} : { nextAt }),
      })),
    };
  }

  async letters(): Promise<DeadLetterList> {
    const data = this.#inbox.letters(maxLetters).map((letter) => ({
      id: letter.id,
      at: letter.at,
      binding: networkOf(letter.binding),
      message: {
        content: letter.content,
        ...(letter.sender === undefined ? {} : { sender: letter.sender.name }),
        ...(letter.channel === undefined ? {} : { channel: letter.channel }),
      },
      stage: letter.stage,
      ...(letter.runId === undefined ? {} : { runId: letter.runId }),
      tries: letter.tries,
      error: letter.error,
    }));
    return { data, total: this.#inbox.counts().deadLetters };
  }

  async retry(letter: string | undefined): Promise<number> {
    const count = this.#inbox.revive(letter, now());
    this.#work();
    return count;
  }

  async discard(letter: string | undefined): Promise<number> {
    return this.#inbox.discard(letter);
  }

  /** @throws SpellError `conflict` when it is stopped, the run's failure */
  async send(message: AgentMessage, key: string | undefined): Promise<SentMessage> {
    this.#running();
    const { content, sender, channel } = message;
    return this.#answered({
      key,
      binding: { kind: "webhook", reply: "outputs" },
      content,
      channel,
      ...(sender === undefined ? {} : { sender: { id: sender, name: sender } }),
    });
  }

  /** @throws SpellError `not_found`, `unauthorized`, `conflict`, `overloaded`, the run's failure where the outputs are the answer */
  async hook(request: AgentHookRequest): Promise<AgentHookAnswer> {
    const trigger = this.#triggers.called(request.token);
    if (trigger === undefined) throw new SpellError("not_found", "There is no webhook at this address.");
    this.#running();
    const { binding, secret } = trigger;
    if (binding.kind === "connector") {
      const { answer, message } = await connectorOf(binding).receive(binding, request, secret);
      if (message !== undefined) this.#take({ ...message, binding });
      return answer;
    }
    const message = messageOfHook(binding, request);
    if (binding.kind === "webhook" && binding.reply === "outputs")
      return { status: 200, body: { ...(await this.#answered(message)) } };
    return { status: 202, body: { messageId: this.#take(message) } };
  }

  async event(event: StoredEvent, depth: number): Promise<void> {
    const agent = this.#facts.get("agent");
    if (agent?.isRunning !== true || event.agentId === agent.id) return;
    for (const { binding, place } of this.#triggers.all())
      if (isHeard(binding, event)) this.#take(messageOfEvent(binding, place, event, depth));
  }

  /** Forgets all; no address leads here any more. */
  async clear(): Promise<void> {
    const [agent, userId] = [this.#facts.get("agent"), this.#facts.get("userId")];
    const hooks = new HookRepository(this.env.DB);
    for (const { token } of this.#triggers.all()) if (token !== undefined) await hooks.remove(token);
    if (agent !== undefined && userId !== undefined) await unregister(this.env, userId, agent.bindings);
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    // The tables are gone with it.
    this.ctx.abort("The agent was removed.");
  }

  override async alarm(): Promise<void> {
    this.#triggers.fireDue(now(), ({ binding, place }, at) => {
      const scheduledAt = new Date(at).toISOString();
      this.#inbox.put(
        { key: `schedule:${place}:${at}`, binding, content: scheduledAt, rawData: { scheduledAt } },
        now(),
      );
    });
    this.#inbox.sweep(now());
    this.#work();
  }

  #running(): void {
    if (this.#facts.get("agent")?.isRunning !== true)
      throw new SpellError("conflict", "The agent is stopped. Start it first.");
  }

  #take(incoming: Incoming): string {
    const id = this.#inbox.put(incoming, now());
    this.#facts.set("lastMessageAt", now());
    this.#work();
    return id;
  }

  /** Takes it and waits for its first try. */
  async #answered(incoming: Incoming): Promise<SentMessage> {
    const messageId = this.#take(incoming);
    while (this.#inbox.find(messageId) !== undefined) {
      const mine = this.#underWay.get(messageId);
      if (mine !== undefined) return { messageId, ...(await mine.done) };
      const others = [...this.#underWay.values()].map(({ done }) => done.catch(() => undefined));
      // It failed before, and waits for its next try.
      if (others.length === 0) break;
      await Promise.race(others);
    }
    return { messageId };
  }

  /** Begins what is due: the oldest of each channel. */
  #work(): void {
    const busy = new Set([...this.#underWay.values()].map(({ channel }) => channel));
    for (const message of this.#inbox.due(now())) {
      if (this.#underWay.size >= maxAtOnce) break;
      const channel = channelOf(message);
      if (busy.has(channel)) continue;
      busy.add(channel);
      this.#begin(message, channel);
    }
    this.#arm();
  }

  #begin(message: Message, channel: string): void {
    this.#inbox.lease(message.id, now());
    const done = this.#handle(message);
    this.#underWay.set(message.id, { channel, done });
    this.ctx.waitUntil(this.#goOnAfter(message.id, done));
  }

  async #goOnAfter(id: string, done: Promise<Delivered>): Promise<void> {
    // Its failure is in its row, and with whoever waits for it.
    await done.catch(() => undefined);
    this.#underWay.delete(id);
    this.#work();
  }

  async #handle(message: Message): Promise<Delivered> {
    const [agent, userId] = [this.#facts.get("agent"), this.#facts.get("userId")];
    if (agent === undefined || userId === undefined) throw new SpellError("not_found", "The agent is gone.");
    try {
      const delivered = await this.#delivery.handle(agent, userId, message);
      this.#inbox.done(message.id, now());
      this.#facts.set("handled", (this.#facts.get("handled") ?? 0) + 1);
      return delivered;
    } catch (thrown) {
      const error = SpellError.from(thrown);
      if (error.code === "internal")
        log.error("a message of an agent failed", { agentId: agent.id, error: describeError(error.cause) });
      const next = againAt(error, message.tries, agent.maxTries, now());
      this.#inbox.failed(message.id, error.toInfo(), next);
      this.#facts.set("lastError", { ...error.toInfo(), at: now(), messageId: message.id });
      if (next === undefined && message.stage === "run")
        await this.#delivery.apologise(userId, message).catch(() => undefined);
      throw error;
    }
  }

  /** The one alarm: for the next clock, the next try, or to look after a crash for what is under way. */
  #arm(): void {
    const next = this.#underWay.size > 0 ? now() + leaseMs : this.#inbox.nextAt();
    const times = [next, this.#triggers.nextAt()].filter((at) => at !== undefined);
    if (times.length > 0) void this.ctx.storage.setAlarm(Math.min(...times));
    else void this.ctx.storage.deleteAlarm();
  }
}

const channelOf = ({ binding, channel, id }: Message): string =>
  channel === undefined ? id : `${binding.kind}:${channel}`;
