/** The agents service: spells bound to schedules, webhooks, events and connectors. What they do is their actors' matter. */
import * as z from "zod";
import { agentName } from "../../db/hooks.ts";
import { describeError, log } from "../../platform/log.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  type Agent,
  agentHookRequest,
  type AgentHookAnswer,
  type AgentHookRequest,
  type AgentMessage,
  type AgentsService,
  type AgentStatus,
  type DeadLetterList,
  newAgent,
  type NewAgent,
  sendRequest,
  type SendRequest,
  type SentMessage,
  type ServiceCall,
  storedEvent,
  type StoredEvent,
} from "../../protocol/services.ts";
import { AuditLog } from "../../db/audit.ts";
import { run } from "../../db/run.ts";
import { RowEntrypoint } from "../base/row-entrypoint.ts";
import { scheduleFault } from "./cron-times.ts";

/** `isRunning` is for start and stop alone. */
type AgentData = NewAgent & { isRunning?: boolean | undefined };

/** What the entrypoint asks of the actor. The runtime's own stub types are deeper than the compiler follows. */
interface Actor {
  sync(userId: string, agent: Agent): Promise<void>;
  status(): Promise<Omit<AgentStatus, "id" | "isRunning">>;
  letters(): Promise<DeadLetterList>;
  retry(letter: string | undefined): Promise<number>;
  discard(letter: string | undefined): Promise<number>;
  send(message: AgentMessage, key: string | undefined): Promise<SentMessage>;
  hook(request: AgentHookRequest): Promise<AgentHookAnswer>;
  event(event: StoredEvent, depth: number): Promise<void>;
  clear(): Promise<void>;
}

const letterId = z.string().max(100).optional();

export class AgentsEntrypoint extends RowEntrypoint<Agent, AgentData> implements AgentsService {
  protected readonly spec = {
    service: "agents",
    noun: "agent",
    table: "agents",
    columns: new Set<string>(),
    schema: newAgent.extend({ isRunning: z.boolean().optional() }).superRefine(({ bindings }, context) => {
      for (const [place, binding] of bindings.entries()) {
        const fault = binding.kind === "schedule" ? scheduleFault(binding) : undefined;
        if (fault !== undefined)
          context.addIssue({ code: "custom", path: ["bindings", place, "cron"], message: fault });
      }
    }),
    make: (id: string, data: AgentData, before: Agent | undefined, now: number): Agent => ({
      ...data,
      id,
      isRunning: before !== undefined && (data.isRunning ?? before.isRunning),
      createdAt: before?.createdAt ?? now,
      // Later than before, so that the actor knows which is the newer one.
      updatedAt: Math.max(now, (before?.updatedAt ?? 0) + 1),
    }),
    dataOf: ({ id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...data }: Agent): AgentData => data,
  } as const;

  override async update(call: ServiceCall, id: string, data: AgentData): Promise<Agent> {
    return this.#synced(call, await super.update(call, id, data));
  }

  override async patch(call: ServiceCall, id: string, data: Partial<AgentData>): Promise<Agent> {
    const agent = await this.#synced(call, await super.patch(call, id, data));
    if (data.isRunning !== undefined) this.#audit(call, id, data.isRunning);
    return agent;
  }

  override async remove(call: ServiceCall, id: string): Promise<Agent> {
    const gone = await super.remove(call, id);
    await this.#actor(call, id).clear().catch(ignoreAbort);
    return gone;
  }

  async start(call: ServiceCall, id: string): Promise<Agent> {
    const started = await super.patch(call, id, { isRunning: true });
    try {
      const agent = await this.#synced(call, started);
      this.#audit(call, id, true);
      return agent;
    } catch (error) {
      await this.stop({ userId: call.userId }, id);
      throw error;
    }
  }

  stop(call: ServiceCall, id: string): Promise<Agent> {
    return this.patch(call, id, { isRunning: false });
  }

  async status(call: ServiceCall, id: string): Promise<AgentStatus> {
    const { id: agentId, isRunning } = await this.get(call, id);
    return { id: agentId, isRunning, ...(await this.#actor(call, agentId).status()) };
  }

  async deadLetters(call: ServiceCall, id: string): Promise<DeadLetterList> {
    return this.#actor(call, (await this.get(call, id)).id).letters();
  }

  async retry(call: ServiceCall, id: string, letter?: string): Promise<{ count: number }> {
    const { id: agentId } = await this.get(call, id);
    return { count: await this.#actor(call, agentId).retry(this.argument("letter", letterId, letter)) };
  }

  async discard(call: ServiceCall, id: string, letter?: string): Promise<{ count: number }> {
    const { id: agentId } = await this.get(call, id);
    return { count: await this.#actor(call, agentId).discard(this.argument("letter", letterId, letter)) };
  }

  async send(call: ServiceCall, message: SendRequest): Promise<SentMessage> {
    const { idempotencyKey } = this.call(call);
    const { id, ...said } = this.argument("message", sendRequest, message);
    const { id: agentId } = await this.get(call, id);
    return this.#actor(call, agentId).send(said, idempotencyKey);
  }

  async receive(call: ServiceCall, id: string, request: AgentHookRequest): Promise<AgentHookAnswer> {
    return this.#actor(this.call(call), id).hook(this.argument("request", agentHookRequest, request));
  }

  async eventRecorded(call: ServiceCall, event: StoredEvent): Promise<void> {
    const { userId, depth = 0 } = this.call(call);
    const heard = this.argument("event", storedEvent, event);
    const { results } = await run<{ id: string }>(
      this.env.DB,
      "SELECT id FROM agents WHERE user_id = ? AND hears = 1",
      userId,
    );
    await Promise.all(results.map(({ id }) => this.#actor(call, id).event(heard, depth + 1)));
  }

  #audit({ userId }: ServiceCall, target: string, isRunning: boolean): void {
    const action = isRunning ? "agent.started" : "agent.stopped";
    this.ctx.waitUntil(new AuditLog(this.env.DB).add(userId, { action, target }));
  }

  async #synced(call: ServiceCall, agent: Agent): Promise<Agent> {
    await this.#actor(call, agent.id).sync(call.userId, agent);
    return agent;
  }

  #actor({ userId }: ServiceCall, id: string): Actor {
    const { AGENT_ACTORS: actors } = this.env;
    if (actors === undefined)
      throw new SpellError("not_configured", "agents: AGENT_ACTORS is not bound. See wrangler.toml.");
    return actors.getByName(agentName(userId, id)) as unknown as Actor;
  }
}

/** An actor that forgets all ends itself. */
function ignoreAbort(error: unknown): void {
  log.info("an agent's actor has ended", { error: describeError(error) });
}
