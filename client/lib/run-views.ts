/** How the runs of a spell stand, for an interface to show: kept from a connection's events, each state a value of its own. */
import type { Snapshot, Welcome } from "../../src/protocol/down.ts";
import type { ErrorInfo } from "../../src/protocol/errors.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import { isRunEnded } from "../../src/protocol/run-end.ts";
import type { RunStatus } from "../../src/protocol/runs.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionState } from "./connection-events.ts";

/** A node in a run, as of its latest visit. */
export interface NodeView {
  readonly visit: string;
  readonly status: "running" | "waiting" | "completed" | "failed";
  readonly outputs?: JsonObject;
  readonly error?: ErrorInfo;
  /** What it asks, while it waits. */
  readonly prompt?: Json;
  /** Text that it has streamed so far. */
  readonly text?: string;
  readonly ms?: number;
}

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
  readonly #listeners = new Set<() => void>();

  constructor(connection: Pick<Connection, "on" | "state" | "welcome">) {
    this.#view = { state: connection.state, playing: false, version: 0, runs: [] };
    if (connection.welcome !== null) this.#welcome(connection.welcome);
    connection.on("state", (state) => this.#set({ state }));
    connection.on("welcome", (welcome) => this.#welcome(welcome));
    connection.on("event", (event) => this.#event(event));
    connection.on("snapshot", (snapshot) => this.#snapshot(snapshot));
    connection.on("node.delta", ({ runId, nodeId, visit, delta }) =>
      this.#node(runId, nodeId, (node) => {
        const isSame = node?.visit === visit && node.status === "running";
        return { visit, status: "running", text: (isSame ? (node.text ?? "") : "") + delta };
      }),
    );
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
      if (this.run(runId) === undefined) this.#put({ runId, status, trigger, inputs: {}, nodes: {} });
      for (const { nodeId, visit, text } of partial)
        this.#node(runId, nodeId, () => ({ visit, status: "running", text }));
    }
  }

  #snapshot(snapshot: Snapshot): void {
    for (const { nodes, ...run } of snapshot.runs)
      this.#put({
        ...run,
        nodes: Object.fromEntries(
          Object.entries(nodes).map(([id, node]) => [
            id,
            { ...node, status: node.status as NodeView["status"] },
          ]),
        ),
      });
  }

  #event(event: StampedEvent): void {
    if (event.type === "runner.played" || event.type === "runner.paused")
      return this.#set({ playing: event.type === "runner.played" });
    if (event.type === "spell.changed") return this.#set({ version: event.version });
    const { runId } = event;
    if (event.type === "run.queued" || event.type === "run.started") {
      const { trigger, inputs } = event;
      const status = event.type === "run.queued" ? "queued" : "running";
      return this.#put({ runId, status, trigger, inputs, nodes: {} });
    }
    if (event.type === "run.resumed") return this.#change(runId, { status: "running" });
    if (isRunEnded(event)) {
      const { type, outputs, error } = event;
      return this.#change(runId, {
        status: type.slice(4) as RunStatus,
        ...(outputs === undefined ? {} : { outputs }),
        ...(error === undefined ? {} : { error }),
      });
    }
    if (event.type === "node.event" || event.type === "node.item") return;
    const { nodeId, visit } = event;
    this.#node(runId, nodeId, (node) => {
      if (event.type === "node.started") return { visit, status: "running" };
      if (event.type === "node.waiting") return { visit, status: "waiting", prompt: event.prompt };
      const text = node?.visit === visit && node.text !== undefined ? { text: node.text } : {};
      if (event.type === "node.completed")
        return { visit, status: "completed", outputs: event.outputs, ms: event.ms, ...text };
      return { visit, status: "failed", error: event.error, ms: event.ms, ...text };
    });
  }

  #put(run: RunView): void {
    const others = this.#view.runs.filter(({ runId }) => runId !== run.runId);
    this.#set({ runs: [...others, run].slice(-maxRuns) });
  }

  #change(runId: string, change: Partial<RunView>): void {
    if (this.run(runId) === undefined) return;
    this.#set({ runs: this.#view.runs.map((run) => (run.runId === runId ? { ...run, ...change } : run)) });
  }

  #node(runId: string, nodeId: string, next: (node: NodeView | undefined) => NodeView): void {
    const run = this.run(runId);
    if (run !== undefined)
      this.#change(runId, { nodes: { ...run.nodes, [nodeId]: next(run.nodes[nodeId]) } });
  }
}

const stores = new WeakMap<object, RunViews>();

/** The store of a connection: one, however often it is asked for. It has what came since the first time. */
export function runViewsOf(connection: Pick<Connection, "on" | "state" | "welcome">): RunViews {
  let store = stores.get(connection);
  if (store === undefined) stores.set(connection, (store = new RunViews(connection)));
  return store;
}
