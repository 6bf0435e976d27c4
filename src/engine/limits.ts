/** What a run may use, and what it is told when it would use more. */
import { SpellError } from "../protocol/spell-error.ts";
import type { RunEvent } from "../protocol/events.ts";
import type { Plan } from "../protocol/plan.ts";
import type { ServiceLimits } from "./service-calls.ts";
import type { Visit } from "./visit.ts";

export interface Limits extends ServiceLimits {
  /** Node visits of one run. */
  maxVisits: number;
  /** Sub-spells within sub-spells. */
  maxDepth: number;
  /** A spell within itself. */
  maxRecursion: number;
  /** What the nodes of one run may give, in bytes of their records. */
  maxOutputBytes: number;
  /** Visits after which a run that never waits lets others have the processor. */
  visitsPerTurn: number;
}
export const defaultLimits: Limits = {
  maxVisits: 100_000,
  maxDepth: 32,
  maxRecursion: 16,
  maxOutputBytes: 64 * 1024 * 1024,
  maxCallsAtOnce: 6,
  maxCalls: 1000,
  visitsPerTurn: 10_000,
};

/** The usual limits with a spell's own. */
export function limitsOf(plan: Plan): Limits {
  const own = Object.entries(plan.settings).filter(
    ([key, value]) => key in defaultLimits && value !== undefined,
  );
  return { ...defaultLimits, ...Object.fromEntries(own) };
}

/** Limits with others in the place of some. */
export const limited = (limits: Limits, own: Partial<Limits>): Limits => ({
  maxVisits: own.maxVisits ?? limits.maxVisits,
  maxDepth: own.maxDepth ?? limits.maxDepth,
  maxRecursion: own.maxRecursion ?? limits.maxRecursion,
  maxOutputBytes: own.maxOutputBytes ?? limits.maxOutputBytes,
  maxCallsAtOnce: own.maxCallsAtOnce ?? limits.maxCallsAtOnce,
  maxCalls: own.maxCalls ?? limits.maxCalls,
  visitsPerTurn: own.visitsPerTurn ?? limits.visitsPerTurn,
});

export const overBudget = (visit: Visit, allowed: number): SpellError =>
  new SpellError(
    "budget_exceeded",
    `${visit.label} would be visit ${allowed + 1} of this run; ${allowed} are allowed. Look for a cycle that never ends, or raise settings.maxVisits.`,
    { nodeId: visit.nodeId },
  );

export const overdue = (ms: number): SpellError =>
  new SpellError(
    "run_timeout",
    `The run was out of time after ${ms} ms. Raise timeoutMs, or look which node took so long.`,
  );

export const tooLarge = (event: RunEvent, allowed: number): SpellError =>
  new SpellError(
    "output_limit",
    `With ${"nodeId" in event ? `node "${event.nodeId}"` : "this"} the run has given more than ${allowed} bytes. Look for a list or state that grows, or raise settings.maxOutputBytes.`,
    "nodeId" in event ? { nodeId: event.nodeId } : {},
  );
