/** New runs that take over what an earlier one did: resumed where it failed, or forked from one of its nodes. */
import { SpellError } from "../protocol/errors.ts";
import { isRunEnded, type RunEvent, type StampedStart } from "../protocol/events.ts";
import type { ForkRequest, Run, SpellRef } from "../protocol/runs.ts";
import type { HeldSpell } from "./held-spell.ts";
import type { JournalStore } from "./journal-store.ts";
import { type LoadedSpell, type Pin, pinOf } from "./loaded-spell.ts";
import type { Disclosure } from "./published/disclosure.ts";
import type { RpcAnswer } from "./rpc.ts";
import type { Ancestry, RunDesk } from "./run-desk.ts";
import type { RunPermits } from "./run-permits.ts";
import type { RunTable } from "./run-table.ts";

export interface ForksOptions {
  disclosure: Disclosure;
  permits: RunPermits;
  spell: HeldSpell;
  desk: RunDesk;
  runs: RunTable;
  store: JournalStore;
  /** @throws SpellError `not_found`, `overloaded` */
  load: (pin: Pin) => Promise<LoadedSpell>;
}

export class Forks {
  readonly #options: ForksOptions;

  constructor(options: ForksOptions) {
    this.#options = options;
  }

  /**
   * Goes on with a run that did not complete, as a new one on the spell as it is now: what was done and not edited since is
   * taken over. Gives the new run.
   * @throws SpellError `not_found`, `conflict` for one that is in flight or has completed
   */
  resume(runId: string): Promise<RpcAnswer> {
    const run = this.#ended(runId);
    if (run.status === "completed")
      throw new SpellError(
        "conflict",
        "The run has completed: there is nothing to resume. Fork it instead.",
        {
          runId,
        },
      );
    return this.#begin(run, {});
  }

  /**
   * The same from one of its nodes, whatever its end: that node and all that is downstream of it execute again.
   * @throws SpellError `not_found`, `conflict` for one that is in flight, `bad_request` for a node that it never came to
   */
  fork(runId: string, request: ForkRequest): Promise<RpcAnswer> {
    return this.#begin(this.#ended(runId), request);
  }

  /** What a run that is a fork takes over; undefined for one that is none, and where its parent is no longer kept. */
  async ancestryOf(start: StampedStart): Promise<Ancestry | undefined> {
    if (start.parent === undefined) return undefined;
    const { runId, fromNode } = start.parent;
    const parent = this.#options.runs.get(runId);
    return parent === undefined ? undefined : this.#ancestry(parent, start.spell, fromNode);
  }

  async #begin(parent: Run, { fromNode, inputs, timeoutMs }: Partial<ForkRequest>): Promise<RpcAnswer> {
    const { spell, desk, runs, disclosure } = this.#options;
    const present = await spell.get();
    const ancestry = await this.#ancestry(parent, present.ref, fromNode);
    while (!this.#options.permits.pass()) await this.#options.permits.take();
    const run = desk.fork(present, ancestry, {
      ...(inputs === undefined ? {} : { inputs }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const made = runs.get(run.runId);
    if (made === undefined) throw noRun(run.runId);
    return { ok: true, json: JSON.stringify(disclosure.run(made)) };
  }

  async #ancestry(parent: Run, ref: SpellRef, fromNode: string | undefined): Promise<Ancestry> {
    const { store, load } = this.#options;
    const events = store.eventsOf(parent.runId) as readonly RunEvent[];
    // Retention may have taken it while the spell was read.
    if (events.length === 0) throw noRun(parent.runId);
    const isSame = JSON.stringify(parent.spell) === JSON.stringify(ref);
    const plan = isSame ? undefined : (await load(pinOf(parent.spell))).plan;
    return {
      parent: events.filter((event) => !isRunEnded(event)),
      ...(plan === undefined ? {} : { parentPlan: plan }),
      ...(fromNode === undefined ? {} : { fromNode }),
    };
  }

  #ended(runId: string): Run {
    const run = this.#options.runs.get(runId);
    if (run === undefined) throw noRun(runId);
    if (this.#options.runs.findOpen(runId) !== undefined)
      throw new SpellError("conflict", `The run is ${run.status}. Wait for its end, or cancel it first.`, {
        runId,
      });
    return run;
  }
}

const noRun = (runId: string): SpellError =>
  new SpellError("not_found", `There is no run "${runId}" in this session.`, { runId });
