/** The agents service: spells bound to schedules, webhooks and connectors. */
import * as z from "zod";
import { jsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { RowService } from "./query.ts";

/** What makes an agent's spell run. */
export const agentBinding = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("schedule"),
    cron: z.string().max(200),
    timeZone: z.string().max(64).optional(),
  }),
  z.object({ kind: z.literal("webhook") }),
  z.object({
    kind: z.literal("connector"),
    /** `discord`, `telegram`. */
    connector: z.string().max(64),
    /** Names of the user's secrets stand for their values. */
    data: jsonObject.optional(),
  }),
]);

export const newAgent = z.object({
  name: z.string().min(1).max(300),
  spellId: z.string().max(300),
  session: z.string().max(64).optional(),
  /** The trigger-in or input that bindings start. */
  trigger: z.string().max(300).optional(),
  bindings: z.array(agentBinding).max(20),
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

export interface AgentsService extends RowService<Agent, NewAgent> {
  start(call: ServiceCall, id: string): Promise<Agent>;
  stop(call: ServiceCall, id: string): Promise<Agent>;
}
