/**
 * Leads a run along its records. A visit takes its record where it would have executed; answers that came later are
 * handed back where the run is at rest, in recorded order. Where the records end the run goes on, or a replay stops.
 */
import { SpellError } from "../protocol/spell-error.ts";
import type {
  NodeCompleted,
  NodeFailed,
  NodeItem,
  NodeWaiting,
  RunEnded,
  RunEvent,
} from "../protocol/events.ts";
import { isRunEnded } from "../protocol/run-end.ts";
import { caughtBy, mayRetry } from "./failures.ts";
import { bare, failureOf, mismatch, Records } from "./records.ts";
import { isSameResult } from "./same-result.ts";
import { Status, type Visit } from "./visit.ts";

export interface FollowerHost {
  readonly isEnded: boolean;
  append(event: RunEvent): void;
  /** Takes a node's record. */
  apply(visit: Visit, record: NodeCompleted): void;
  /** Takes the record of a failure that was caught. */
  applyFailure(visit: Visit, record: NodeFailed): void;
  applyItem(visit: Visit, record: NodeItem): void;
  /** An attempt failed and is to be followed by another. */
  awaitRetry(visit: Visit): void;
  /** A failure that its node does not catch. */
  uncaught(visit: Visit, error: SpellError): void;
  enterSpell(visit: Visit): void;
  /** A sub-spell goes on for real: its time is limited from now. */
  watchSpell(visit: Visit): void;
  hold(visit: Visit): void;
  /** Executes a visit for real. */
  live(visit: Visit): void;
  /** Waits on for the answer to what a visit asked. */
  reopen(visit: Visit, question: NodeWaiting): void;
  fail(error: SpellError): void;
  finish(event: RunEnded): void;
}

export class Follower {
  readonly #host: FollowerHost;
  readonly #runId: string;
  readonly #isReplay: boolean;
  readonly #resumeReason: string | undefined;
  #records: Records | null;
  /** Visits in flight: their records come later, or not at all. */
  readonly #open = new Map<string, Visit>();
  /** Sub-spells that have not ended: their records follow from those inside, unless their time was over. */
  readonly #entered = new Map<string, Visit>();
  /** What was asked and not answered. */
  readonly #asked = new Map<string, NodeWaiting>();

  /** @throws SpellError `journal_mismatch` when the records do not begin with a run */
  constructor(
    host: FollowerHost,
    events: readonly RunEvent[],
    options: { runId: string; isReplay: boolean; resumeReason?: string | undefined },
  ) {
    this.#host = host;
    this.#runId = options.runId;
    this.#isReplay = options.isReplay;
    this.#resumeReason = options.resumeReason;
    this.#records = new Records(events, (event) => {
      if (event.type === "node.waiting") this.#asked.set(`${event.nodeId}#${event.visit}`, event);
      this.#host.append(event);
    });
    const first = this.#records.peek();
    if (first?.type !== "run.started") throw mismatch("it does not begin with run.started", first);
    this.#records.skip();
  }

  /** Lets a visit take its record. False when the records ended before it: it executes. */
  follow(visit: Visit): boolean {
    this.#catchUp();
    if (this.#records === null || this.#host.isEnded) return this.#host.isEnded;
    const records = this.#records;
    let event = records.peek();
    if (event === undefined) {
      // A replay stops here; the visit keeps its scope open, so that nothing seems to have come to rest.
      this.#host.hold(visit);
      return true;
    }
    if (isRunEnded(event) && event.type !== "run.completed") {
      // A budget or a cancel ended the run before this visit.
      this.#host.finish(bare(event));
      return true;
    }
    if (event.type !== "node.started" || !isOf(visit, event)) {
      this.#refuse(`visit ${visit.visit} of node "${visit.nodeId}" comes next`, event);
      return true;
    }
    while (event?.type === "node.started" && isOf(visit, event) && !isLater(event)) {
      this.#restart(visit, event.attempt, event);
      event = records.peek();
    }
    if (visit.node.isSpell) {
      this.#entered.set(visit.key, visit);
      this.#host.enterSpell(visit);
    } else if (event === undefined || isLater(event) || !this.#take(visit, event)) {
      this.#host.hold(visit);
      this.#open.set(visit.key, visit);
    }
    this.#catchUp(visit);
    return true;
  }

  /** The run is at rest: the next record says what came back from outside. False when there is none to go on with. */
  advance(): boolean {
    if (this.#records === null) return false;
    if (this.#takeOpen(true)) {
      this.#catchUp();
      return !this.#host.isEnded;
    }
    const event = this.#records.peek();
    if (event === undefined) {
      this.#goLive();
      return this.#records === null && !this.#host.isEnded;
    }
    if (!isRunEnded(event)) this.#refuse("no node in flight matches", event);
    else if (event.type === "run.completed") this.#refuse("nodes are still in flight", event);
    else this.#host.finish(bare(event));
    return false;
  }

  /** A Spell node's record follows from those inside it; where there is one it must agree. */
  agree(visit: Visit): void {
    const event = this.#records?.peek();
    if (event === undefined) return;
    if ((event.type === "node.completed" || event.type === "node.failed") && isOf(visit, event))
      this.#records?.skip();
    else this.#refuse(`node "${visit.nodeId}" ends here`, event);
  }

  /** Do the records end the run here, by a budget or from outside? Then it ends. */
  endsHere(): boolean {
    const event = this.#records?.peek();
    if (event === undefined || !isRunEnded(event) || event.type === "run.completed") return false;
    this.#host.finish(bare(event));
    return true;
  }

  /** The terminal event to write: the recorded one where the run ends as it says, else why it does not. */
  endWith(event: RunEnded): RunEnded {
    const recorded = this.#records?.peek();
    if (recorded === undefined) return event;
    // Why a run failed can lie outside it, as a deadline does. What it gave follows from its nodes, and must agree.
    const isSame =
      recorded.type === event.type && (event.type !== "run.completed" || isSameResult(recorded, event));
    if (isSame) return bare(recorded);
    this.#records = null;
    const error = mismatch(`the run ends here with ${event.type} and its results`, recorded).toInfo();
    return { type: "run.failed", runId: this.#runId, error, ms: event.ms };
  }

  /** Takes what a resumed run did at this point with the visits in flight; where the records end, does it. */
  #catchUp(current?: Visit): void {
    while (!this.#host.isEnded && this.#takeOpen(false));
    if (!this.#host.isEnded && this.#records !== null && this.#records.peek() === undefined)
      this.#goLive(current);
  }

  /** Applies the next record if it belongs to a visit in flight; one that came later only where the run is at rest. */
  #takeOpen(isAtRest: boolean): boolean {
    const event = this.#records?.peek();
    if (event === undefined || !("visit" in event) || (!isAtRest && isLater(event))) return false;
    const key = `${event.nodeId}#${event.visit}`;
    const visit = this.#open.get(key) ?? (isLater(event) ? this.#entered.get(key) : undefined);
    if (visit === undefined || visit.frame.isOver) return false;
    if (event.type === "node.item") {
      if (!visit.node.isLoop || event.item !== (visit.items?.length ?? 0) + 1 || !isObject(event.outputs)) {
        this.#refuse(`item ${(visit.items?.length ?? 0) + 1} of a stream comes next`, event);
        return true;
      }
      this.#records?.skip();
      this.#host.applyItem(visit, bare(event));
      return true;
    }
    if (event.type === "node.started") {
      this.#restart(visit, event.attempt, event);
      return true;
    }
    this.#open.delete(visit.key);
    return this.#take(visit, event);
  }

  #restart(visit: Visit, attempt: number, event: RunEvent): void {
    visit.attempt = attempt;
    this.#records?.skip();
    this.#host.append(bare(event));
  }

  /** Applies the record at hand to `visit` if it is its end. */
  #take(visit: Visit, event: RunEvent): boolean {
    if (!isOf(visit, event) || (event.type !== "node.completed" && event.type !== "node.failed"))
      return false;
    visit.waited = isLater(event);
    // Past it before it is applied: applying may end the run, which looks at what follows.
    this.#records?.skip();
    this.#asked.delete(visit.key);
    if (event.type === "node.completed") {
      const unknown = event.fired.find((socket) => !visit.node.triggers.includes(socket));
      if (unknown !== undefined)
        this.#refuse(`node "${visit.nodeId}" has no trigger output "${unknown}"`, event);
      else if (event.iterations !== undefined && !visit.node.isLoop)
        this.#refuse(`node "${visit.nodeId}" is no loop`, event);
      else if (visit.items !== null && event.iterations?.count !== visit.items.length)
        this.#refuse(`node "${visit.nodeId}" streamed ${visit.items.length} items`, event);
      else if (event.again === true && !visit.frame.graph.isFibers)
        this.#refuse(`node "${visit.nodeId}" is not visited again here`, event);
      else this.#host.apply(visit, bare(event));
      return true;
    }
    const { error: failure } = event;
    if (event.retryInMs !== undefined && !mayRetry(visit, failure.code)) {
      this.#refuse(`node "${visit.nodeId}" is not tried again`, event);
      return true;
    }
    if (event.retryInMs === undefined && !isCaughtSo(visit, event)) {
      this.#refuse(`node "${visit.nodeId}" does not catch its failure so`, event);
      return true;
    }
    if (event.fired !== undefined) {
      this.#host.applyFailure(visit, bare(event));
      return true;
    }
    this.#host.append(bare(event));
    if (event.retryInMs !== undefined) {
      this.#open.set(visit.key, visit);
      this.#host.awaitRetry(visit);
      return true;
    }
    this.#host.uncaught(visit, failureOf(event));
    return true;
  }

  /** The records are at their end: visits in flight are tried again, with the same keys. A replay stops instead. */
  #goLive(current?: Visit): void {
    if (this.#isReplay) return;
    this.#records = null;
    if (this.#resumeReason !== undefined)
      this.#host.append({ type: "run.resumed", runId: this.#runId, reason: this.#resumeReason });
    // A visit within which the records end goes on ahead of those that were in flight before it.
    const isOpen = current !== undefined && this.#open.delete(current.key);
    const rest = [...this.#open.values()];
    this.#open.clear();
    for (const visit of this.#entered.values())
      if (visit.status === Status.running && !visit.frame.isOver) this.#host.watchSpell(visit);
    const cutOff = (isOpen ? [current, ...rest] : rest).filter(({ frame }) => !frame.isOver);
    const once = cutOff.find(
      ({ node, key }) => node.plan.settings?.atMostOnce === true && !this.#asked.has(key),
    );
    if (once !== undefined) return this.#host.finish(this.#interrupted(once));
    for (const visit of cutOff) {
      if (this.#host.isEnded) return;
      if (visit.frame.isOver) continue;
      const asked = this.#asked.get(visit.key);
      if (asked !== undefined) {
        this.#host.reopen(visit, asked);
        continue;
      }
      visit.attempt += 1;
      this.#host.live(visit);
    }
  }

  #interrupted(visit: Visit): RunEnded {
    const error = new SpellError(
      "interrupted",
      `The run was cut off within ${visit.label}, which may not be tried again (settings.atMostOnce). Look what it did, then resume the run by hand.`,
      { nodeId: visit.nodeId },
    );
    return { type: "run.interrupted", runId: this.#runId, error: error.toInfo(), ms: 0 };
  }

  #refuse(why: string, found: RunEvent | undefined): void {
    this.#records = null;
    this.#host.fail(mismatch(why, found));
  }
}

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Does a failure's record fire and give what its node does when it catches it, and nothing where it does not? */
function isCaughtSo(visit: Visit, { error, fired, outputs }: NodeFailed): boolean {
  const expected = caughtBy(visit, error);
  if (expected === null || fired === undefined || outputs === undefined)
    return expected === null && fired === undefined && outputs === undefined;
  return (
    JSON.stringify(fired) === JSON.stringify(expected.fired) &&
    isSameResult({ outputs }, { outputs: expected.outputs })
  );
}

const isOf = (visit: Visit, event: RunEvent): boolean =>
  "visit" in event && event.nodeId === visit.nodeId && event.visit === visit.visit;

/** The end of a visit that was answered from outside the turn. */
const isLater = (event: RunEvent): boolean => "waited" in event && event.waited === true;
