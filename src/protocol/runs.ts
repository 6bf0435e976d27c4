/** Runs: the request for one, its answer, its row in the history. */
import * as z from "zod";
import { errorInfo } from "./errors.ts";
import { jsonObject } from "./values.ts";

export const defaultTimeoutMs = 300_000;
export const maxParallelRuns = 16;
/** Runs of a runner that may wait for their turn; one more is refused. */
export const maxQueuedRuns = 1000;

export const concurrency = z.enum(["parallel", "queue", "reject", "latest"]);
export type Concurrency = z.infer<typeof concurrency>;

const requestFields = {
  /** Values by the names of the spell's inputs. */
  inputs: jsonObject.optional(),
  /** `data.name` of the trigger-in or input to start from. */
  trigger: z.string().max(300).optional(),
  /** Replaces the session's state for this run. */
  state: jsonObject.optional(),
  concurrency: concurrency.optional(),
};

const requestTimeout = z.number().int().positive().max(86_400_000);

/** Body of `POST /spells/:id/run`. Unknown keys are refused, so that a misspelt `inputs` is told and not ignored. */
export const runRequest = z.strictObject({
  ...requestFields,
  timeoutMs: requestTimeout.optional(),
});
export type RunRequest = z.infer<typeof runRequest>;

/** Body of `POST …/runs/:runId/fork`. */
export const forkRequest = z.strictObject({
  /** Path of the node from which all executes again, `12/7` in a sub-spell. */
  fromNode: z.string().min(1).max(1000),
  /** Over the inputs of the run. */
  inputs: jsonObject.optional(),
  timeoutMs: requestTimeout.optional(),
});
export type ForkRequest = z.infer<typeof forkRequest>;

/** The same fields as a connection sends them. */
export const runCommandFields = requestFields;

export const runStatus = z.enum([
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
]);
export type RunStatus = z.infer<typeof runStatus>;

export const spellRef = z.object({
  id: z.string(),
  version: z.number().int().nonnegative(),
  /** Versions of the sub-spells that this run is pinned to. */
  uses: z.array(z.object({ id: z.string(), version: z.number().int().nonnegative() })).optional(),
});
export type SpellRef = z.infer<typeof spellRef>;

export const usage = z.object({
  inputTokens: z.number().nonnegative().optional(),
  outputTokens: z.number().nonnegative().optional(),
  calls: z.number().int().nonnegative().optional(),
  /** Host of the provider that was asked. */
  provider: z.string().optional(),
});
export type Usage = z.infer<typeof usage>;

/** 200 of `POST /spells/:id/run`. */
export const runResult = z.object({
  runId: z.string(),
  status: z.literal("completed"),
  outputs: jsonObject,
  state: jsonObject,
  ms: z.number().nonnegative(),
});
export type RunResult = z.infer<typeof runResult>;

/** The run whose records a run took over; `fromNode` is where it was to begin again, if not where it had ended. */
export const parentRun = z.object({ runId: z.string(), fromNode: z.string().optional() });

export const run = z.object({
  runId: z.string(),
  status: runStatus,
  trigger: z.string(),
  inputs: jsonObject,
  outputs: jsonObject.optional(),
  state: jsonObject.optional(),
  error: errorInfo.optional(),
  spell: spellRef,
  session: z.string(),
  startedAt: z.number().int(),
  endedAt: z.number().int().optional(),
  ms: z.number().nonnegative().optional(),
  usage: usage.optional(),
  parent: parentRun.optional(),
});
export type Run = z.infer<typeof run>;

export const runList = z.object({ data: z.array(run), nextCursor: z.string().optional() });
