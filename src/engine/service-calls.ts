/** Lets a run's nodes call services: so many at once, so many in all, each call with a key of its own. */
import { SpellError } from "../protocol/spell-error.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import { CancelSignal } from "./cancel.ts";
import type { Visit } from "./visit.ts";

export interface ServiceLimits {
  /** Calls of one run under way together; further ones wait their turn. */
  maxCallsAtOnce: number;
  /** Calls of one run in all. */
  maxCalls: number;
}

export interface ServiceCallsHost {
  readonly runId: string;
  readonly userId: string;
  readonly services: Services;
  readonly isEnded: boolean;
  readonly deadlineAt: number | undefined;
  /** Runs by the spells service that are around this one. */
  readonly depth: number | undefined;
  /** Resolves when the run has ended. */
  readonly cancelled: Promise<void>;
}

export class ServiceCalls {
  readonly #host: ServiceCallsHost;
  readonly #limits: ServiceLimits;
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #made = 0;

  constructor(host: ServiceCallsHost, limits: ServiceLimits) {
    this.#host = host;
    this.#limits = limits;
  }

  /** @throws SpellError `cancelled` when nobody wants it any more, `call_limit` when the run has made all the calls that it may */
  ask<T>(visit: Visit, request: (services: Services, call: ServiceCall) => Promise<T>): Promise<T> {
    // Numbered when it is asked, so that keys do not depend on how long others take.
    const call = this.#callFor(visit);
    const { signal, label } = visit;
    const isWanted = (): boolean =>
      !this.#host.isEnded && signal?.isCancelled !== true && !visit.frame.isOver;
    return this.#pass(() => request(this.#host.services, call), label, isWanted);
  }

  #callFor(visit: Visit): ServiceCall {
    visit.calls += 1;
    const attempt = (visit.signal ??= new CancelSignal());
    const deadlineAt = this.#deadlineOf(visit);
    const key = `${this.#host.runId}:${visit.nodeId}:${visit.visit}`;
    return {
      userId: this.#host.userId,
      runId: this.#host.runId,
      nodeId: visit.nodeId,
      visit: visit.visit,
      idempotencyKey: visit.calls === 1 ? key : `${key}:${visit.calls}`,
      ...(deadlineAt === undefined ? {} : { deadlineAt }),
      ...(this.#host.depth === undefined ? {} : { depth: this.#host.depth }),
      cancelled: () => Promise.race([this.#host.cancelled, attempt.cancelled]),
    };
  }

  #deadlineOf(visit: Visit): number | undefined {
    const { deadlineAt } = this.#host;
    const { settings } = visit.node.plan;
    if (settings?.timeoutMs === undefined) return deadlineAt;
    return Math.min(deadlineAt ?? Number.POSITIVE_INFINITY, visit.startedAt + settings.timeoutMs);
  }

  async #pass<T>(request: () => Promise<T>, label: string, isWanted: () => boolean): Promise<T> {
    this.#made += 1;
    if (this.#made > this.#limits.maxCalls) throw tooMany(label, this.#limits.maxCalls);
    if (this.#open >= this.#limits.maxCallsAtOnce)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#open += 1;
    try {
      // While it waited for its turn the attempt may have been given up, or the run have ended.
      if (!isWanted())
        throw new SpellError("cancelled", `${label} was given up before it asked its service.`);
      return await request();
    } finally {
      // The place goes on to the next in line.
      const next = this.#waiting.shift();
      if (next === undefined) this.#open -= 1;
      else next();
    }
  }
}

const tooMany = (label: string, allowed: number): SpellError =>
  new SpellError(
    "call_limit",
    `${label} would make service call ${allowed + 1} of this run; ${allowed} are allowed. Look for a loop around it, or raise settings.maxCalls.`,
  );
