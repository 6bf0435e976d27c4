/**
 * Takes records of an earlier run over into a new one. A clean visit that the parent ended takes that end where it would have
 * executed, or, where the parent's answer came late, where the run is at rest, in the parent's order; all else executes.
 */
import type { SpellError } from "../protocol/errors.ts";
import type { NodeCompleted, NodeFailed, RunEvent } from "../protocol/events.ts";
import type { Kept, Past } from "./past.ts";
import { bare, failureOf } from "./records.ts";
import type { Visit } from "./visit.ts";

/** An earlier run, and which of its nodes execute again. */
export interface ReuseSource {
  readonly past: Past;
  isDirty(nodeId: string): boolean;
}

export interface ReuseHost {
  readonly runId: string;
  readonly isEnded: boolean;
  append(event: RunEvent): void;
  apply(visit: Visit, record: NodeCompleted): void;
  applyFailure(visit: Visit, record: NodeFailed): void;
  uncaught(visit: Visit, error: SpellError): void;
  hold(visit: Visit): void;
  /** Makes a further attempt. */
  retry(visit: Visit): void;
}

export class Reuse {
  readonly #host: ReuseHost;
  readonly #source: ReuseSource;
  /** Late ends to hand back, the next one last. */
  readonly #open: { visit: Visit; kept: Kept }[] = [];
  /** Visits that the parent had begun and not ended. */
  readonly #cutOff: Visit[] = [];
  /** Ends not taken yet. */
  #left = 0;

  constructor(host: ReuseHost, source: ReuseSource) {
    this.#host = host;
    this.#source = source;
    for (const { event } of source.past.kept.values()) if (!source.isDirty(event.nodeId)) this.#left += 1;
  }

  /** Lets a visit that has started take its end. False when it executes: Spell nodes always do, by what is inside. */
  take(visit: Visit): boolean {
    const { past } = this.#source;
    if (this.#source.isDirty(visit.nodeId)) return false;
    const kept = past.kept.get(visit.key);
    if (visit.node.isSpell) {
      if (kept !== undefined) this.#left -= 1;
      return false;
    }
    if (kept === undefined || !fits(visit, kept)) {
      // What was in flight goes on behind the records, as in a resumed run, so that it overtakes none of them.
      if (this.#left === 0 || !past.hasBegun(visit.key)) return false;
      this.#host.hold(visit);
      this.#cutOff.push(visit);
      return true;
    }
    if (!kept.isLate) this.#apply(visit, kept);
    else {
      this.#host.hold(visit);
      this.#insert(visit, kept);
    }
    return true;
  }

  /** The run is at rest: hands back the next late end, else goes on with what was in flight. False when there is none. */
  advance(): boolean {
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      if (next.visit.frame.isOver) this.#left -= 1;
      else {
        this.#apply(next.visit, next.kept);
        return true;
      }
    }
    for (let visit = this.#cutOff.shift(); visit !== undefined; visit = this.#cutOff.shift()) {
      if (visit.frame.isOver) continue;
      visit.attempt += 1;
      this.#host.retry(visit);
      return true;
    }
    return false;
  }

  #insert(visit: Visit, kept: Kept): void {
    let low = 0;
    for (let high = this.#open.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((this.#open[middle] as { kept: Kept }).kept.rank > kept.rank) low = middle + 1;
      else high = middle;
    }
    this.#open.splice(low, 0, { visit, kept });
  }

  #apply(visit: Visit, { event, isLate }: Kept): void {
    this.#left -= 1;
    const { runId } = this.#host;
    const { waited: _waited, ...rest } = bare(event);
    const own = { runId, attempt: visit.attempt, ms: 0, ...(isLate ? { waited: true as const } : {}) };
    if (rest.type === "node.completed") {
      // What it cost, the parent has paid.
      const { usage: _usage, ...record } = rest;
      this.#host.apply(visit, { ...record, ...own });
      return;
    }
    const record: NodeFailed = { ...rest, ...own };
    if (record.fired !== undefined) return this.#host.applyFailure(visit, record);
    this.#host.append(record);
    this.#host.uncaught(visit, failureOf(record));
  }
}

/** Could the node have ended so? Not where the plan is another than the caller said. */
function fits({ node, frame }: Visit, { event }: Kept): boolean {
  if (event.type === "node.failed") return event.fired === undefined || node.plan.catches !== undefined;
  return (
    event.fired.every((socket) => node.triggers.includes(socket)) &&
    (event.iterations === undefined || node.isLoop) &&
    (event.again === undefined || frame.graph.isFibers)
  );
}
