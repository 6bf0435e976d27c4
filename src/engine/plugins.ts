/**
 * Lets others watch a run: consoles, loggers, tracers, debuggers. A plugin is told what happens, live and in a replay alike,
 * and changes nothing; one that throws is reported to the port `fault` and the run goes on.
 */
import type {
  NodeCompleted,
  NodeFailed,
  NodeWaiting,
  RunEnded,
  RunEvent,
  RunStarted,
} from "../protocol/events.ts";
import type { Plan } from "../protocol/plan.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { Host } from "./context.ts";
import { VisitContext } from "./context.ts";
import type { Visit } from "./visit.ts";

/** One visit of a node, as a plugin sees it. */
export interface PluginNode {
  readonly runId: string;
  /** Path of the node, `12/7` in a sub-spell. */
  readonly nodeId: string;
  readonly visit: string;
  /** Its component, as in `Generator`. */
  readonly component: string;
  readonly data: JsonObject;
  /** What its connected data inputs give it, by socket. Those of several wires give their first value. */
  readonly inputs: JsonObject;
}

/** Every hook is called synchronously, between two steps of the run; what it returns is not waited for. */
export interface EnginePlugin {
  /** For messages about it. */
  readonly name: string;
  onRunStart?(start: RunStarted, plan: Plan): void;
  /** Also of each further attempt. */
  onNodeStart?(node: PluginNode, attempt: number): void;
  /** It asks a human, and ends when that is answered. */
  onNodeWaiting?(node: PluginNode, question: NodeWaiting): void;
  onNodeEnd?(node: PluginNode, record: NodeCompleted): void;
  /** Also of a failure that is caught, or followed by another attempt: the record says so. */
  onNodeError?(node: PluginNode, record: NodeFailed): void;
  onRunEnd?(end: RunEnded): void;
}

interface PluginsHost extends Host {
  readonly runId: string;
}

/** Tells plugins what a run appends to its journal. */
export class Plugins {
  readonly #plugins: readonly EnginePlugin[];
  readonly #host: PluginsHost;
  readonly #plan: Plan;
  readonly #fault: (thrown: unknown, nodeId: string) => void;
  /** Visits under way, by node and visit. */
  readonly #nodes = new Map<string, PluginNode>();

  constructor(
    plugins: readonly EnginePlugin[],
    host: PluginsHost,
    plan: Plan,
    fault: (thrown: unknown, nodeId: string) => void,
  ) {
    this.#plugins = plugins;
    this.#host = host;
    this.#plan = plan;
    this.#fault = fault;
  }

  /** A visit is about to be made: its sources are there. */
  visiting(visit: Visit): void {
    this.#nodes.set(visit.key, this.#describe(visit));
  }

  tell(event: RunEvent): void {
    if (event.type === "run.started")
      return this.#each("", (plugin) => plugin.onRunStart?.(event, this.#plan));
    if (event.type === "node.started") {
      const node = this.#node(event);
      if (node !== undefined) this.#each(event.nodeId, (plugin) => plugin.onNodeStart?.(node, event.attempt));
    } else if (event.type === "node.waiting") {
      const node = this.#node(event);
      if (node !== undefined) this.#each(event.nodeId, (plugin) => plugin.onNodeWaiting?.(node, event));
    } else if (event.type === "node.completed") {
      const node = this.#node(event, "last");
      if (node !== undefined) this.#each(event.nodeId, (plugin) => plugin.onNodeEnd?.(node, event));
    } else if (event.type === "node.failed") {
      const node = this.#node(event, event.retryInMs === undefined ? "last" : "more");
      if (node !== undefined) this.#each(event.nodeId, (plugin) => plugin.onNodeError?.(node, event));
    } else if (
      event.type === "run.completed" ||
      event.type === "run.failed" ||
      event.type === "run.cancelled" ||
      event.type === "run.interrupted"
    ) {
      this.#nodes.clear();
      this.#each("", (plugin) => plugin.onRunEnd?.(event));
    }
  }

  #node({ nodeId, visit }: { nodeId: string; visit: string }, how = "more"): PluginNode | undefined {
    const key = `${nodeId}#${visit}`;
    const node = this.#nodes.get(key);
    if (how === "last") this.#nodes.delete(key);
    return node;
  }

  #each(nodeId: string, tell: (plugin: EnginePlugin) => void): void {
    for (const plugin of this.#plugins)
      try {
        tell(plugin);
      } catch (thrown) {
        this.#fault(thrown, nodeId);
      }
  }

  #describe(visit: Visit): PluginNode {
    const context = new VisitContext(this.#host, visit);
    const inputs = context.connected.flatMap((socket): [string, Json][] => {
      const value = context.value(socket);
      return value === undefined ? [] : [[socket, value]];
    });
    return {
      runId: this.#host.runId,
      nodeId: visit.nodeId,
      visit: visit.visit,
      component: visit.node.plan.component,
      data: visit.node.plan.data,
      // Own properties, so a socket called "__proto__" stays a socket.
      inputs: Object.fromEntries(inputs),
    };
  }
}
