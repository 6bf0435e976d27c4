/** How the runs of a spell stand, for an interface to show: kept from a connection's events, each state a value of its own. */
import type { Welcome } from "../../src/protocol/down.ts";
import type { ErrorInfo } from "../../src/protocol/errors.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import type { RunStatus } from "../../src/protocol/runs.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionState } from "./connection-events.ts";
import {
  newRun,
  type RunModel,
  runOfSnapshot,
  takeDelta,
  takeEvent,
  takeText,
  type VisitView,
} from "./run-model.ts";

/** A node in a run, as of its latest visit. */
export type NodeView = VisitView;

export interface RunView {
  readonly runId: string;
  readonly status: RunStatus;
  readonly trigger?: string;
  readonly inputs: JsonObject;
  readonly outputs?: JsonObject;
  readonly error?: ErrorInfo;
  /** By path. */
  readonly nodes: Readonly<Record<string, NodeView>>;
}

export interface SpellView {
  readonly state: ConnectionState;
  readonly playing: boolean;
  /** Of the spell; 0 until the first welcome. */
  readonly version: number;
  /** In the order in which they came, at most the newest 100. */
  readonly runs: readonly RunView[];
}

const maxRuns = 100;

/** A store as `useSyncExternalStore` takes it: the same view until something changes. */
export class RunViews {
  #view: SpellView;
  readonly #models = new Map<string, RunModel>();
  readonly #listeners = new Set<() => void>();

  constructor(connection: Pick<Connection, "on" | "state" | "welcome">) {
    this.#view = { state: connection.state, playing: false, version: 0, runs: [] };
    if (connection.welcome !== null) this.#welcome(connection.welcome);
    connection.on("state", (state) => this.#set({ state }));
    connection.on("welcome", (welcome) => this.#welcome(welcome));
    connection.on("event", (event) => this.#event(event));
    connection.on("snapshot", ({ runs }) => {
      for (const run of runs) {
        this.#models.delete(run.runId);
        this.#put(runOfSnapshot(run));
      }
    });
    connection.on("node.delta", ({ runId, nodeId, visit, delta }) => {
      const model = this.#models.get(runId);
      if (model === undefined) return;
      takeDelta(model, nodeId, visit, delta);
      this.#put(model);
    });
  }

  get(): SpellView {
    return this.#view;
  }

  run(runId: string): RunView | undefined {
    return this.#view.runs.find((run) => run.runId === runId);
  }

  /** Calls `listener` after each change; what this gives ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #set(change: Partial<SpellView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }

  #welcome({ playing, spell, runs }: Welcome): void {
    this.#set({ playing, version: spell.version });
    for (const { runId, status, trigger, partial = [] } of runs) {
      const model = this.#models.get(runId) ?? { ...newRun(runId, status), trigger };
      for (const { nodeId, visit, text } of partial) takeText(model, nodeId, visit, text);
      this.#put(model);
    }
  }

  #event(event: StampedEvent): void {
    if (event.type === "runner.played" || event.type === "runner.paused")
      return this.#set({ playing: event.type === "runner.played" });
    if (event.type === "spell.changed") return this.#set({ version: event.version });
    const known = this.#models.get(event.runId);
    const isStart = event.type === "run.queued" || event.type === "run.started";
    if (known === undefined && !isStart) return;
    const model = known ?? newRun(event.runId);
    takeEvent(model, event, event.at);
    this.#put(model);
  }

  /** Shows how the run stands now. Of its nodes those that changed are new values. */
  #put(model: RunModel): void {
    const { runId } = model;
    if (!this.#models.has(runId)) {
      this.#models.set(runId, model);
      for (const old of [...this.#models.keys()].slice(0, -maxRuns)) this.#models.delete(old);
    }
    const view = this.#viewOf(model);
    const isKnown = this.run(runId) !== undefined;
    const runs = isKnown
      ? this.#view.runs.map((run) => (run.runId === runId ? view : run))
      : [...this.#view.runs, view].slice(-maxRuns);
    this.#set({ runs });
  }

  #viewOf({ runId, status, trigger, inputs, outputs, error, nodes }: RunModel): RunView {
    return {
      runId,
      status,
      trigger,
      inputs,
      ...(outputs === undefined ? {} : { outputs }),
      ...(error === undefined ? {} : { error }),
      nodes: Object.fromEntries([...nodes].map(([id, { latest }]) => [id, latest])),
    };
  }
}

const stores = new WeakMap<object, RunViews>();

/** The store of a connection: one, however often it is asked for. It has what came since the first time. */
export function runViewsOf(connection: Pick<Connection, "on" | "state" | "welcome">): RunViews {
  let store = stores.get(connection);
  if (store === undefined) stores.set(connection, (store = new RunViews(connection)));
  return store;
}
