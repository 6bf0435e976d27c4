/**
 * What the Worker may ask of the actors, as plain data in and out. The callers' identity is in the actor's name
 * (`actor/address.ts`), never an argument. JSON answers are strings: encoded once, passed on as they are.
 */
import type { ServiceChanged } from "../protocol/down.ts";
import type { ErrorInfo } from "../protocol/errors.ts";
import type { Publication, PublishRequest, Share } from "../protocol/publications.ts";
import type { ForkRequest, RunRequest, RunStatus } from "../protocol/runs.ts";
import type { TimingsRequest } from "../protocol/services.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { Idempotency } from "./idempotency-keys.ts";
import type { HookCall, HookTaken } from "./hooks/hook-answers.ts";
import type { RunLease } from "./run-permits.ts";
import type { TimingSamples } from "./timings.ts";
import type { RunnerReport } from "./usage-book.ts";

export type { HookCall, HookTaken };

/** A failure as data: exceptions over RPC lose their class and cost more. */
export interface RpcFailure {
  ok: false;
  error: ErrorInfo & { runId?: string; retryAfter?: number };
}
export interface RpcJson {
  ok: true;
  /** JSON text of the answer. */
  json: string;
}
export type RpcAnswer = RpcJson | RpcFailure;

/** Set where the run was made by an earlier request with the same key. */
interface Replayed {
  replayed?: true;
}

/** `waiting` for a run that has come to wait for a human, or whose end the caller does not await: 202 with Location. */
export type RunAnswer = ((RpcJson & { runId: string; waiting?: true }) | RpcFailure) & Replayed;

/** Bytes of a `text/event-stream`, ended by the actor after the run's terminal event. */
export type StreamAnswer = ({ ok: true; body: ReadableStream<Uint8Array>; runId: string } | RpcFailure) &
  Replayed;

export interface RunOptions {
  /** Within 24 h the same key makes one run: a repeated request gets that one's answer, another request `conflict`. */
  idempotency?: Idempotency;
  /** The caller does not await the run's end: gives the run as it is once it is taken. */
  isAsync?: true;
  /** Of a run that another one asked for by the spells service: how many such runs are around it. */
  depth?: number;
  /** W3C Trace Context of the request. */
  traceparent?: string;
  /** Resolves when the caller no longer wants it: then the run is cancelled. */
  cancelled?: () => Promise<void>;
}

export interface RunnerRpc {
  /** `POST /spells/:id/run`: the result as JSON ({@link file://../protocol/runs.ts} `runResult`), or why it failed. */
  run(request: RunRequest, options?: RunOptions): Promise<RunAnswer>;
  /** The same as server-sent events of that run. */
  runStream(
    request: RunRequest,
    options?: Pick<RunOptions, "idempotency" | "traceparent">,
  ): Promise<StreamAnswer>;
  /** Events of one run after `after`: `{events, next?}`. */
  runEvents(runId: string, after: number, limit: number): Promise<RpcAnswer>;
  /** Events of one run after `after` as SSE, live until it ends. */
  runEventStream(runId: string, after: number): Promise<StreamAnswer>;
  getRun(runId: string): Promise<RpcAnswer>;
  listRuns(query: { limit: number; cursor?: string; status?: RunStatus }): Promise<RpcAnswer>;
  /** Cancels a run; one that has ended is `conflict`. Gives the run. */
  cancelRun(runId: string): Promise<RpcAnswer>;
  /** Goes on with a run that did not complete, as a new one. Gives the new run; `conflict` while it is in flight. */
  resumeRun(runId: string): Promise<RpcAnswer>;
  /** The same from one of its nodes, with other inputs. */
  forkRun(runId: string, request: ForkRequest): Promise<RpcAnswer>;
  /** A value that events refer to by `$value`. */
  getValue(runId: string, valueId: string): Promise<RpcAnswer>;
  /** Plays the spell, or pauses it. Gives what `describe` gives. */
  play(): Promise<RpcAnswer>;
  pause(): Promise<RpcAnswer>;
  /** A webhook has come; `part` and `mac` are its address behind the id. */
  hook(call: HookCall): Promise<HookTaken | RunAnswer>;
  /** Another spell of the user sends a value to a Spell In: `{runId}`. */
  pushFromSpell(source: string | undefined, value: JsonObject, idempotency?: Idempotency): Promise<RpcAnswer>;
  /** `{loaded, playing, sources, waiting, dropped, connections, lastSeq, queue, bytes}` */
  describe(): Promise<RpcAnswer>;
  /** Loads the spell into memory, or frees it (`conflict` while runs are in flight). Gives what `describe` gives. */
  load(): Promise<RpcAnswer>;
  unload(): Promise<RpcAnswer>;
  /** The compiled plan of a version with its sub-spells as they are now. */
  getPlan(version: number): Promise<RpcAnswer>;
  /** The plan of a run, with the versions of its sub-spells that it is pinned to: what replays it. */
  getRunPlan(runId: string): Promise<RpcAnswer>;
  /**
   * A new version of `spellId` (this spell or one that it uses) is in D1. Returns when the next run will use it, and
   * connections were told.
   * @param patch JSON of the patch that made it, where it came from an edit
   */
  spellChanged(spellId: string, version: number, patch?: string): Promise<void>;
  /** A service of the user's has changed a row; the row itself where it is new and an event. */
  serviceChanged(change: ServiceChanged, row?: JsonObject): Promise<void>;
  /** What its runs have used so far, and how large its database is. */
  report(): Promise<RunnerReport>;
  /** How long its nodes and runs took since then (ms since 1970), from the journal. */
  timings(since: number): Promise<TimingSamples>;
  /** Its open connections. */
  countConnections(): Promise<number>;
  /** A program's key was removed: connections that it opened close with 4401. */
  keyRemoved(keyId: string): Promise<void>;
  /** Of a runner of a published spell: it was published anew, or is no longer (null), which ends it as a deletion does. */
  publicationChanged(share: Share | null): Promise<void>;
  /** The spell was deleted: open connections close with 4404, runs are cancelled, later runs are `not_found`. */
  spellDeleted(): Promise<void>;
}

export interface ManagerRpc {
  /**
   * Called by a runner that reads its spell, so that no later version is missed. True where it was known as loaded before, and
   * so was told of every version. `name` is the actor's name.
   */
  runnerLoaded(name: string): Promise<boolean>;
  runnerUnloaded(name: string): Promise<void>;
  runnerConnections(name: string, connections: number): Promise<void>;
  runnerPlaying(name: string, isPlaying: boolean): Promise<void>;
  /** Of which services' changes a runner wants to know. */
  runnerSubscribed(name: string, services: string[]): Promise<void>;
  /** A service has changed something: tells those runners that want to know. */
  serviceChanged(change: ServiceChanged, row?: JsonObject): Promise<void>;
  /**
   * Lets a runner have so many runs at once, or fewer where the user's limit leaves no more, and some beyond where it does.
   * @param wantsStarts it has begun all that it was granted for this second
   */
  lease(name: string, runs: number, wantsStarts?: boolean): Promise<RunLease>;
  /** Whether a runner may have so many connections within the user's limit. */
  admit(name: string, connections: number): Promise<boolean>;
  report(name: string, report: RunnerReport): Promise<void>;
  /** `GET /usage`: {@link file://../protocol/runners.ts} `userUsage`. */
  showUsage(): Promise<RpcAnswer>;
  /** How long nodes and runs took, over all runners or those of one spell or session: {@link file://../protocol/services/speech.ts} `timingsResult`. */
  timings(query: TimingsRequest): Promise<RpcAnswer>;
  /** Tells every loaded runner of this user that uses `spellId`, and those of it that have connections; returns when all know. */
  spellChanged(spellId: string, version: number, patch?: string): Promise<void>;
  spellDeleted(spellId: string): Promise<void>;
  /** Ends the connections that a program's key has opened. */
  keyRemoved(keyId: string): Promise<void>;
  /** Called by a runner of a spell that this user has published, as {@link runnerLoaded} of its own user. True where it was known. */
  guestLoaded(name: string): Promise<boolean>;
  /** Publishes a version of a spell of this user's. @throws SpellError `not_found`, `spell_invalid`, `overloaded` */
  publish(spellId: string, request: PublishRequest): Promise<Publication>;
  /** Gives the id under which it was published; null where it was not. @throws SpellError `overloaded` */
  unpublish(spellId: string): Promise<string | null>;
  /** Tells the runners of what was published under that id; returns when all know. @param share null: it is no longer published */
  publicationChanged(publicId: string, share: Share | null): Promise<void>;
  /** Loads a runner of this user, or frees one ({@link RunnerRpc.load}, {@link RunnerRpc.unload}). */
  startRunner(name: string): Promise<RpcAnswer>;
  endRunner(name: string): Promise<RpcAnswer>;
  /** `GET /runners`: `{data: [{spellId, owner?, session, connections, loaded, loadedAt?, playing, bytes}]}` */
  listRunners(): Promise<RpcAnswer>;
  /** A ticket for one WebSocket, valid 30 s: keeps only its hash. `expiresAt` is the token's own expiry in ms. */
  createTicket(hash: string, expiresAt: number): Promise<void>;
  /** Takes the ticket away; the token's expiry in ms, or null when unknown, used or expired. */
  consumeTicket(hash: string): Promise<number | null>;
}

export interface AttemptRpc {
  /** Counts one more attempt within the window; 0, or, where there were as many as may be, the ms until they are forgotten. */
  take(limit: number, windowMs: number): Promise<number>;
  /** The last one was none, or none of them was. */
  giveBack(all: boolean): Promise<void>;
}

/** Headers by which the Worker tells the runner of a verified upgrade; removed from anything that comes from outside. */
export const upgradeHeaders = {
  /** ms since 1970 at which the token ends. */
  expiresAt: "x-spellrunner-expires-at",
  /** JSON of the program's key that was shown, {@link file://./connections.ts} `ShownKey`. */
  key: "x-spellrunner-key",
} as const;
