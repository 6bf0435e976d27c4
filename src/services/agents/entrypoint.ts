/** The agents service: spells bound to schedules, webhooks and connectors. */
import * as z from "zod";
import {
  type Agent,
  type AgentsService,
  newAgent,
  type NewAgent,
  type ServiceCall,
} from "../../protocol/services.ts";
import { RowEntrypoint } from "../base/row-entrypoint.ts";

/** `isRunning` is for start and stop alone. */
type AgentData = NewAgent & { isRunning?: boolean | undefined };

export class AgentsEntrypoint extends RowEntrypoint<Agent, AgentData> implements AgentsService {
  protected readonly spec = {
    service: "agents",
    noun: "agent",
    table: "agents",
    columns: new Set<string>(),
    schema: newAgent.extend({ isRunning: z.boolean().optional() }),
    make: (id: string, data: AgentData, before: Agent | undefined, now: number): Agent => ({
      ...data,
      id,
      isRunning: before !== undefined && (data.isRunning ?? before.isRunning),
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    }),
    dataOf: ({ id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...data }: Agent): AgentData => data,
  } as const;

  start(call: ServiceCall, id: string): Promise<Agent> {
    return this.patch(call, id, { isRunning: true });
  }

  stop(call: ServiceCall, id: string): Promise<Agent> {
    return this.patch(call, id, { isRunning: false });
  }
}
