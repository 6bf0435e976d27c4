/** Builds spells for tests from a few lines, and runs them in memory. */
import {
  type Component,
  type EnginePlugin,
  type EnginePorts,
  type Limits,
  type ParentRun,
  resumeRun,
  type RunHandle,
  startRun,
} from "../../src/engine/index.ts";
import type { Catalogue, ComponentShape } from "../../src/graph/catalogue.ts";
import { compile, type SubSpells } from "../../src/graph/compile.ts";
import { catalogue as builtIn } from "../../src/nodes/index.ts";
import type { RunEnded, RunEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { NodeSettings, Socket, SpellDocument } from "../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";

export const trigger = { name: "trigger", type: "trigger" } as const satisfies Socket;
export const any = (name: string) => ({ name, type: "any" }) as const satisfies Socket;

export type DrawnNode =
  | string
  | {
      is: string;
      data?: JsonObject;
      y?: number;
      inputs?: Socket[];
      outputs?: Socket[];
      settings?: NodeSettings;
    };

/**
 * A document: nodes by id as component names (or more), wires as `a.out > b.in`, one a line.
 * A name such as `Output:result` sets `data.name`.
 */
export function spell(
  nodes: Record<string, DrawnNode>,
  wires: string,
  rest: Partial<SpellDocument> = {},
): SpellDocument {
  const document: SpellDocument = {
    format: "spellrunner@1",
    id: "test",
    name: "test",
    version: 1,
    nodes: {},
    edges: {},
    ...rest,
  };
  for (const [id, drawn] of Object.entries(nodes)) {
    const given = typeof drawn === "string" ? { is: drawn } : drawn;
    const [component = "", name] = given.is.split(":");
    document.nodes[id] = {
      component,
      position: [0, given.y ?? 0],
      data: { ...(name === undefined ? {} : { name }), ...given.data },
      ...(given.inputs === undefined ? {} : { inputs: given.inputs }),
      ...(given.outputs === undefined ? {} : { outputs: given.outputs }),
      ...(given.settings === undefined ? {} : { settings: given.settings }),
    };
  }
  const lines = wires
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  for (const [i, line] of lines.entries()) {
    const [from = "", to = ""] = line.split(">").map((end) => end.trim());
    const end = (text: string): [string, string] => [
      text.slice(0, text.indexOf(".")),
      text.slice(text.indexOf(".") + 1),
    ];
    document.edges[`e${i + 1}`] = { from: end(from), to: end(to) };
  }
  return document;
}

export type TestComponent = ComponentShape & Component;

export interface TestCatalogue extends Catalogue {
  find(name: string): TestComponent | undefined;
}

/** The real catalogue with components of the test beside it. */
export function withComponents(extra: TestComponent[]): TestCatalogue {
  const byName = new Map(extra.map((component) => [component.name, component]));
  return { find: (name) => byName.get(name) ?? builtIn.find(name) };
}

export interface TestRun {
  execution: RunHandle;
  events: RunEvent[];
  /** Lengths of `events` at each commit. */
  commits: number[];
  ended: Promise<RunEnded>;
}

export interface TestOptions {
  catalogue?: TestCatalogue;
  subSpells?: SubSpells;
  inputs?: JsonObject;
  state?: JsonObject;
  trigger?: string;
  records?: readonly RunEvent[];
  reason?: string;
  /** Of a run that goes on: the one that it is a fork of. */
  fork?: ParentRun;
  ports?: Partial<EnginePorts>;
  plugins?: readonly EnginePlugin[];
  limits?: Partial<Limits>;
  deadlineAt?: number;
}

export const planOf = (document: SpellDocument, options: TestOptions = {}): Plan =>
  compile(document, options.catalogue ?? builtIn, options.subSpells).plan;

/** Runs a spell, or goes on with one from `records`. */
export function run(target: SpellDocument | Plan, options: TestOptions = {}): TestRun {
  const plan = "graphs" in target ? target : planOf(target, options);
  const events: RunEvent[] = [];
  const commits: number[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<RunEnded>();
  const components = options.catalogue ?? builtIn;
  const ports: EnginePorts = {
    journal: { append: (event) => (events.push(event), 0), commit: () => void commits.push(events.length) },
    clock: { now: () => 1 },
    components: (name) => components.find(name),
    services: {},
    sandbox: { call: () => ({ value: {}, logs: [] }) },
    after: (ms, done) => {
      const timer = setTimeout(done, ms);
      return () => clearTimeout(timer);
    },
    ...options.ports,
  };
  const common = {
    plan,
    userId: "alice",
    ports,
    ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
    onEnd: resolve,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.deadlineAt === undefined ? {} : { deadlineAt: options.deadlineAt }),
  };
  const execution =
    options.records === undefined
      ? startRun({
          ...common,
          runId: "run-1",
          spell: { id: plan.graphs[0]?.spell.id ?? "", version: 1 },
          inputs: options.inputs ?? {},
          state: options.state ?? plan.state,
          ...(options.trigger === undefined ? {} : { trigger: options.trigger }),
        })
      : resumeRun({
          ...common,
          records: options.records,
          ...(options.reason === undefined ? {} : { reason: options.reason }),
          ...(options.fork === undefined ? {} : { fork: options.fork }),
        });
  return { execution, events, commits, ended };
}

/** `id visit` of every completed node, in order. */
export const visitsOf = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === "node.completed" ? [`${event.nodeId} ${event.visit}`] : []));

export const outputsOf = (events: readonly RunEvent[]): Record<string, Json> | undefined => {
  const last = events.at(-1);
  return last?.type === "run.completed" ? last.outputs : undefined;
};
