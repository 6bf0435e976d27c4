/**
 * A spell that is played: its sources fire, each firing waits for its turn and becomes a run. Playing, sources and firings are in
 * rows; the watchdog's alarm wakes the runner for its clocks, so that it may sleep between them.
 */
import { describeError, log } from "../../platform/log.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { PlayedSource } from "../../protocol/runners.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import type { Facts } from "../facts.ts";
import type { HeldSpell } from "../held-spell.ts";
import type { Idempotency, IdempotencyKeys } from "../idempotency-keys.ts";
import type { RunnerJournal } from "../journal.ts";
import type { LoadedSpell } from "../loaded-spell.ts";
import type { RunDesk } from "../run-desk.ts";
import type { RunIds } from "../run-ids.ts";
import type { RunPermits } from "../run-permits.ts";
import type { Watchdog } from "../watchdog.ts";
import type { Firing, Firings } from "./firings.ts";
import type { HookKeys } from "../hooks/hook-keys.ts";
import { type PlayedSources, sourcesOf } from "./played-sources.ts";

export interface PlayerOptions {
  permits: RunPermits;
  spell: HeldSpell;
  desk: Pick<RunDesk, "open" | "take">;
  journal: Pick<RunnerJournal, "record">;
  watchdog: Pick<Watchdog, "until" | "wakeBy">;
  facts: Facts;
  firings: Firings;
  ids: RunIds;
  sources: PlayedSources;
  hooks: HookKeys;
  keys: IdempotencyKeys;
  now: () => number;
  /** Makes the addresses of webhooks lead here. Again and again without harm. */
  register: () => Promise<void>;
  /** Told after every change, off the path. */
  told: (isPlaying: boolean) => void;
  /** Does work that nobody waits for; the object stays awake until it is done. */
  soon: (work: () => Promise<void>) => void;
  /** Resolves when runs that a restart cut off are in memory again. */
  recovered: () => Promise<void>;
}

/** A runner that could not read its spell tries again after that long. */
const retryMs = 5000;
/** Runs of firings that never wait and follow each other, until others have the processor. */
const runsPerTurn = 16;

export interface FireOptions {
  /** The same key within 24 h fires once. */
  idempotency?: Idempotency | undefined;
  /** Somebody awaits the run's beginning. */
  awaits?: boolean;
}

export interface Fired {
  /** The id of the run that it will be. */
  runId: string;
  /** Where it is awaited: resolves when the run has begun. Rejects with `overloaded` when it was let go, `conflict` at a pause. */
  begun?: Promise<void>;
}

export class Player {
  readonly #options: PlayerOptions;
  /** Who awaits the run of a firing. */
  readonly #awaited = new Map<string, PromiseWithResolvers<void>>();
  #isPlaying: boolean;
  #disarm: () => void = () => undefined;
  #isDispatching = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
    const { facts, firings, watchdog, now } = options;
    this.#isPlaying = facts.get("playing") === 1;
    if (!this.#isPlaying) return;
    this.#arm();
    // Cut off between two firings: the alarm goes on with them.
    if (firings.size > 0) watchdog.wakeBy(now());
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  describe(): { playing: boolean; sources: PlayedSource[]; waiting: number; dropped: number } {
    const { sources, firings, facts, hooks } = this.#options;
    return {
      playing: this.#isPlaying,
      sources: sources.all().map(({ node_id: nodeId, name, kind, next_at: nextAt }) => ({
        nodeId,
        name,
        kind,
        ...(nextAt === null ? {} : { nextAt }),
        ...(kind === "webhook" ? { hook: hooks.pathOf({ nodeId }) } : {}),
      })),
      waiting: firings.size,
      dropped: facts.get("dropped"),
    };
  }

  /**
   * Starts the sources. Nothing happens where they run already.
   * @throws SpellError `spell_invalid` where there is none, or one could not fire; `not_found`, `overloaded`
   */
  async play(): Promise<void> {
    const { spell, sources, hooks, register, facts, journal, now } = this.#options;
    if (this.#isPlaying) return;
    const drawn = sourcesOf((await spell.get()).plan);
    if (drawn.length === 0)
      throw new SpellError(
        "spell_invalid",
        "Nothing would fire: the spell has no source. Add an Interval, Cron, Webhook In, Client In or Spell In.",
      );
    if (drawn.some(({ source }) => source.kind === "webhook")) {
      void hooks.id;
      await register();
    }
    // Somebody else may have played it meanwhile.
    if (this.#isPlaying) return;
    sources.put(drawn, now(), { anew: true });
    facts.set("playing", 1);
    this.#isPlaying = true;
    journal.record({ type: "runner.played" });
    this.#arm();
    this.#options.told(true);
    this.#go();
  }

  /** Stops the sources. What runs goes on to its end; what waits is kept or let go, as the spell has it. */
  async pause(): Promise<void> {
    if (!this.#isPlaying) return;
    const { spell } = this.#options;
    // Where the spell cannot be read nothing is lost by keeping.
    const settings = spell.present ?? (await spell.get().catch(() => null));
    this.#stop(settings?.plan.settings.play?.onPause === "drop");
  }

  /** The spell was changed: its sources are those of the new version from now on. Pauses where that has none that can fire. */
  async changed(): Promise<void> {
    if (!this.#isPlaying) return;
    const { spell, sources, register, now } = this.#options;
    try {
      const drawn = sourcesOf((await spell.get()).plan);
      if (drawn.some(({ source }) => source.kind === "webhook")) await register();
      if (!this.#isPlaying) return;
      if (drawn.length === 0) return this.#stop(false);
      sources.put(drawn, now(), { anew: false });
      this.#arm();
    } catch (thrown) {
      const { code } = SpellError.from(thrown);
      if (code !== "spell_invalid" && code !== "not_found") throw thrown;
      log.warn("a played spell was paused: its new version cannot be played", {
        error: describeError(thrown),
      });
      this.#stop(false);
    }
  }

  /** The spell is no more. */
  forget(): void {
    const { sources, hooks, firings } = this.#options;
    if (this.#isPlaying) this.#stop(true);
    this.#refuse(firings.clear());
    sources.clear();
    hooks.clear();
  }

  /**
   * Fires the source of that kind that is called so.
   * @param called the source's name or id; the only one of the kind, when absent
   * @throws SpellError `not_found`, `conflict` when the spell is paused or the key was used for something else, `too_large`,
   * `overloaded`
   */
  async fire(
    kind: PlayedSource["kind"],
    called: string | undefined,
    value: Json,
    { idempotency, awaits = false }: FireOptions = {},
  ): Promise<Fired> {
    const { spell, sources, keys, now } = this.#options;
    if (!this.#isPlaying) throw paused();
    if (spell.present === null) await spell.get();
    const [row, ...others] = sources.find(kind, called);
    if (row === undefined || (called === undefined && others.length > 0))
      throw noSource(kind, called, others.length > 0);
    if (!this.#isPlaying) throw paused();
    const made = idempotency === undefined ? undefined : keys.find(idempotency.key, now());
    if (made !== undefined) {
      if (made.fingerprint === idempotency?.fingerprint) return { runId: made.runId };
      throw new SpellError("conflict", "This Idempotency-Key was used with another body. Take a new one.");
    }
    const runId = this.#options.ids.next();
    const begun = awaits ? Promise.withResolvers<void>() : undefined;
    if (begun !== undefined) this.#awaited.set(runId, begun);
    try {
      this.#put({ runId, trigger: row.name, value: JSON.stringify(value) });
    } catch (thrown) {
      this.#awaited.delete(runId);
      throw thrown;
    }
    if (idempotency !== undefined) keys.put(idempotency, runId, now());
    this.#go();
    return { runId, ...(begun === undefined ? {} : { begun: begun.promise }) };
  }

  /** Events fire one of its sources. */
  get takesEvents(): boolean {
    return this.#isPlaying && this.#options.sources.find("event", undefined).length > 0;
  }

  /** An event was recorded: fires each Event In that is for such ones, once, however often it is told. */
  async fireEvent(row: JsonObject): Promise<void> {
    if (!this.#isPlaying) return;
    for (const { name, spec } of this.#options.sources.find("event", undefined)) {
      if (!isFor(JSON.parse(spec) as JsonObject, row)) continue;
      const idempotency = { key: `event ${JSON.stringify(row.id)} ${name}`, fingerprint: "" };
      await this.fire("event", name, row, { idempotency }).catch((thrown: unknown) => {
        // Nobody is there to be told: one that finds no room is let go.
        if (SpellError.from(thrown).code === "overloaded") this.#options.facts.add("dropped", 1);
        else log.warn("an event could not fire its source", { name, error: describeError(thrown) });
      });
    }
  }

  /** There is a source of that kind that is called so, playing or not. */
  has(kind: PlayedSource["kind"], called: string): boolean {
    return this.#options.sources.find(kind, called).length > 0;
  }

  /** Begins what waits and may. After a restart, and whenever a run has ended. */
  async goOn(): Promise<void> {
    if (this.#isDispatching || !this.#isPlaying || this.#options.firings.size === 0) return;
    this.#isDispatching = true;
    try {
      await this.#dispatch();
    } catch (thrown) {
      const { code, retryAfter } = SpellError.from(thrown);
      // A user's rate lets some go again in a moment, and is nothing to look into.
      if (code !== "rate_limited")
        log.warn("firings wait: no run can begin", { error: describeError(thrown) });
      const waitMs = retryAfter === undefined ? retryMs : Math.min(retryMs, retryAfter * 1000);
      this.#options.watchdog.wakeBy(this.#options.now() + waitMs);
    } finally {
      this.#isDispatching = false;
    }
  }

  /** Fires what is due by time. By the alarm. */
  async fireDue(): Promise<void> {
    const { spell, sources, now } = this.#options;
    const at = sources.nextAt();
    if (!this.#isPlaying || at === undefined) return;
    try {
      if (at <= now()) {
        const { plan } = await spell.get();
        const drawn = sourcesOf(plan);
        if (!this.#isPlaying) return;
        sources.fireDue(drawn, now(), ({ name, value }) => this.#fireTimer(name, value));
      }
      this.#arm();
    } catch (thrown) {
      const { code } = SpellError.from(thrown);
      if (code === "not_found" || code === "spell_invalid") return this.#stop(false);
      log.warn("a source could not fire yet", { error: describeError(thrown) });
      this.#options.watchdog.wakeBy(now() + retryMs);
    }
  }

  #fireTimer(trigger: string, value: Json): void {
    try {
      this.#put({ runId: this.#options.ids.next(), trigger, value: JSON.stringify(value) });
    } catch (thrown) {
      // Nobody is there to be told: a clock that finds no room lets its firing go.
      if (SpellError.from(thrown).code !== "overloaded") throw thrown;
      this.#options.facts.add("dropped", 1);
    }
  }

  #put(firing: Omit<Firing, "place">): void {
    const { firings, spell } = this.#options;
    this.#refuse(firings.put(firing, spell.present?.plan.settings.play));
  }

  /** Firings were let go: they are counted, and whoever awaits their runs is told. */
  #refuse(runIds: readonly string[]): void {
    this.#options.facts.add("dropped", runIds.length);
    for (const runId of runIds) {
      this.#awaited.get(runId)?.reject(letGo());
      this.#awaited.delete(runId);
    }
  }

  #stop(dropsWaiting: boolean): void {
    const { facts, journal, sources, firings, told } = this.#options;
    if (!this.#isPlaying) return;
    this.#isPlaying = false;
    facts.set("playing", 0);
    sources.stop();
    this.#disarm();
    if (dropsWaiting) this.#refuse(firings.clear());
    for (const begun of this.#awaited.values()) begun.reject(pausedMeanwhile());
    this.#awaited.clear();
    journal.record({ type: "runner.paused" });
    told(false);
  }

  #arm(): void {
    const { sources, watchdog, soon } = this.#options;
    this.#disarm();
    const at = sources.nextAt();
    if (at !== undefined)
      this.#disarm = watchdog.until(at, () =>
        soon(async () => {
          await this.fireDue();
          await this.goOn();
        }),
      );
  }

  /** Within this turn where the spell is in memory. */
  #go(): void {
    const { firings, soon } = this.#options;
    if (firings.size > 0) soon(() => this.goOn());
  }

  async #dispatch(): Promise<void> {
    const { spell, firings, permits, recovered } = this.#options;
    await recovered();
    for (let begun = 1; this.#isPlaying; begun++) {
      const loaded = spell.present ?? (await spell.get());
      const firing = firings.first();
      if (firing === undefined || !this.#isPlaying || this.#underway() >= concurrencyOf(loaded)) return;
      if (!permits.pass()) {
        await permits.take();
        continue;
      }
      if (!this.#begin(loaded, firing)) return;
      if (begun % runsPerTurn === 0) await scheduler.wait(0);
    }
  }

  /** Runs that sources began and that have not ended. */
  #underway(): number {
    const names = new Set(this.#options.sources.all().map(({ name }) => name));
    return this.#options.desk.open.filter(({ run }) => names.has(run.trigger)).length;
  }

  /** False where the runner takes no more runs now. */
  #begin(spell: LoadedSpell, firing: Firing): boolean {
    const { desk, firings } = this.#options;
    const { runId, trigger, value } = firing;
    try {
      const inputs = { [trigger]: JSON.parse(value) as Json };
      // In one turn with the run's first event: it is written there, or still waits here.
      desk.take(spell, { runId, trigger, inputs });
      this.#awaited.get(runId)?.resolve();
    } catch (thrown) {
      const error = SpellError.from(thrown);
      if (error.code === "overloaded") return false;
      log.warn("a firing could not begin", { runId, trigger, error: describeError(thrown) });
      this.#awaited.get(runId)?.reject(error);
    }
    this.#awaited.delete(runId);
    firings.remove(firing);
    return true;
  }
}

const concurrencyOf = ({ plan }: LoadedSpell): number => plan.settings.play?.concurrency ?? 1;

const paused = (): SpellError =>
  new SpellError("conflict", "The spell is paused: its sources take nothing. Play it first.");
const pausedMeanwhile = (): SpellError =>
  new SpellError("conflict", "The spell was paused. What was sent waits, and runs when it is played again.");
const letGo = (): SpellError =>
  new SpellError("overloaded", "The firing was let go: too many waited, or the spell was paused.", {
    retryAfter: 1,
  });

function noSource(kind: PlayedSource["kind"], called: string | undefined, areMany: boolean): SpellError {
  const what = called === undefined ? `of the kind "${kind}"` : `"${called}"`;
  return new SpellError(
    "not_found",
    areMany
      ? `The spell has several sources of the kind "${kind}". Name one of them.`
      : `The spell, as it was last played, has no source ${what} that takes this.`,
  );
}

/** An Event In names what its events must be; what it leaves out may be anything. */
const isFor = (data: JsonObject, row: JsonObject): boolean =>
  ["type", "channel", "sender", "agentId"].every((field) => {
    const wanted = data[field];
    return wanted === undefined || wanted === null || wanted === "" || wanted === row[field];
  });
