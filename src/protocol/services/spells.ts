/** The spells service: the runner itself, for nodes that learn only at run time which spell to run. */
import * as z from "zod";
import { runResult } from "../runs.ts";
import type { SpellDocument, SpellSummary } from "../spell.ts";
import { jsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { Page, Query } from "./query.ts";

export const runSpellRequest = z.strictObject({
  /** The id of a spell of the user's, else the newest with exactly this name. */
  spell: z.string().min(1).max(300),
  inputs: jsonObject,
  trigger: z.string().max(300).optional(),
  state: jsonObject.optional(),
});
export type RunSpellRequest = z.infer<typeof runSpellRequest>;

export const ranSpell = runResult.pick({ runId: true, outputs: true, state: true });
export type RanSpell = z.infer<typeof ranSpell>;

export interface SpellsService {
  find(call: ServiceCall, query?: Query): Promise<Page<SpellSummary>>;
  /** By id, else by name as in `run`. */
  get(call: ServiceCall, idOrName: string): Promise<SpellDocument>;
  /**
   * Runs a spell to its end. The call names the run that asks, so that spells which run each other are counted.
   * @throws SpellError `not_found`, the spell's own failure, `recursion_limit` when runs nest too deep
   */
  run(call: ServiceCall, request: RunSpellRequest): Promise<RanSpell>;
}
