/**
 * SpellRunner: the actor of one caller, one spell and one session. Thin: parse, ask the desk or the journal, send.
 * What must live through hibernation is in SQLite or in a connection's attachment.
 */
import { DurableObject } from "cloudflare:workers";
import { HookRepository } from "../db/hooks.ts";
import type { Env } from "../env.ts";
import { now } from "../platform/clock.ts";
import { describeError, log } from "../platform/log.ts";
import { closeCodes, type ServiceChanged } from "../protocol/down.ts";
import { SpellError, statusOf } from "../protocol/errors.ts";
import type { Share } from "../protocol/publications.ts";
import type { ForkRequest, RunRequest, RunStatus } from "../protocol/runs.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { Idempotency } from "./idempotency-keys.ts";
import type { ShownKey } from "./connections.ts";
import { type Pin, pinOf } from "./loaded-spell.ts";
import {
  type RpcAnswer,
  type RpcFailure,
  type RunAnswer,
  type RunnerRpc,
  type RunOptions,
  type StreamAnswer,
  upgradeHeaders,
} from "./rpc.ts";
import type { HookCall, HookTaken } from "./hooks/hook-answers.ts";
import { RunnerParts } from "./runner-parts.ts";
import { type TimingSamples, timingSamples } from "./timings.ts";
import type { RunnerReport } from "./usage-book.ts";
import { watchMs } from "./watchdog.ts";

export class SpellRunner extends DurableObject<Env> implements RunnerRpc {
  readonly #parts: RunnerParts;
  #hasSubscribed = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#parts = new RunnerParts(ctx, env);
  }

  // ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────

  run(request: RunRequest, options?: RunOptions): Promise<RunAnswer> {
    return this.#try(() => this.#parts.answers.run(request, options));
  }
  runStream(
    request: RunRequest,
    options?: Pick<RunOptions, "idempotency" | "traceparent">,
  ): Promise<StreamAnswer> {
    return this.#tell(() => this.#parts.answers.runStream(request, options));
  }
  runEvents(runId: string, after: number, limit: number): Promise<RpcAnswer> {
    return this.#tell(() => this.#parts.answers.events(runId, after, limit));
  }
  runEventStream(runId: string, after: number): Promise<StreamAnswer> {
    return this.#tell(() => this.#parts.answers.eventStream(runId, after));
  }
  getRun(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#parts.answers.get(runId));
  }
  listRuns(query: { limit: number; cursor?: string; status?: RunStatus }): Promise<RpcAnswer> {
    return this.#tell(() => this.#parts.answers.list(query));
  }
  cancelRun(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#parts.answers.cancel(runId));
  }
  resumeRun(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#parts.forks.resume(runId));
  }
  forkRun(runId: string, request: ForkRequest): Promise<RpcAnswer> {
    return this.#tell(() => {
      this.#parts.disclosure.requireSource();
      return this.#parts.forks.fork(runId, request);
    });
  }
  getValue(runId: string, valueId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#parts.answers.value(runId, valueId));
  }

  // ── the runner ────────────────────────────────────────────────────────────────────────────────────────────

  async describe(): Promise<RpcAnswer> {
    this.#parts.journal.flush();
    const description = {
      loaded: this.#parts.spell.present !== null,
      ...this.#parts.player.describe(),
      connections: this.#parts.connections.size,
      lastSeq: this.#parts.journal.lastSeq,
      queue: this.#parts.desk.queued,
      bytes: this.#parts.store.bytes(),
    };
    return { ok: true, json: JSON.stringify(description) };
  }

  load(): Promise<RpcAnswer> {
    return this.#tell(async () => {
      await this.#parts.spell.get();
      return this.describe();
    });
  }

  unload(): Promise<RpcAnswer> {
    return this.#tell(async () => {
      if (this.#parts.desk.open.length > 0)
        throw new SpellError("conflict", "Runs are in flight; cancel them or wait for their end.");
      this.#parts.spell.forget();
      await this.#parts.manager().runnerUnloaded(this.#parts.name());
      // What was loaded meanwhile is not known to the manager any more.
      this.#parts.spell.forget();
      return this.describe();
    });
  }

  play(): Promise<RpcAnswer> {
    return this.#tell(() => {
      this.#parts.disclosure.requireOwn("played");
      return this.#parts.player.play().then(() => this.describe());
    });
  }
  pause(): Promise<RpcAnswer> {
    return this.#tell(() => {
      this.#parts.disclosure.requireOwn("played");
      return this.#parts.player.pause().then(() => this.describe());
    });
  }
  hook(call: HookCall): Promise<HookTaken | RunAnswer> {
    return this.#tell(() => this.#parts.hooks.take(call));
  }
  pushFromSpell(
    source: string | undefined,
    value: JsonObject,
    idempotency?: Idempotency,
  ): Promise<RpcAnswer> {
    return this.#tell(async () => {
      const { runId } = await this.#parts.player.fire("spell", source, value, { idempotency });
      return { ok: true, json: JSON.stringify({ runId }) };
    });
  }

  async report(): Promise<RunnerReport> {
    this.#parts.journal.flush();
    return this.#parts.usage.newest();
  }
  async timings(since: number): Promise<TimingSamples> {
    this.#parts.journal.flush();
    const samples = timingSamples(this.ctx.storage.sql, this.#parts.address.spellId, since);
    return this.#parts.disclosure.timings(samples);
  }
  async serviceChanged(change: ServiceChanged, row?: JsonObject): Promise<void> {
    this.#parts.journal.flush();
    await this.#parts.recovered();
    await this.#parts.serviceChanged(change, row);
  }
  async countConnections(): Promise<number> {
    return this.#parts.connections.size;
  }

  getPlan(version: number): Promise<RpcAnswer> {
    return this.#tell(() => {
      this.#parts.disclosure.requireOwn("looked at by versions");
      return this.#plan({ version });
    });
  }

  getRunPlan(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => {
      this.#parts.disclosure.requireSource();
      return this.#plan(pinOf(this.#parts.answers.spellOf(runId)));
    });
  }

  spellChanged(spellId: string, version: number, patch?: string): Promise<void> {
    return this.#parts.spellChanged(spellId, version, patch);
  }

  async keyRemoved(keyId: string): Promise<void> {
    this.#parts.connections.endKey(keyId);
    this.#countConnections();
  }

  async publicationChanged(share: Share | null): Promise<void> {
    this.#parts.disclosure.share = share ?? undefined;
    if (share === null) this.#end("The spell is no longer published.");
    else this.#parts.spell.forget();
  }

  async spellDeleted(): Promise<void> {
    this.#end("The spell was deleted.");
  }

  #end(why: string): void {
    this.#parts.spell.forget();
    const hookId = this.#parts.hooks.id;
    if (hookId !== undefined) this.ctx.waitUntil(new HookRepository(this.env.DB).remove(hookId));
    this.#parts.player.forget();
    this.#parts.desk.cancelAll(why);
    for (const { runId } of this.#parts.runs.open()) this.#parts.desk.cancel(runId, why);
    this.#parts.state.forget();
    this.ctx.waitUntil(this.#parts.forgetRuns());
    this.#parts.connections.closeAll(closeCodes.spellDeleted, why);
    this.#countConnections();
  }

  // ── connections ───────────────────────────────────────────────────────────────────────────────────────────

  /** The WebSocket upgrade, already authenticated by the Worker. */
  override async fetch(request: Request): Promise<Response> {
    const expiresAt = Number(request.headers.get(upgradeHeaders.expiresAt));
    const key = request.headers.get(upgradeHeaders.key);
    const refused = (await this.#parts.absence()) ?? (await this.#parts.admission.refusal());
    if (refused !== null) {
      const { code, retryAfter } = refused;
      return Response.json({ ...refused.toInfo(), retryAfter }, { status: statusOf(code) });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.#parts.connections.accept(server, {
      expiresAt,
      ...(key === null ? {} : { key: JSON.parse(key) as ShownKey }),
    });
    this.#countConnections();
    const protocol = (request.headers.get("sec-websocket-protocol") ?? "")
      .split(",")
      .some((offered) => offered.trim() === "spellrunner.v1");
    return new Response(null, {
      status: 101,
      webSocket: client,
      ...(protocol ? { headers: { "sec-websocket-protocol": "spellrunner.v1" } } : {}),
    });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    this.#parts.journal.flush();
    return this.#parts.connectionDesk.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#parts.connections.answerClose(socket, code, reason);
    this.#countConnections();
  }

  override webSocketError(socket: WebSocket): void {
    this.#parts.connections.remove(socket);
    this.#countConnections();
  }

  // ── after a restart ───────────────────────────────────────────────────────────────────────────────────────

  /** Goes on with what was cut off, and ends what nobody answered in time. */
  override async alarm(): Promise<void> {
    await this.#parts.recovered();
    this.#parts.watchdog.fired();
    await this.#parts.player.goOn();
    this.#parts.sweeper.alarm();
    // Armed again by itself and not by throwing: the platform gives up after six throws.
    if (this.#parts.recovery.isNeeded || this.#parts.desk.open.some(({ status }) => status !== "waiting"))
      this.#parts.watchdog.wakeBy(now() + watchMs);
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

  #tell<T>(ask: () => T | Promise<T>): Promise<T | RpcFailure> {
    this.#parts.journal.flush();
    return this.#try(ask);
  }

  /** Without the commit of what was held back: for those who read nothing of it. */
  async #try<T>(ask: () => T | Promise<T>): Promise<T | RpcFailure> {
    const { recovery, failures, disclosure } = this.#parts;
    try {
      if (recovery.isNeeded || disclosure.isUnknown) await this.#parts.ready();
      return await ask();
    } catch (thrown) {
      return disclosure.failure(failures.answer(thrown));
    }
  }

  async #plan(pin: Pin): Promise<RpcAnswer> {
    return { ok: true, json: JSON.stringify((await this.#parts.loader.read(pin)).spell.plan) };
  }

  /** Told off the path of everything; a count that is lost is told again with the next change. */
  #countConnections(): void {
    if (this.#parts.connections.size === 0 || this.#hasSubscribed) this.#parts.tellSubscriptions();
    this.#hasSubscribed = this.#parts.connections.subscribed.length > 0;
    this.ctx.waitUntil(
      this.#parts
        .manager()
        .runnerConnections(this.#parts.name(), this.#parts.connections.size)
        .catch((error: unknown) =>
          log.warn("the manager was not told of connections", { error: describeError(error) }),
        ),
    );
  }
}
