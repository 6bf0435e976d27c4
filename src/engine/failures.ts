/** What becomes of a failure: another attempt, the node's own error route, that of a sub-spell's caller, or the end of the run. */
import { type ErrorCode, SpellError } from "../protocol/spell-error.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { NodeFailed, RunEvent } from "../protocol/events.ts";
import type { EnginePorts } from "./ports.ts";
import type { LogEntry } from "./sandbox.ts";
import type { Underway } from "./underway.ts";
import type { Visit } from "./visit.ts";

export interface FailuresHost {
  readonly runId: string;
  readonly now: number;
  readonly deadlineAt: number | undefined;
  readonly isEnded: boolean;
  append(event: RunEvent): void;
  hold(visit: Visit): void;
  /** Takes the record of a failure that was caught. */
  applyFailure(visit: Visit, record: NodeFailed): void;
  /** Makes a further attempt. */
  retry(visit: Visit): void;
  agree(visit: Visit): void;
  turn(first: () => void): void;
  /** A sub-spell is over: what was asked in it is no more. */
  abandoned(): void;
  fail(error: SpellError): void;
}

/** These end the run whatever its nodes say: budgets, and what no other attempt or route can mend. */
const final = new Set<ErrorCode>([
  "budget_exceeded",
  "depth_limit",
  "recursion_limit",
  "call_limit",
  "output_limit",
  "run_timeout",
  "cancelled",
  "interrupted",
  "journal_mismatch",
  "spell_invalid",
]);

const defaultRetryDelayMs = 1000;
const maxRetryDelayMs = 60_000;

export class Failures {
  readonly #host: FailuresHost;
  readonly #ports: EnginePorts;
  #underway: Set<Underway> | null = null;
  /** Stop the delays before further attempts. */
  #timers: Map<Visit, () => void> | null = null;

  constructor(host: FailuresHost, ports: EnginePorts) {
    this.#host = host;
    this.#ports = ports;
  }

  /** Keeps an attempt in view, so that it can be given up with its sub-spell. */
  watch(underway: Underway): void {
    (this.#underway ??= new Set()).add(underway);
  }

  forget(visit: Visit): void {
    const { underway } = visit;
    if (underway === null) return;
    underway.settle();
    this.#underway?.delete(underway);
  }

  /** Nobody wants what is under way any more. */
  giveUpAll(): void {
    for (const underway of this.#underway ?? []) underway.giveUp();
    this.#underway = null;
    for (const stop of this.#timers?.values() ?? []) stop();
    this.#timers = null;
  }

  /** A visit failed for real: tells it, and what comes of it. */
  failed(visit: Visit, thrown: unknown): void {
    visit.signal?.cancel();
    visit.signal = null;
    this.forget(visit);
    const error = this.#told(visit, thrown);
    const { settings } = visit.node.plan;
    const record = this.#record(visit, error);
    if (mayRetry(visit, error.code)) {
      const first = settings?.retryDelayMs ?? defaultRetryDelayMs;
      record.retryInMs = Math.min(maxRetryDelayMs, first * 2 ** visit.retried);
      this.#host.append(record);
      visit.retried += 1;
      this.#host.hold(visit);
      return this.#later(visit, record.retryInMs);
    }
    this.abandonInner(visit);
    if (visit.node.isSpell) {
      this.#host.agree(visit);
      if (this.#host.isEnded) return;
    }
    const caught = caughtBy(visit, record.error);
    if (caught !== null) return this.#host.applyFailure(visit, { ...record, ...caught });
    this.#host.append(record);
    this.uncaught(visit, error);
  }

  /** A failure that its node does not catch: the nearest caller of the sub-spell that does takes it, else the run ends. */
  uncaught(visit: Visit, error: SpellError): void {
    error.nodeId ??= visit.nodeId;
    if (!final.has(error.code))
      for (let { frame } = visit; frame.caller !== null; frame = frame.caller.frame) {
        const { caller } = frame;
        if (caller.node.plan.catches === undefined) continue;
        return this.failed(caller, error);
      }
    // A provider that gave up because the run's own time was over: that is what ended the run.
    const { deadlineAt, now } = this.#host;
    const isOverdue = error.code === "provider_timeout" && deadlineAt !== undefined && now >= deadlineAt;
    this.#host.fail(isOverdue ? overdue(visit) : error);
  }

  /** A Spell node has failed: what goes on in its spell is of no more use. */
  abandonInner({ inner }: Visit): void {
    if (inner === null) return;
    inner.abandon();
    this.#abandon();
    this.#host.abandoned();
  }

  /** The records say that an attempt failed and another follows: what is left to do when they end before it. */
  awaitRetry(visit: Visit): void {
    visit.retried += 1;
    this.#host.hold(visit);
  }

  #later(visit: Visit, ms: number): void {
    this.#timers ??= new Map();
    const stop = this.#ports.after(ms, () => {
      this.#timers?.delete(visit);
      this.#host.turn(() => {
        if (this.#host.isEnded || visit.frame.isOver) return;
        visit.attempt += 1;
        this.#host.retry(visit);
      });
    });
    this.#timers.set(visit, stop);
  }

  /** Gives up what is under way in sub-spells that are over. */
  #abandon(): void {
    for (const underway of this.#underway ?? [])
      if (underway.visit.frame.isOver) {
        underway.giveUp();
        this.#underway?.delete(underway);
      }
  }

  #told(visit: Visit, thrown: unknown): SpellError {
    const error = SpellError.from(thrown);
    error.nodeId ??= visit.nodeId;
    if (error.code === "internal") error.errorId ??= this.#ports.fault?.(thrown, visit.nodeId);
    const logs = this.#ports.logsOf?.(thrown) ?? [];
    if (logs.length > 0) (this.#logs ??= new WeakMap()).set(error, logs);
    return error;
  }

  #logs: WeakMap<SpellError, readonly LogEntry[]> | null = null;

  #record(visit: Visit, error: SpellError): NodeFailed {
    const { nodeId: _nodeId, ...info } = error.toInfo();
    // What the code of a node logged is told with that node, not again with the callers around it.
    const logs = visit.node.isSpell ? undefined : this.#logs?.get(error);
    return {
      type: "node.failed",
      runId: this.#host.runId,
      nodeId: visit.nodeId,
      visit: visit.visit,
      attempt: visit.attempt,
      error: info,
      ...(logs === undefined ? {} : { logs: [...logs] }),
      ...(visit.waited ? { waited: true as const } : {}),
      ms: visit.elapsed(this.#host),
    };
  }
}

/** What a node fires and gives when it catches a failure; null where it does not. */
export function caughtBy(
  { node }: Visit,
  { code, message }: NodeFailed["error"],
): { fired: string[]; outputs: JsonObject } | null {
  const { catches } = node.plan;
  if (catches === undefined || final.has(code)) return null;
  return {
    fired: catches === "continue" ? [...node.after] : node.triggers.filter(isErrorRoute),
    outputs: { error: message, errorMessage: message, errorCode: code },
  };
}

/** May a node be tried again after that failure? */
export const mayRetry = ({ node, retried }: Visit, code: ErrorCode): boolean =>
  !final.has(code) && !node.isSpell && retried < (node.plan.settings?.retries ?? 0);

const isErrorRoute = (socket: string): boolean => socket === "error";

const overdue = (visit: Visit): SpellError =>
  new SpellError(
    "run_timeout",
    `The run was out of time while node "${visit.nodeId}" (${visit.node.plan.component}) waited for its provider. Raise timeoutMs or check the provider.`,
    { nodeId: visit.nodeId },
  );
