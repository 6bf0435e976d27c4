/**
 * The plan: a spell compiled once per version, its sub-spells inside. Plain JSON, nodes by index in load order,
 * and all that the engine and replay need, so neither asks a catalogue. `graphs[0]` is the spell itself.
 */
import * as z from "zod";
import { nodeSettings, spellSettings } from "./spell.ts";
import { json, jsonObject } from "./values.ts";
import { errorCode } from "./errors.ts";

export const planFormat = "plan@1";

const index = z.number().int().nonnegative();

/** What the engine itself must know of a component; everything else is a step that it executes. */
export const nodeRole = z.enum([
  /** Starts a run: Trigger In. */
  "trigger",
  /** Gives the run's input called `name`; also a start where it has a trigger output and the graph has no Trigger In. */
  "input",
  /** Its output `output` is the run's output called `name`. */
  "output",
  /** Trigger Out: tells the calling Spell node which of its triggers to fire. */
  "exit",
  /** Runs another graph of the plan in the same run. */
  "spell",
  /** Starts a run whenever something happens, while the spell is played: Interval, Cron, Webhook In, Client In, Spell In. */
  "source",
]);
export type NodeRole = z.infer<typeof nodeRole>;

export const planCall = z.object({
  /** Index into `plan.graphs`. */
  graph: index,
  /** `[socket, input name]` */
  inputs: z.array(z.tuple([z.string(), z.string()])),
  /** `[socket, output name]` */
  outputs: z.array(z.tuple([z.string(), z.string()])),
  /** `[trigger output socket, the exits that fire it]`; with null, or in a graph without exits, it always fires. */
  exits: z.array(z.tuple([z.string(), z.array(index).nullable()])),
  /** `[trigger input socket, start node]` where the socket chooses the start; otherwise the topmost. */
  entries: z.array(z.tuple([z.string(), index])).optional(),
  /** Where it starts else, if not at its topmost start. */
  start: index.optional(),
});
export type PlanCall = z.infer<typeof planCall>;

export const planNode = z.object({
  id: z.string(),
  component: z.string(),
  data: jsonObject,
  role: nodeRole.optional(),
  /** Public name of a trigger, input, output or exit. */
  name: z.string().optional(),
  /** Data inputs in socket order: `[socket, [[source node, source socket], …]]`. */
  inputs: z.array(z.tuple([z.string(), z.array(z.tuple([index, z.string()]))])),
  /** Trigger outputs in socket order, unconnected ones too: `[socket, [[target node, target socket], …]]`. */
  next: z.array(z.tuple([z.string(), z.array(z.tuple([index, z.string()]))])),
  /** Data outputs: what `[name as the author sees it, socket]` a component may give. */
  outs: z.array(z.tuple([z.string(), z.string()])),
  /** Values of data inputs to which nothing is wired, or whose wire gives nothing. */
  defaults: z.array(z.tuple([z.string(), json])).optional(),
  /** Its inputs are lists of what their sources gave in the iterations inside its scope. */
  collects: z.literal(true).optional(),
  /** Such a node reads it. */
  collected: z.literal(true).optional(),
  /** Labels of data inputs that differ from their socket: `[socket, label]`. */
  labels: z.array(z.tuple([z.string(), z.string()])).optional(),
  /** The same of trigger outputs. */
  exitLabels: z.array(z.tuple([z.string(), z.string()])).optional(),
  /** A loop: trigger outputs that fire in each iteration; the others fire after the last. */
  each: z.array(z.string()).optional(),
  /** Has trigger inputs that are connected, or starts runs. A node without is evaluated when its data is read. */
  triggered: z.literal(true).optional(),
  /** Wait for this many distinct trigger edges before executing (Wait For All). */
  waits: z.number().int().positive().optional(),
  /** Of several connections into one input take one: the triggering source, else any that has data, else the first. */
  single: z.literal(true).optional(),
  /** Catches its failures: fires its trigger `error`, or goes on as if it had succeeded. */
  catches: z.enum(["route", "continue"]).optional(),
  settings: nodeSettings.optional(),
  /** Reads the state, so it is evaluated in the scope of each reader and not once per run. */
  volatile: z.literal(true).optional(),
  /** Its component wants to know what it gave at its visit before. */
  remembers: z.literal(true).optional(),
  /** A trigger that reaches it starts a fiber of its own, after those under way (behave-graph's events). */
  event: z.literal(true).optional(),
  /** Where flows are fibers: its fiber does not wait for its answer. */
  detached: z.literal(true).optional(),
  /** Enclosing trigger cycles, outermost first (indices of `regions`). */
  regions: z.array(index).optional(),
  /** Why a run that reaches this node is refused before it starts. */
  fault: z.object({ code: errorCode, message: z.string() }).optional(),
  call: planCall.optional(),
});
export type PlanNode = z.infer<typeof planNode>;

export const planGraph = z.object({
  spell: z.object({ id: z.string(), name: z.string(), version: z.number().int().nonnegative() }),
  nodes: z.array(planNode),
  /** Nodes that can start a run, the default one first. */
  starts: z.array(index),
  /** True where the starts are Inputs (Magick) and the first key of the request's inputs chooses one. */
  startsByInput: z.literal(true).optional(),
  inputs: z.array(index),
  outputs: z.array(index),
  exits: z.array(index),
  /** Number of trigger cycles. */
  regions: index,
  /** Flows are fibers, as behave-graph has them: every trigger runs its node again, depth first; functions are evaluated for each reader. */
  fibers: z.literal(true).optional(),
  /** Of a graph with fibers: the events of its life (start, tick, end), each list begun when the one before is over. */
  life: z.array(z.array(index)).optional(),
  /** The graph has loops or cycles, so that scopes other than the run exist. */
  scoped: z.literal(true).optional(),
});
export type PlanGraph = z.infer<typeof planGraph>;

export const plan = z.object({
  format: z.literal(planFormat),
  graphs: z.array(planGraph).min(1),
  /** The spell's own initial state. */
  state: jsonObject,
  settings: spellSettings,
  /** Components that occur, so that a host can load what they need beforehand. */
  components: z.array(z.string()),
});
export type Plan = z.infer<typeof plan>;
