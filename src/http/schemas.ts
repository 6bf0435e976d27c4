/** The schemas that have a name in the OpenAPI document. */
import type * as z from "zod";
import { componentDescription, componentList } from "../protocol/components.ts";
import { conflictProblem, errorInfo, problem } from "../protocol/errors.ts";
import { eventPage, stampedEvent } from "../protocol/events.ts";
import { plan } from "../protocol/plan.ts";
import { run, runList, forkRequest, runRequest, runResult } from "../protocol/runs.ts";
import {
  health,
  hookAccepted,
  runnerDescription,
  runnerList,
  ticketAnswer,
  userUsage,
} from "../protocol/runners.ts";
import {
  createdSpell,
  savedSpell,
  spellDocument,
  spellIssue,
  spellList,
  spellSummary,
  validation,
  versionList,
} from "../protocol/spell.ts";
import { json, jsonObject } from "../protocol/values.ts";

/** By the name under which the OpenAPI document refers to each. */
export const namedSchemas = {
  Json: json,
  JsonObject: jsonObject,
  Problem: problem,
  ConflictProblem: conflictProblem,
  ErrorInfo: errorInfo,
  Health: health,
  Component: componentDescription,
  ComponentList: componentList,
  Spell: spellDocument,
  SpellIssue: spellIssue,
  SpellSummary: spellSummary,
  SpellList: spellList,
  SavedSpell: savedSpell,
  CreatedSpell: createdSpell,
  VersionList: versionList,
  Validation: validation,
  Plan: plan,
  RunRequest: runRequest,
  ForkRequest: forkRequest,
  RunResult: runResult,
  Run: run,
  RunList: runList,
  Event: stampedEvent,
  EventPage: eventPage,
  Runner: runnerDescription,
  RunnerList: runnerList,
  UserUsage: userUsage,
  HookAccepted: hookAccepted,
  Ticket: ticketAnswer,
} as const satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof namedSchemas;
