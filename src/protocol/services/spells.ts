/** The spells service: the runner itself, for nodes that learn only at run time which spell to run. */
import * as z from "zod";
import { runResult } from "../runs.ts";
import { sessionName, type SpellDocument, type SpellSummary } from "../spell.ts";
import { json, jsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { Page, Query } from "./query.ts";

/** The id of a spell of the user's, else the newest with exactly this name. */
export const idOrName = z.string().min(1).max(300);

export const runSpellRequest = z.strictObject({
  spell: idOrName,
  inputs: jsonObject,
  trigger: z.string().max(300).optional(),
  state: jsonObject.optional(),
  /** For programs alone, `main` being that of `POST /spells/:id/run`: a run within a run has a session of its depth. */
  session: sessionName.optional(),
});
export type RunSpellRequest = z.infer<typeof runSpellRequest>;

export const ranSpell = runResult.pick({ runId: true, outputs: true, state: true });
export type RanSpell = z.infer<typeof ranSpell>;

export const pushRequest = z.strictObject({
  spell: idOrName,
  /** The name of a Spell In; the spell's only one unless given. */
  source: z.string().max(300).optional(),
  /** `main` unless given. */
  session: sessionName.optional(),
  value: json,
});
export type PushRequest = z.infer<typeof pushRequest>;

/** The run that the value will start: it may wait for its turn. */
export const pushedValue = z.object({ runId: z.string() });
export type PushedValue = z.infer<typeof pushedValue>;

/** What a spell takes and gives, by the names of its nodes. */
export const spellInterface = z.object({
  id: z.string(),
  version: z.number().int(),
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  /** What can start it, the default one first. */
  triggers: z.array(z.string()),
});
export type SpellInterface = z.infer<typeof spellInterface>;
export const spellInterfaceRequest = z.strictObject({ spell: z.string() });

export interface SpellsService {
  find(call: ServiceCall, query?: Query): Promise<Page<SpellSummary>>;
  /** By id, else by name as in `run`. */
  get(call: ServiceCall, idOrName: string): Promise<SpellDocument>;
  /** Of a spell by id or name as in `run`. */
  interface(call: ServiceCall, idOrName: string): Promise<SpellInterface>;
  /**
   * Runs a spell to its end. The call names the run that asks, so that spells which run each other are counted.
   * @throws SpellError `not_found`, the spell's own failure, `recursion_limit` when runs nest too deep
   */
  run(call: ServiceCall, request: RunSpellRequest): Promise<RanSpell>;
  /**
   * Fires a Spell In of a spell that is played.
   * @throws SpellError `not_found` for no such spell or source, `conflict` when it is paused, `overloaded` when too much waits
   */
  push(call: ServiceCall, request: PushRequest): Promise<PushedValue>;
}
