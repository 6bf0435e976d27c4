/** Runs the same graph on behave-graph's own engine and on ours, and gives what each logged. */
import {
  Engine,
  ManualLifecycleEventEmitter,
  readGraphFromJSON,
  Registry,
  registerCoreProfile,
  registerSceneProfile,
  type GraphJSON,
} from "@behave-graph/core";
import { importSpell } from "../../src/graph/import.ts";
import { catalogue } from "../../src/nodes/index.ts";
import type { ErrorInfo } from "../../src/protocol/errors.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import type { RunEnded, RunEvent } from "../../src/protocol/events.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { run, type TestOptions, withComponents } from "./spells.ts";

/** A node as files have it. */
export interface GraphNode {
  id: string;
  type: string;
  configuration?: JsonObject;
  parameters?: Record<string, unknown>;
  flows?: Record<string, { nodeId: string; socket: string }>;
}

/** Starts a graph at a node's `flow`. */
export const start = (first: string): GraphNode => ({
  id: "start",
  type: "lifecycle/onStart",
  flows: { flow: { nodeId: first, socket: "flow" } },
});

/** A log line with its severity, as behave-graph names them. */
export type Line = string;

/** Files may hold more than the package's types say. */
const asGraph = (graph: unknown): GraphJSON => structuredClone(graph) as GraphJSON;

/**
 * What the package logs over a whole life: start, one tick, end.
 * @param isAsync for graphs that wait
 */
export async function originalLog(graph: unknown, isAsync = false): Promise<Line[]> {
  const lines: Line[] = [];
  const to = (severity: string) => (text: unknown) => void lines.push(`${severity}: ${String(text)}`);
  const logger = { verbose: to("verbose"), info: to("info"), warn: to("warning"), error: to("error") };
  const life = new ManualLifecycleEventEmitter();
  const registry = registerSceneProfile(registerCoreProfile(new Registry(), logger, life));
  const engine = new Engine(readGraphFromJSON(asGraph(graph), registry));
  for (const event of [life.startEvent, life.tickEvent, life.endEvent]) {
    event.emit();
    if (isAsync) await engine.executeAllAsync(5);
    else engine.executeAllSync(5);
  }
  engine.dispose();
  return lines;
}

const severities: Record<string, string> = {
  debug: "verbose",
  info: "info",
  warn: "warning",
  error: "error",
};

export const linesOf = (events: readonly RunEvent[]): Line[] =>
  events.flatMap((event) =>
    event.type === "node.completed"
      ? (event.logs ?? []).map(({ level, text }) => `${severities[level] ?? level}: ${text}`)
      : [],
  );

export const imported = (graph: unknown): SpellDocument => importSpell(structuredClone(graph)).document;

export interface Ran {
  lines: Line[];
  end: RunEnded;
  events: RunEvent[];
}

export async function ranHere(graph: unknown, options: TestOptions = {}): Promise<Ran> {
  const { events, ended } = run(imported(graph), options);
  const end = await ended;
  return { lines: linesOf(events), end, events };
}

/** Evaluates one function, whose inputs the node itself holds, as a flow node reads it. */
export function evaluated(
  type: string,
  parameters: JsonObject,
  rest: { configuration?: JsonObject; options?: TestOptions } = {},
): { outputs?: JsonObject; error?: ErrorInfo } {
  const nodes = [
    { id: "0", type: "lifecycle/onStart", flows: { flow: { nodeId: "p", socket: "flow" } } },
    {
      id: "f",
      type,
      parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }])),
      ...(rest.configuration === undefined ? {} : { configuration: rest.configuration }),
    },
    { id: "p", type: "Probe" },
  ];
  const document = imported({ nodes });
  const outputs = catalogueOutputs(type, document);
  document.edges.probe = { from: ["f", outputs[0] ?? "result"], to: ["p", "read"] };
  const { events } = run(document, { catalogue: withComponents([probe]), ...rest.options });
  const done = events.find((event) => event.type === "node.completed" && event.nodeId === "f");
  if (done?.type === "node.completed") return { outputs: done.outputs };
  const end = events.at(-1);
  return end?.type === "run.failed" && end.error !== undefined ? { error: end.error } : {};
}

const probe = {
  name: "Probe",
  aliases: [],
  inputs: [
    { name: "flow", type: "trigger" as const },
    { name: "read", type: "any" as const },
  ],
  outputs: [],
  execute: () => ({}),
};

const catalogueOutputs = (type: string, document: SpellDocument): string[] =>
  [...(catalogue.find(type)?.outputs ?? []), ...(document.nodes.f?.outputs ?? [])].map(({ name }) => name);
