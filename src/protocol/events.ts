/**
 * What happened in a runner: the journal's entries, live view, reconnect, resume and replay alike.
 * The engine writes them without `seq` and `at`; the journal gives those.
 */
import * as z from "zod";
import { errorInfo } from "./errors.ts";
import { parentRun, spellRef, usage } from "./runs.ts";
import { json, jsonObject, valueRef } from "./values.ts";

export { engineVersion, isRunEnded } from "./run-end.ts";

export const logEntry = z.object({
  level: z.enum(["debug", "log", "info", "warn", "error"]),
  text: z.string(),
});

/** RFC 6902 operations on the top level of the state. `add` replaces what is there. */
export const statePatch = z.array(
  z.discriminatedUnion("op", [
    z.object({ op: z.literal("add"), path: z.string(), value: json }),
    z.object({ op: z.literal("remove"), path: z.string() }),
  ]),
);
export type StatePatch = z.infer<typeof statePatch>;

export const loopIterations = z.object({ count: z.number().int().nonnegative(), outputs: jsonObject });
export type LoopIterations = z.infer<typeof loopIterations>;

const ofRun = { runId: z.string() };
/** `nodeId` is the path of a node, `12/7` in a sub-spell; `visit` the ordinals of the enclosing iterations and turns. */
const ofVisit = { ...ofRun, nodeId: z.string(), visit: z.string() };
const attempt = z.number().int().positive();
const ms = z.number().nonnegative();
/** The answer came from outside, after all that the turn of `node.started` had set off: replay hands it back at the same place. */
const waited = z.literal(true).optional();

const startFields = {
  ...ofRun,
  requestId: z.string().optional(),
  trigger: z.string(),
  inputs: jsonObject,
  state: jsonObject,
  spell: spellRef,
  engineVersion: z.string(),
  parent: parentRun.optional(),
  /** Of a run that a node of another one asked the spells service for: how many such runs are around it. */
  depth: z.number().int().positive().optional(),
};

export const runQueued = z.object({ type: z.literal("run.queued"), ...startFields });
export const runStarted = z.object({ type: z.literal("run.started"), ...startFields });
/** `waited`: a further attempt, begun where the run was at rest after the delay of the one before. */
export const nodeStarted = z.object({ type: z.literal("node.started"), ...ofVisit, attempt, waited });
/** One item of a node that streams: opens an iteration, whose readers see `outputs`. */
export const nodeItem = z.object({
  type: z.literal("node.item"),
  ...ofVisit,
  item: z.number().int().positive(),
  outputs: jsonObject,
  waited,
});
export const nodeCompleted = z.object({
  type: z.literal("node.completed"),
  ...ofVisit,
  attempt,
  outputs: jsonObject,
  /** Trigger sockets that the visit opened. They fire when (and if) a trigger has reached the node. */
  fired: z.array(z.string()),
  /** A loop's iterations: how many, and for each output the list of what iteration 1, 2, … sees. */
  iterations: loopIterations.optional(),
  /** Where flows are fibers: the node is visited again when all that it fired is over. */
  again: z.literal(true).optional(),
  /** A patch too large for an event travels as a reference, like any value. */
  state: z.object({ patch: z.union([statePatch, valueRef]) }).optional(),
  logs: z.array(logEntry).optional(),
  usage: usage.optional(),
  waited,
  ms,
});
export const nodeFailed = z.object({
  type: z.literal("node.failed"),
  ...ofVisit,
  attempt,
  error: errorInfo,
  /** The node is tried again after that many ms. */
  retryInMs: z.number().int().nonnegative().optional(),
  /** The failure was caught: the run goes on with these triggers and outputs. Absent, it goes out to the caller of the sub-spell, or ends the run. */
  fired: z.array(z.string()).optional(),
  outputs: jsonObject.optional(),
  logs: z.array(logEntry).optional(),
  waited,
  ms,
});
export const nodeWaiting = z.object({
  type: z.literal("node.waiting"),
  ...ofVisit,
  prompt: json,
  until: z.number().int().optional(),
});
export const nodeEvent = z.object({
  type: z.literal("node.event"),
  ...ofVisit,
  name: z.string(),
  data: json,
});
export const runResumed = z.object({ type: z.literal("run.resumed"), ...ofRun, reason: z.string() });

const endFields = {
  ...ofRun,
  outputs: jsonObject.optional(),
  state: jsonObject.optional(),
  error: errorInfo.optional(),
  ms,
};
export const runCompleted = z.object({ type: z.literal("run.completed"), ...endFields });
export const runFailed = z.object({ type: z.literal("run.failed"), ...endFields });
export const runCancelled = z.object({ type: z.literal("run.cancelled"), ...endFields });
export const runInterrupted = z.object({ type: z.literal("run.interrupted"), ...endFields });

export const runnerPlayed = z.object({ type: z.literal("runner.played") });
export const runnerPaused = z.object({ type: z.literal("runner.paused") });
/**
 * `patch` (RFC 6902) makes of the version before, `version - 1`, this one; the member `version` of the document is not in it. A
 * client that has another one gets `/spells/:id/versions/<version>`; so does one that finds `$value` in place of the whole
 * document: a change above 256 KB.
 */
export const spellChanged = z.object({
  type: z.literal("spell.changed"),
  version: z.number().int(),
  patch: z.array(z.record(z.string(), json)),
  by: z.string(),
});

const runEventSchemas = [
  runQueued,
  runStarted,
  nodeStarted,
  nodeItem,
  nodeCompleted,
  nodeFailed,
  nodeWaiting,
  nodeEvent,
  runResumed,
  runCompleted,
  runFailed,
  runCancelled,
  runInterrupted,
] as const;

/** An event of one run, as the engine writes it. */
export const runEvent = z.discriminatedUnion("type", runEventSchemas);
export type RunEvent = z.infer<typeof runEvent>;

export const runnerEvent = z.discriminatedUnion("type", [runnerPlayed, runnerPaused, spellChanged]);
export type RunnerEvent = z.infer<typeof runnerEvent>;
export type SpellChanged = z.infer<typeof spellChanged>;

export type JournalEvent = RunEvent | RunnerEvent;

/** Given by the journal: `seq` only grows within a runner, `at` is in ms since 1970. */
export const stamp = { seq: z.number().int().positive(), at: z.number().int() };

const stamped = <T extends z.ZodObject>(schema: T) =>
  schema.extend(stamp) as unknown as z.ZodObject<T["shape"] & typeof stamp>;

export const stampedEvent = z.discriminatedUnion("type", [
  stamped(runQueued),
  stamped(runStarted),
  stamped(nodeStarted),
  stamped(nodeItem),
  stamped(nodeCompleted),
  stamped(nodeFailed),
  stamped(nodeWaiting),
  stamped(nodeEvent),
  stamped(runResumed),
  stamped(runCompleted),
  stamped(runFailed),
  stamped(runCancelled),
  stamped(runInterrupted),
  stamped(runnerPlayed),
  stamped(runnerPaused),
  stamped(spellChanged),
]);
export type RunQueued = z.infer<typeof runQueued>;
export type StampedEvent = z.infer<typeof stampedEvent>;
/** What the journal of a run begins with: a queued one has both, one after the other. */
export type StampedStart = Extract<StampedEvent, { type: "run.started" | "run.queued" }>;

export const isRunStart = (event: StampedEvent): event is StampedStart =>
  event.type === "run.started" || event.type === "run.queued";

export type NodeStarted = z.infer<typeof nodeStarted>;
export type NodeItem = z.infer<typeof nodeItem>;
export type NodeCompleted = z.infer<typeof nodeCompleted>;
export type NodeFailed = z.infer<typeof nodeFailed>;
export type NodeWaiting = z.infer<typeof nodeWaiting>;
export type RunStarted = z.infer<typeof runStarted>;
export type RunEnded =
  | z.infer<typeof runCompleted>
  | z.infer<typeof runFailed>
  | z.infer<typeof runCancelled>
  | z.infer<typeof runInterrupted>;

/** `GET …/runs/:runId/events` without SSE. */
export const eventPage = z.object({ events: z.array(stampedEvent), next: z.number().int().optional() });
