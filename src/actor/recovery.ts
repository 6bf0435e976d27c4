/** Runs that a crash, a deploy or an eviction cut off go on from their journal, by themselves. */
import type { ParentRun } from "../engine/index.ts";
import { SpellError } from "../protocol/errors.ts";
import { isRunEnded, isRunStart, type StampedEvent, type StampedStart } from "../protocol/events.ts";
import type { JournalStore } from "./journal-store.ts";
import { type LoadedSpell, type Pin, pinOf } from "./loaded-spell.ts";
import type { RunDesk } from "./run-desk.ts";
import type { OpenRun, RunTable } from "./run-table.ts";

/** Restarts in a row without a node's record between them, after which a run is given up: it seems to cause them. */
const maxIdleResumes = 3;

export interface RecoveryOptions {
  runs: RunTable;
  store: JournalStore;
  desk: RunDesk;
  /** @throws SpellError `not_found`, `overloaded` */
  load: (pin: Pin) => Promise<LoadedSpell>;
  /** What a run that is a fork takes over still. */
  ancestryOf: (start: StampedStart) => Promise<ParentRun | undefined>;
  /** Logs a fault of ours. Gives its id. */
  bug: (thrown: unknown, fields: Record<string, unknown>) => string;
}

export class Recovery {
  readonly #options: RecoveryOptions;
  #isNeeded: boolean;
  #underway: Promise<void> | null = null;

  /** @param isNeeded the object has just started, and there are runs that have not ended */
  constructor(options: RecoveryOptions, isNeeded: boolean) {
    this.#options = options;
    this.#isNeeded = isNeeded;
  }

  /** Some runs may not be in memory yet. */
  get isNeeded(): boolean {
    return this.#isNeeded;
  }

  /**
   * Brings every run that has not ended back into memory. Once at a time, and any number of times: one that goes on is left
   * alone, and so is one that has ended.
   * @throws SpellError `overloaded` when a spell could not be read now: those runs are left for the next time
   */
  recover(): Promise<void> {
    this.#underway ??= this.#recover().finally(() => {
      this.#underway = null;
    });
    return this.#underway;
  }

  async #recover(): Promise<void> {
    const { runs, desk } = this.#options;
    let failure: unknown;
    for (const open of runs.open()) {
      if (desk.find(open.runId) !== undefined) continue;
      try {
        await this.#bringBack(open);
      } catch (thrown) {
        failure = thrown;
      }
    }
    desk.beginQueued();
    if (failure !== undefined) throw failure;
    this.#isNeeded = false;
  }

  async #bringBack({ runId }: OpenRun): Promise<void> {
    const { runs, store, desk, load } = this.#options;
    const events = store.eventsOf(runId);
    const start = events.find(isRunStart);
    if (start === undefined || idleResumes(events) >= maxIdleResumes)
      return this.#giveUp(
        runId,
        start === undefined ? "its journal does not begin with its start" : tooOften,
      );
    let spell: LoadedSpell;
    let fork: ParentRun | undefined;
    try {
      spell = await load(pinOf(start.spell));
      fork = await this.#options.ancestryOf(start);
    } catch (thrown) {
      if (SpellError.from(thrown).code !== "not_found") throw thrown;
      return this.#giveUp(runId, `version ${start.spell.version} of its spell is gone`);
    }
    // While the spell was read the run may have been cancelled.
    const open = runs.findOpen(runId);
    if (open === undefined || desk.find(runId) !== undefined) return;
    try {
      desk.resume(open, spell, events, { reason: "restart", fork });
    } catch (thrown) {
      this.#giveUp(runId, `of a fault of ours (${this.#options.bug(thrown, { runId })})`);
    }
  }

  #giveUp(runId: string, why: string): void {
    const error = new SpellError(
      "interrupted",
      `The run was cut off by a restart and cannot go on: ${why}. Start it again.`,
    );
    this.#options.desk.endAside(runId, "interrupted", error);
  }
}

const tooOften = `it was cut off ${maxIdleResumes} times within the same node`;

/** How often the run was resumed at its end, with nothing done in between. */
function idleResumes(events: readonly StampedEvent[]): number {
  let count = 0;
  for (const { type } of events.toReversed()) {
    if (type === "run.resumed") count += 1;
    else if (
      type === "node.completed" ||
      type === "node.failed" ||
      type === "node.item" ||
      isRunEnded({ type })
    )
      break;
  }
  return count;
}
