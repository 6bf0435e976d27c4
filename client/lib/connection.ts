/**
 * A connection to the runner of a spell: every event of it, each once, however often the line breaks; what is said goes out as
 * soon as it can, and once.
 */
import type { EnginePlugin } from "../../src/engine/index.ts";
import type { ServerMessage, Snapshot, Welcome } from "../../src/protocol/down.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import type { RunRequest } from "../../src/protocol/runs.ts";
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { ClientMessage, EditCommand } from "../../src/protocol/up.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import type { ConnectionEvents, ConnectionState } from "./connection-events.ts";
import { Emitter } from "./emitter.ts";
import { Inbox } from "./inbox.ts";
import { type LocalRun, type Recording, runLocally } from "./local-run.ts";
import { clientMessage } from "./message-shapes.ts";
import { platform, randomId, sleep } from "./platform.ts";
import { Recorder, type RunSource } from "./recorder.ts";
import { Replies, type SavedEdit } from "./replies.ts";
import { RunFeeds } from "./run-feeds.ts";
import { type Complete, RunStream } from "./run-stream.ts";
import { bytesOf } from "./utf8.ts";
import { checked } from "./shape.ts";
import { Socket, type SocketOptions } from "./socket.ts";
import type { Tokens } from "./tokens.ts";

export interface ConnectionOptions extends Pick<
  SocketOptions,
  "WebSocket" | "minRetryMs" | "maxRetryMs" | "pingMs"
> {
  /** The name of a further actor of the same spell; `main` unless given. */
  session?: string | undefined;
  /** Go on behind this event, kept from an earlier connection; 0 for all that is kept. Default: from now on. */
  lastSeq?: number | undefined;
  /** They see each run again when it has ended, as if it ran here. */
  plugins?: readonly EnginePlugin[];
  /** Run ended runs here, also without plugins. Default: where there are plugins, or somebody listens to `replayed`. */
  replay?: boolean;
}

/** What a connection needs of its client. */
export interface ConnectionHost extends RunSource {
  readonly url: string;
  readonly tokens: Tokens;
  eventsAfter(runId: string, after: number): AsyncIterable<StampedEvent>;
  complete: Complete;
  cancel(runId: string): Promise<void>;
  probe(): Promise<SpellError | null>;
}

/** Bytes of UTF-8 that the server takes in a frame. */
const maxFrameBytes = 1024 * 1024;

/** Times that what an ended run needs is asked for, by a server that cannot be reached. */
const maxTries = 8;

export class Connection {
  readonly #host: ConnectionHost;
  readonly #plugins: readonly EnginePlugin[];
  readonly #emitter = new Emitter<ConnectionEvents>();
  readonly #inbox: Inbox;
  readonly #feeds: RunFeeds;
  readonly #recorder: Recorder;
  readonly #replies = new Replies();
  readonly #socket: Socket;
  #isReplaying: boolean;
  #state: ConnectionState = "connecting";
  #isClosed = false;
  #welcome: Welcome | null = null;
  #services: string[] | null = null;
  /** Said while nobody could hear it. */
  #outbox: ClientMessage[] = [];
  /** Requests that went out over this line. */
  #sent = new Set<string>();
  /** Local runs go one after the other, in the order in which the server's ended. */
  #replays: Promise<void> = Promise.resolve();

  constructor(host: ConnectionHost, options: ConnectionOptions = {}) {
    this.#host = host;
    this.#plugins = options.plugins ?? [];
    this.#isReplaying = options.replay ?? this.#plugins.length > 0;
    this.#feeds = new RunFeeds((runId, after) => host.eventsAfter(runId, after));
    this.#recorder = new Recorder(host);
    this.#inbox = new Inbox(
      {
        event: (event) => this.#event(event),
        message: (message) => this.#message(message),
        welcomed: (welcome, isBehind) => this.#welcomed(welcome, isBehind),
        caughtUp: () => this.#caughtUp(),
        skipped: (snapshot) => this.#skipped(snapshot),
        ack: (seq) => void this.#transmit({ type: "ack", seq }),
        fault: (error) => this.#emit("fault", error),
      },
      options.lastSeq,
    );
    this.#socket = new Socket(
      {
        opened: () => this.#opened(),
        received: (text) => this.#inbox.take(text),
        lost: () => this.#lost(),
        over: (error) => this.#over(error),
        probe: () => host.probe(),
      },
      { ...options, url: host.url, tokens: host.tokens },
    );
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Of the newest event that has come: what a later connection goes on behind. Undefined until the first welcome. */
  get lastSeq(): number | undefined {
    return this.#inbox.lastSeq;
  }

  /** How things stood when the line was last made: the spell's version, runs in flight, whether it is played. */
  get welcome(): Welcome | null {
    return this.#welcome;
  }

  /** Calls `listener` for each message or event of a type; what this gives ends it. */
  on<T extends keyof ConnectionEvents>(type: T, listener: (value: ConnectionEvents[T]) => void): () => void {
    if (type === "replayed") this.#isReplaying = true;
    return this.#emitter.on(type, listener);
  }

  once<T extends keyof ConnectionEvents>(
    type: T,
    listener: (value: ConnectionEvents[T]) => void,
  ): () => void {
    if (type === "replayed") this.#isReplaying = true;
    return this.#emitter.once(type, listener);
  }

  /** Resolves once everything up to now has come. @throws SpellError why the connection was closed instead */
  live(): Promise<void> {
    return this.#until("live");
  }

  /**
   * Starts a run. Await it for its result, or read its events; it goes on whatever becomes of this connection.
   * @throws SpellError (by its promise) what the server refused it with, the run's failure, or `interrupted` when the line broke
   * before the server had taken it: it is not sent twice
   */
  run(request: Omit<RunRequest, "timeoutMs"> = {}): RunStream {
    const requestId = randomId();
    const feed = this.#feeds.begin(requestId);
    const stream = new RunStream(feed, this.#host.complete, async (runId) => this.#host.cancel(runId));
    try {
      this.#say({ type: "run", requestId, ...request });
    } catch (error) {
      this.#feeds.refuse(requestId, SpellError.from(error));
    }
    return stream;
  }

  /** Ends a run, also a queued one. Where there is none, `error` tells. */
  cancel(runId: string): void {
    this.#say({ type: "cancel", runId });
  }

  /** Starts the spell's sources; `runner.played` tells that they are, `error` that it has none. */
  play(): void {
    this.#say({ type: "play" });
  }

  /** Stops them; `runner.paused` tells. */
  pause(): void {
    this.#say({ type: "pause" });
  }

  /**
   * Changes the spell: a patch (RFC 6902) on the document of version `baseVersion`.
   * @throws SpellError `conflict` ({@link EditConflict}, with the present document) where that is not the present one
   */
  edit(patch: EditCommand["patch"], baseVersion: number): Promise<SavedEdit> {
    const requestId = randomId();
    this.#say({ type: "edit", requestId, baseVersion, patch });
    return this.#replies.edit(requestId);
  }

  /** Gives a node the answer that it waits for (`node.waiting`). Where none waits, `error` tells. */
  answer(question: { runId: string; nodeId: string; visit: string }, value: Json): void {
    const { runId, nodeId, visit } = question;
    this.#say({ type: "answer", runId, nodeId, visit, value });
  }

  /** Gives a value to a stream node of a run in flight, or to a Client In of the played spell, by its name. */
  push(source: string, value: Json): void {
    this.#say({ type: "push", source, value });
  }

  /** Be told of changes in these services (`service.changed`), and of no others. Kept through broken lines. */
  subscribe(services: readonly string[]): void {
    this.#services = [...services];
    if (this.#state === "live") this.#transmit({ type: "subscribe", services: this.#services });
  }

  /**
   * Renews the token in place; done by itself where the client has `getToken`. Gives when the new one ends, ms since 1970.
   * @throws SpellError `unauthorized` for a token of another user, or none
   */
  async auth(token?: string): Promise<number> {
    const { tokens } = this.#host;
    const next = token ?? (await tokens.refresh(await tokens.get()));
    const renewal = this.#replies.renewal();
    this.#say({ type: "auth", token: next });
    return renewal;
  }

  /** `values` of an event with those above 256 KB, which travel as references, put in their place. */
  complete(runId: string, values: JsonObject): Promise<JsonObject> {
    return this.#host.complete(runId, values);
  }

  /** Ends the connection; the spell's runs go on. */
  close(): void {
    this.#over(new SpellError("cancelled", "The connection was closed here."), false);
  }

  // ── out ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** @throws SpellError `protocol_error` for what does not fit, `too_large`, `interrupted` after the end */
  #say(message: ClientMessage): void {
    if (this.#isClosed)
      throw new SpellError("interrupted", "This connection is closed. Make another by client.connect().");
    checked(clientMessage, message, `A message "${message.type}"`);
    // Three bytes a UTF-16 unit at most.
    const { length } = JSON.stringify(message);
    if (length * 3 > maxFrameBytes && length > maxFrameBytes / 3 && bytesOf(message) > maxFrameBytes)
      throw new SpellError(
        "too_large",
        `A message holds at most ${maxFrameBytes} bytes. Send larger inputs by client.run().`,
      );
    if (this.#state !== "live" || !this.#transmit(message)) this.#outbox.push(message);
  }

  #transmit(message: ClientMessage): boolean {
    const isSent = this.#socket.send(JSON.stringify(message));
    if (isSent && "requestId" in message) this.#sent.add(message.requestId);
    return isSent;
  }

  // ── the line ──────────────────────────────────────────────────────────────────────────────────────────────

  #opened(): void {
    this.#sent = new Set();
    this.#inbox.begin();
    this.#become("connecting");
    const { lastSeq } = this.#inbox;
    this.#transmit({ type: "hello", ...(lastSeq === undefined ? {} : { lastSeq }) });
  }

  #welcomed(welcome: Welcome, isBehind: boolean): void {
    this.#welcome = welcome;
    if (isBehind) this.#become("behind");
  }

  #caughtUp(): void {
    if (this.#state === "live") return;
    this.#become("live");
    this.#feeds.caughtUp();
    if (this.#services !== null) this.#transmit({ type: "subscribe", services: this.#services });
    const waiting = this.#outbox;
    this.#outbox = [];
    for (const message of waiting) if (!this.#transmit(message)) this.#outbox.push(message);
  }

  #lost(): void {
    this.#become("offline");
    this.#feeds.lost(this.#sent);
    this.#replies.lost(this.#sent);
  }

  #over(error: SpellError, isTold = true): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    this.#outbox = [];
    if (isTold) this.#emit("fault", error);
    this.#feeds.failAll(error);
    this.#replies.failAll(error);
    this.#become("offline");
    this.#ended?.(error);
  }

  #ended: ((error: SpellError) => void) | null = null;

  async #until(state: ConnectionState): Promise<void> {
    if (this.#state === state) return;
    await new Promise<void>((resolve, reject) => {
      if (this.#isClosed) return reject(new SpellError("interrupted", "This connection is closed."));
      const off = this.on("state", (now) => {
        if (now !== state) return;
        off();
        resolve();
      });
      const before = this.#ended;
      this.#ended = (error) => {
        before?.(error);
        reject(error);
      };
    });
  }

  #become(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#emit("state", state);
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────

  #event(event: StampedEvent): void {
    this.#feeds.push(event);
    this.#emit("event", event);
    this.#emit(event.type, event);
    if (this.#isReplaying && "runId" in event) this.#replay(event.runId, this.#recorder.take(event));
  }

  #message(message: Exclude<ServerMessage, { seq: number }>): void {
    this.#replies.take(message);
    if (message.type === "error") {
      const { requestId, code, message: why } = message;
      const isRun = requestId !== undefined && this.#feeds.refuse(requestId, new SpellError(code, why));
      if (!isRun) this.#replies.refuse(message);
    }
    if (message.type === "token.expiring" && this.#host.tokens.canRefresh)
      this.auth().catch((error: unknown) => this.#emit("fault", SpellError.from(error)));
    this.#emit(message.type, message);
  }

  #skipped(snapshot: Snapshot): void {
    this.#feeds.skipped();
    const open = new Set(this.#recorder.open);
    this.#recorder.skipped();
    for (const { runId, status } of snapshot.runs)
      if (open.has(runId) && ["completed", "failed", "cancelled", "interrupted"].includes(status)) {
        this.#recorder.forget(runId);
        this.#replay(runId, this.#recorder.fetch(runId));
      }
    this.#emit("snapshot", snapshot);
  }

  /** Runs what has ended here, after those before it. */
  #replay(runId: string, recording: Promise<Recording> | undefined): void {
    if (recording === undefined) return;
    recording.catch(() => {});
    this.#replays = this.#runHere(this.#replays, runId, recording);
  }

  async #runHere(before: Promise<void>, runId: string, recording: Promise<Recording>): Promise<void> {
    await before;
    let local: LocalRun;
    try {
      const recorded = await this.#recorded(runId, recording);
      // One that was cancelled in its queue did nothing.
      if (!recorded.events.some(({ type }) => type === "run.started")) return;
      local = runLocally(recorded, this.#plugins);
    } catch (error) {
      return this.#emit("fault", SpellError.from(error));
    }
    for (const thrown of local.pluginErrors) report(thrown);
    this.#emit("replayed", local);
  }

  /** The line may be cut while the plan is on its way: it is asked for again when the line is there again. */
  async #recorded(runId: string, first: Promise<Recording>): Promise<Recording> {
    let recording = first;
    for (let tries = 1; ; tries += 1)
      try {
        return await recording;
      } catch (error) {
        const fault = SpellError.from(error);
        if (!fault.retryable || tries === maxTries || this.#isClosed) throw fault;
        // A line that is gone is noticed a moment later by its socket.
        await sleep(tries * 200);
        await this.live();
        recording = this.#recorder.fetch(runId);
      }
  }

  #emit<T extends keyof ConnectionEvents>(type: T, value: ConnectionEvents[T]): void {
    try {
      this.#emitter.emit(type, value);
    } catch (error) {
      report(error);
    }
  }
}

/** A fault of the program's own, told as one: it must not keep the connection from what follows. */
function report(error: unknown): void {
  platform.queueMicrotask(() => {
    throw error;
  });
}
