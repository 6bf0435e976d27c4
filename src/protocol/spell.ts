/** The native spell document, `spellrunner@1`: what `GET /spells/:id` gives, what patches apply to, what is compiled into a plan. */
import * as z from "zod";
import { json, jsonObject } from "./values.ts";

/** Where an id may stand in a path of nodes (`12/7`) or a visit key, so no slash. */
export const nodeId = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 of A-Z a-z 0-9 _ . -");
/** Not `.` or `..`, which no address can name. */
export const spellId = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 _ . -, not . or ..");
/** What stands in an address: the id of one's own spell, or `@<publicId>` of one that is published. */
export const spellAddress = z
  .string()
  .regex(/^(?!\.{1,2}$)@?[A-Za-z0-9_.-]{1,128}$/, "the id of a spell, or @ and a public id");
export const sessionName = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 of A-Z a-z 0-9 _ . -");

export const maxSpellBytes = 1024 * 1024;
export const maxSpellNodes = 5000;

/** `trigger` carries control; every other type carries data and is a hint for editors, not enforced at run time. */
export const socketType = z.enum([
  "trigger",
  "any",
  "string",
  "number",
  "boolean",
  "array",
  "object",
  "event",
  "embedding",
  "document",
  "task",
  "image",
  "audio",
]);
export type SocketType = z.infer<typeof socketType>;

/** A socket that the author added. `name` is what edges use; `label` is its public name where that differs (sockets that mirror a sub-spell have a uuid as name). */
export const socket = z.object({
  name: z.string().min(1).max(200),
  type: socketType,
  label: z.string().optional(),
  /** Of an input: its value where nothing is wired to it, or the wire gives nothing. Also for a socket that the component has of its own. */
  default: json.optional(),
});
export type Socket = z.infer<typeof socket>;

/** What a node does about time and failure. */
export const nodeSettings = z.object({
  /** An attempt that takes longer fails with `node_timeout`. */
  timeoutMs: z.number().int().positive().max(86_400_000).optional(),
  /** Further attempts after a failed one. */
  retries: z.number().int().nonnegative().max(10).optional(),
  /** Before the first further attempt; doubled before each next one, 60 s at most. Default 1 000. */
  retryDelayMs: z.number().int().nonnegative().max(60_000).optional(),
  /**
   * What the last failure does: `fail` ends the run; `route` fires the trigger output `error` alone; `continue` fires the
   * others. The latter two give the outputs `error`, `errorMessage` (the same) and `errorCode`, which every node has. By
   * default `route` where a trigger output `error` is wired, `continue` where a data output of these is, else `fail`.
   */
  onError: z.enum(["fail", "route", "continue"]).optional(),
  /**
   * Not tried again where a crash or deploy cut the run off within it: the run ends with `run.interrupted`, and a human
   * decides whether to resume it.
   */
  atMostOnce: z.boolean().optional(),
});
export type NodeSettings = z.infer<typeof nodeSettings>;

export const spellNode = z.object({
  component: z.string().min(1).max(200),
  /** Canvas position; y orders triggers: the topmost starts. */
  position: z.tuple([z.number(), z.number()]),
  data: jsonObject,
  inputs: z.array(socket).optional(),
  outputs: z.array(socket).optional(),
  settings: nodeSettings.optional(),
});
export type SpellNode = z.infer<typeof spellNode>;

/** `[node id, socket name]`. The node id is free text here, so that an edge to nowhere survives import as a warning. */
export const endpoint = z.tuple([z.string(), z.string()]);

export const edge = z.object({ from: endpoint, to: endpoint });
export type Edge = z.infer<typeof edge>;

/** Beyond any of these the oldest runs that have ended go, whole: events, values, and the run itself. */
export const retention = z.object({
  /** Runs that have ended. Default 1 000. */
  maxRuns: z.number().int().positive().max(100_000).optional(),
  /** Since its end. Default 30 days, ten years at most. */
  maxAgeMs: z.number().int().positive().max(315_360_000_000).optional(),
  /** Bytes of the events and values of all runs of a session. Default 256 MiB, of the 10 GB that an actor has 4 GiB at most. */
  maxBytes: z
    .number()
    .int()
    .positive()
    .max(4 * 1024 * 1024 * 1024)
    .optional(),
});
export type RetentionSettings = z.infer<typeof retention>;

/** How a spell behaves while it is played. */
export const playSettings = z.object({
  /** Runs of sources at once; more wait their turn. Default 1: firings are run in their order. */
  concurrency: z.number().int().positive().max(16).optional(),
  /** Firings that may wait. Default 1 000. */
  maxWaiting: z.number().int().positive().max(10_000).optional(),
  /**
   * What becomes of a firing when that many wait (or 32 MB of them): `reject` (default) refuses it, and whoever fired it is
   * told; `drop-newest` lets it go in silence; `drop-oldest` and `latest` make room for it by the oldest one and by all.
   */
  whenFull: z.enum(["reject", "drop-newest", "drop-oldest", "latest"]).optional(),
  /** What becomes of the firings that wait when the spell is paused. Default `keep`: they run when it is played again. */
  onPause: z.enum(["keep", "drop"]).optional(),
});
export type PlaySettings = z.infer<typeof playSettings>;

export const spellSettings = z.object({
  /** Ends a run after this many milliseconds unless the request says otherwise. */
  timeoutMs: z.number().int().positive().max(86_400_000).optional(),
  /** Node visits that one run may make (`budget_exceeded`). Default 100 000. */
  maxVisits: z.number().int().positive().max(10_000_000).optional(),
  /** Bytes of JSON that the nodes of one run may give in all (`output_limit`). Default and most 64 MB. */
  maxOutputBytes: z
    .number()
    .int()
    .positive()
    .max(64 * 1024 * 1024)
    .optional(),
  /** How deep spells may run spells (`depth_limit`). Default 32. */
  maxDepth: z.number().int().positive().max(64).optional(),
  /** How often one spell may run within itself (`recursion_limit`). Default 16. */
  maxRecursion: z.number().int().positive().max(64).optional(),
  /** Service calls of one run in all (`call_limit`). Default 1 000. */
  maxCalls: z.number().int().positive().max(10_000).optional(),
  /** Service calls of one run under way together; further ones wait. Default 6. */
  maxCallsAtOnce: z.number().int().positive().max(6).optional(),
  /** What a runner keeps of runs that have ended. */
  retention: retention.optional(),
  /**
   * When a run is written: `turn` (default), before anything of it leaves; or `group`, up to a second after its answer (8 ms
   * where a connection listens, which is told of it then), where it is of pure nodes alone, changed no state, and came without an
   * Idempotency-Key. A crash in between loses such a run's history, not its answer.
   */
  durability: z.enum(["turn", "group"]).optional(),
  /** Of a spell with sources (Interval, Cron, Webhook In, Client In, Spell In). */
  play: playSettings.optional(),
});
export type SpellSettings = z.infer<typeof spellSettings>;

export interface SpellDocument {
  format: "spellrunner@1";
  id: string;
  name: string;
  version: number;
  /** How triggers run: absent as in Thoth and Magick, `fibers` as in behave-graph. */
  flow?: "fibers" | undefined;
  nodes: Record<string, SpellNode>;
  edges: Record<string, Edge>;
  comments?: z.infer<typeof json> | undefined;
  /** The state a session starts from. */
  state?: z.infer<typeof jsonObject> | undefined;
  settings?: SpellSettings | undefined;
  /** Sub-spells carried inside, by the name that Spell nodes use. */
  spells?: Record<string, SpellDocument> | undefined;
  /** What of an imported original has no place elsewhere. */
  source?: z.infer<typeof jsonObject> | undefined;
}

export const spellDocument: z.ZodType<SpellDocument> = z.object({
  format: z.literal("spellrunner@1"),
  id: spellId,
  name: z.string().max(300),
  version: z.number().int().nonnegative(),
  flow: z.literal("fibers").optional(),
  nodes: z.record(nodeId, spellNode),
  edges: z.record(z.string().min(1).max(200), edge),
  comments: json.optional(),
  state: jsonObject.optional(),
  settings: spellSettings.optional(),
  get spells() {
    return z.record(z.string(), spellDocument).optional();
  },
  source: jsonObject.optional(),
});

/** Something wrong with a spell that does not keep it from being saved. An `error` ends a run that reaches it. */
export const spellIssue = z.object({
  severity: z.enum(["error", "warning"]),
  code: z.enum([
    "unknown_component",
    "missing_node",
    "missing_output",
    "unknown_input",
    "data_cycle",
    "no_start",
    "unknown_spell",
    "missing_input",
    "invalid_data",
    "invalid_node",
    "not_carried",
  ]),
  nodeId: z.string().optional(),
  message: z.string(),
});
export type SpellIssue = z.infer<typeof spellIssue>;

/** Answer of `POST /spells` and `PUT /spells/:id`. */
export const savedSpell = z.object({
  id: spellId,
  name: z.string(),
  version: z.number().int().positive(),
  warnings: z.array(spellIssue),
});
export type SavedSpell = z.infer<typeof savedSpell>;

/** Of a project, `spells` are all that were saved, that of `id` first. */
export const createdSpell = savedSpell.extend({
  spells: z.array(z.object({ id: spellId, name: z.string() })).optional(),
});

export const validation = z.object({ valid: z.boolean(), issues: z.array(spellIssue) });

export const spellSummary = z.object({
  id: spellId,
  name: z.string(),
  version: z.number().int().positive(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type SpellSummary = z.infer<typeof spellSummary>;

export const spellList = z.object({ data: z.array(spellSummary), nextCursor: z.string().optional() });

export const spellVersion = z.object({ version: z.number().int().positive(), createdAt: z.number().int() });
export const versionList = z.object({ data: z.array(spellVersion), nextCursor: z.string().optional() });
