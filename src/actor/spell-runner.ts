/**
 * SpellRunner: the actor of one caller, one spell and one session. Thin: parse, ask the desk or the journal, send.
 * What must live through hibernation is in SQLite or in a connection's attachment.
 */
import { DurableObject } from "cloudflare:workers";
import { HookRepository } from "../db/hooks.ts";
import { SpellRepository } from "../db/spells.ts";
import type { Env } from "../env.ts";
import { sandboxed } from "../nodes/index.ts";
import { authenticatorOf } from "../platform/authenticator.ts";
import { now } from "../platform/clock.ts";
import { describeError, log } from "../platform/log.ts";
import { atMostTwice } from "../platform/retry.ts";
import { closeCodes } from "../protocol/down.ts";
import { SpellError } from "../protocol/errors.ts";
import type { ForkRequest, RunRequest, RunStatus } from "../protocol/runs.ts";
import type { JsonObject } from "../protocol/values.ts";
import { managerName, parseRunnerName, type RunnerAddress } from "./address.ts";
import { Chunks } from "./chunks.ts";
import { ConnectionDesk } from "./connection-desk.ts";
import { Connections } from "./connections.ts";
import { enginePorts, sandbox } from "./engine-ports.ts";
import { Facts } from "./facts.ts";
import { Failures } from "./failures.ts";
import { Forks } from "./forks.ts";
import { HeldSpell } from "./held-spell.ts";
import { type Idempotency, IdempotencyKeys } from "./idempotency-keys.ts";
import { RunnerJournal } from "./journal.ts";
import { JournalStore } from "./journal-store.ts";
import { LargeValues } from "./large-values.ts";
import { type LoadedSpell, loadSpell, type Pin, pinOf } from "./loaded-spell.ts";
import { migrate } from "./migrations.ts";
import {
  type ManagerRpc,
  type RpcAnswer,
  type RpcFailure,
  type RunAnswer,
  type RunnerRpc,
  type RunOptions,
  type StreamAnswer,
  upgradeHeaders,
} from "./rpc.ts";
import { Firings } from "./play/firings.ts";
import { HookAnswers, type HookCall, type HookTaken } from "./play/hook-answers.ts";
import { HookKeys } from "./play/hook-keys.ts";
import { PlayedSources } from "./play/played-sources.ts";
import { Player } from "./play/player.ts";
import { Retention, retentionOf } from "./retention.ts";
import { RunAnswers } from "./run-answers.ts";
import { Recovery } from "./recovery.ts";
import { RunDesk } from "./run-desk.ts";
import { RunTable } from "./run-table.ts";
import { RunnerHost } from "./runner-host.ts";
import { SessionState } from "./session-state.ts";
import { SpellChanges } from "./spell-changes.ts";
import { SpellEdits } from "./spell-edits.ts";
import { Sweeper } from "./sweeper.ts";
import { Watchdog } from "./watchdog.ts";

/** While runs wait for services the object is looked after at least this often. */
const watchMs = 30_000;

export class SpellRunner extends DurableObject<Env> implements RunnerRpc {
  readonly #address: RunnerAddress;
  readonly #store: JournalStore;
  readonly #journal: RunnerJournal;
  readonly #runs: RunTable;
  readonly #state: SessionState;
  readonly #desk: RunDesk;
  readonly #connections: Connections;
  readonly #connectionDesk: ConnectionDesk;
  readonly #spells: SpellRepository;
  readonly #spell: HeldSpell;
  readonly #changes: SpellChanges;
  readonly #answers: RunAnswers;
  readonly #failures: Failures;
  readonly #watchdog: Watchdog;
  readonly #recovery: Recovery;
  readonly #forks: Forks;
  readonly #player: Player;
  readonly #hooks: HookAnswers;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage.sql);
    this.#address = parseRunnerName(ctx.id.name);
    this.#spells = new SpellRepository(env.DB);
    this.#failures = new Failures({ runner: this.#address });
    const chunks = new Chunks(ctx.storage.sql);
    this.#store = new JournalStore(ctx.storage.sql, new LargeValues(chunks));
    this.#connections = new Connections(ctx, now);
    this.#journal = new RunnerJournal(this.#store, { now }, (events) => this.#connections.broadcast(events));
    this.#runs = new RunTable(ctx.storage.sql, this.#store, this.#address.session);
    this.#spell = new HeldSpell({
      spellId: this.#address.spellId,
      register: () => this.#manager().runnerLoaded(this.#name()),
      load: () => this.#load(),
    });
    this.#changes = new SpellChanges({
      address: this.#address,
      spells: this.#spells,
      isHeard: () => this.#connections.isHeard,
      record: (event) => this.#journal.record(event),
    });
    const edits = new SpellEdits({
      address: this.#address,
      spells: this.#spells,
      changed: (version, patch) => this.#announce(version, patch),
    });
    this.#state = new SessionState(chunks);
    this.#watchdog = new Watchdog({ storage: ctx.storage, sql: ctx.storage.sql, now });
    const sweeper = new Sweeper({
      retention: new Retention({
        storage: ctx.storage,
        isHeld: (runId) => this.#desk.find(runId) !== undefined || this.#journal.isHeard(runId),
      }),
      limits: () => {
        const spell = this.#spell.present;
        return spell === null ? undefined : retentionOf(spell.plan.settings.retention);
      },
      written: () => this.#store.written,
      soon: (work) => ctx.waitUntil(scheduler.wait(0).then(work)),
      clock: { now },
      fault: (thrown) => this.#failures.bug(thrown),
    });
    this.#desk = new RunDesk({
      userId: this.#address.caller,
      journal: this.#journal,
      runs: this.#runs,
      state: this.#state,
      ports: enginePorts(env, this.#watchdog, this.#failures),
      delta: (run, nodeId, visit, text) => {
        run.stream(nodeId, visit, text);
        this.#connections.broadcastDelta({
          type: "node.delta",
          runId: run.runId,
          nodeId,
          visit,
          delta: text,
        });
      },
      // One that waits for a human alone sleeps until the answer, or the question's own end.
      waits: (run) => {
        if (!run.isWaiting) this.#watchdog.wakeBy(now() + watchMs);
      },
      ended: () => {
        sweeper.runEnded();
        ctx.waitUntil(this.#player.goOn());
      },
    });
    this.#forks = new Forks({
      spell: this.#spell,
      desk: this.#desk,
      runs: this.#runs,
      store: this.#store,
      load: (pin) => this.#load(pin),
    });
    const open = this.#runs.open();
    this.#recovery = new Recovery(
      {
        runs: this.#runs,
        store: this.#store,
        desk: this.#desk,
        load: (pin) => this.#load(pin),
        ancestryOf: (start) => this.#forks.ancestryOf(start),
        bug: (thrown, fields) => this.#failures.bug(thrown, fields),
      },
      open.length > 0,
    );
    if (open.length > 0) this.#watchdog.rearm(open.some(({ status }) => status !== "waiting"));
    const keys = new IdempotencyKeys(ctx.storage.sql);
    this.#answers = new RunAnswers({
      spell: this.#spell,
      desk: this.#desk,
      runs: this.#runs,
      store: this.#store,
      journal: this.#journal,
      chunks,
      keys,
      clock: { now },
    });
    const hooks = new HookKeys(ctx.storage.sql);
    const sources = new PlayedSources(ctx.storage.sql);
    this.#player = new Player({
      spell: this.#spell,
      desk: this.#desk,
      journal: this.#journal,
      watchdog: this.#watchdog,
      facts: new Facts(ctx.storage.sql),
      firings: new Firings(ctx.storage.sql),
      sources,
      hooks,
      keys,
      now,
      register: () => new HookRepository(env.DB).put(hooks.id, this.#name(), now()),
      told: () => undefined,
      soon: (work) => ctx.waitUntil(work()),
      recovered: () => this.#recovered(),
    });
    this.#hooks = new HookAnswers({
      hooks,
      sources,
      player: this.#player,
      spell: this.#spell,
      answers: this.#answers,
    });
    const host = new RunnerHost({
      address: this.#address,
      spell: this.#spell,
      edits,
      desk: this.#desk,
      runs: this.#runs,
      store: this.#store,
      journal: this.#journal,
      player: this.#player,
      authenticator: () => authenticatorOf(env),
      now,
      recovered: () => this.#recovered(),
    });
    this.#connectionDesk = new ConnectionDesk(this.#connections, host, now);
  }

  // ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────

  run(request: RunRequest, options?: RunOptions): Promise<RunAnswer> {
    return this.#tell(() => this.#answers.run(request, options));
  }
  runStream(request: RunRequest, options?: Pick<RunOptions, "idempotency">): Promise<StreamAnswer> {
    return this.#tell(() => this.#answers.runStream(request, options));
  }
  runEvents(runId: string, after: number, limit: number): Promise<RpcAnswer> {
    return this.#tell(() => this.#answers.events(runId, after, limit));
  }
  runEventStream(runId: string, after: number): Promise<StreamAnswer> {
    return this.#tell(() => this.#answers.eventStream(runId, after));
  }
  getRun(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#answers.get(runId));
  }
  listRuns(query: { limit: number; cursor?: string; status?: RunStatus }): Promise<RpcAnswer> {
    return this.#tell(() => this.#answers.list(query));
  }
  cancelRun(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#answers.cancel(runId));
  }
  resumeRun(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#forks.resume(runId));
  }
  forkRun(runId: string, request: ForkRequest): Promise<RpcAnswer> {
    return this.#tell(() => this.#forks.fork(runId, request));
  }
  getValue(runId: string, valueId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#answers.value(runId, valueId));
  }

  // ── the runner ────────────────────────────────────────────────────────────────────────────────────────────

  async describe(): Promise<RpcAnswer> {
    const description = {
      loaded: this.#spell.present !== null,
      ...this.#player.describe(),
      connections: this.#connections.size,
      lastSeq: this.#journal.lastSeq,
      queue: this.#desk.queued,
      bytes: this.#store.bytes(),
    };
    return { ok: true, json: JSON.stringify(description) };
  }

  load(): Promise<RpcAnswer> {
    return this.#tell(async () => {
      await this.#spell.get();
      return this.describe();
    });
  }

  unload(): Promise<RpcAnswer> {
    return this.#tell(async () => {
      if (this.#desk.open.length > 0)
        throw new SpellError("conflict", "Runs are in flight; cancel them or wait for their end.");
      this.#spell.forget();
      await this.#manager().runnerUnloaded(this.#name());
      return this.describe();
    });
  }

  play(): Promise<RpcAnswer> {
    return this.#tell(() => this.#player.play().then(() => this.describe()));
  }
  pause(): Promise<RpcAnswer> {
    return this.#tell(() => this.#player.pause().then(() => this.describe()));
  }
  hook(call: HookCall): Promise<HookTaken | RunAnswer> {
    return this.#tell(() => this.#hooks.take(call));
  }
  pushFromSpell(
    source: string | undefined,
    value: JsonObject,
    idempotency?: Idempotency,
  ): Promise<RpcAnswer> {
    return this.#tell(async () => {
      const { runId } = await this.#player.fire("spell", source, value, { idempotency });
      return { ok: true, json: JSON.stringify({ runId }) };
    });
  }

  getPlan(version: number): Promise<RpcAnswer> {
    return this.#tell(() => this.#plan({ version }));
  }

  getRunPlan(runId: string): Promise<RpcAnswer> {
    return this.#tell(() => this.#plan(pinOf(this.#answers.spellOf(runId))));
  }

  async spellChanged(spellId: string, version: number, patch?: string): Promise<void> {
    this.#spell.changed(spellId);
    if (this.#player.isPlaying && this.#spell.present === null) this.ctx.waitUntil(this.#player.changed());
    if (spellId === this.#address.spellId) await this.#changes.tell(version, patch);
  }

  async spellDeleted(): Promise<void> {
    this.#spell.forget();
    const hookId = this.#hooks.id;
    if (hookId !== undefined) this.ctx.waitUntil(new HookRepository(this.env.DB).remove(hookId));
    this.#player.forget();
    this.#desk.cancelAll("The spell was deleted.");
    for (const { runId } of this.#runs.open()) this.#desk.cancel(runId, "The spell was deleted.");
    this.#state.forget();
    this.#connections.closeAll(closeCodes.spellDeleted, "The spell was deleted.");
    this.#countConnections();
  }

  // ── connections ───────────────────────────────────────────────────────────────────────────────────────────

  /** The WebSocket upgrade, already authenticated by the Worker. */
  override async fetch(request: Request): Promise<Response> {
    const expiresAt = Number(request.headers.get(upgradeHeaders.expiresAt));
    const { 0: client, 1: server } = new WebSocketPair();
    this.#connections.accept(server, expiresAt);
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
    return this.#connectionDesk.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#connections.answerClose(socket, code, reason);
    this.#countConnections();
  }

  override webSocketError(socket: WebSocket): void {
    this.#connections.remove(socket);
    this.#countConnections();
  }

  /** A new version was written here: this runner first, then, by the manager, all others that it concerns. Never fails. */
  async #announce(version: number, patch: string | undefined): Promise<void> {
    const { spellId } = this.#address;
    await this.spellChanged(spellId, version, patch);
    await atMostTwice(() => this.#manager().spellChanged(spellId, version, patch)).catch((error: unknown) =>
      log.error("runners were not told of an edited spell", {
        ...this.#address,
        error: describeError(error),
      }),
    );
  }

  // ── after a restart ───────────────────────────────────────────────────────────────────────────────────────

  /** Goes on with what was cut off, and ends what nobody answered in time. */
  override async alarm(): Promise<void> {
    await this.#recovered();
    this.#watchdog.fired();
    await this.#player.goOn();
    // Armed again by itself and not by throwing: the platform gives up after six throws.
    if (this.#recovery.isNeeded || this.#desk.open.some(({ status }) => status !== "waiting"))
      this.#watchdog.wakeBy(now() + watchMs);
  }

  /** What was cut off goes on before anything else is done with runs. Fails for nobody: the alarm tries again. */
  async #recovered(): Promise<void> {
    if (!this.#recovery.isNeeded) return;
    await this.#recovery
      .recover()
      .catch((error: unknown) =>
        log.warn("runs could not go on yet", { ...this.#address, error: describeError(error) }),
      );
  }

  // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

  async #tell<T>(ask: () => T | Promise<T>): Promise<T | RpcFailure> {
    try {
      if (this.#recovery.isNeeded) await this.#recovered();
      return await ask();
    } catch (thrown) {
      return this.#failures.answer(thrown);
    }
  }

  async #plan(pin: Pin): Promise<RpcAnswer> {
    const { owner, spellId } = this.#address;
    return { ok: true, json: JSON.stringify((await loadSpell(this.#spells, owner, spellId, pin)).plan) };
  }

  /** @param pin the newest of everything when absent */
  async #load(pin?: Pin): Promise<LoadedSpell> {
    const spell = await loadSpell(this.#spells, this.#address.owner, this.#address.spellId, pin);
    if (spell.plan.components.some((name) => sandboxed.has(name))) await sandbox.load();
    if (pin === undefined) this.#state.belongTo(spell.createdAt);
    return spell;
  }

  #name(): string {
    return this.ctx.id.name ?? "";
  }

  #manager(): ManagerRpc {
    return this.env.SPELL_MANAGER.getByName(managerName(this.#address.caller));
  }

  /** Told off the path of everything; a count that is lost is told again with the next change. */
  #countConnections(): void {
    this.ctx.waitUntil(
      this.#manager()
        .runnerConnections(this.#name(), this.#connections.size)
        .catch((error: unknown) =>
          log.warn("the manager was not told of connections", { error: describeError(error) }),
        ),
    );
  }
}
