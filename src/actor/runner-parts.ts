/**
 * What a runner is made of, and what is wired to what. `spell-runner.ts` says what can be asked of it.
 */
import { HookRepository } from "../db/hooks.ts";
import { SpellRepository } from "../db/spells.ts";
import type { Env } from "../env.ts";
import type { EnginePlugin } from "../engine/index.ts";
import { boundServices } from "../platform/bound-services.ts";
import { now } from "../platform/clock.ts";
import { count, tellCounts } from "../platform/counters.ts";
import { identify } from "../platform/identify.ts";
import { describeError, log } from "../platform/log.ts";
import { atMostTwice, fromStub } from "../platform/retry.ts";
import { sampledTracer } from "../platform/trace.ts";
import type { ServiceChanged } from "../protocol/down.ts";
import { SpellError } from "../protocol/errors.ts";
import type { Services } from "../protocol/services.ts";
import type { JsonObject } from "../protocol/values.ts";
import { managerName, parseRunnerName, publicIdOf, type RunnerAddress } from "./address.ts";
import { Admission } from "./admission.ts";
import { askedServices } from "./asked-services.ts";
import { Chunks } from "./chunks.ts";
import { ConnectionDesk } from "./connection-desk.ts";
import { Connections } from "./connections.ts";
import { codeTurns, enginePorts } from "./engine-ports.ts";
import { Facts } from "./facts.ts";
import { Failures } from "./failures.ts";
import { Forks } from "./forks.ts";
import { HeldSpell } from "./held-spell.ts";
import { IdempotencyKeys } from "./idempotency-keys.ts";
import { RunnerJournal } from "./journal.ts";
import { JournalStore } from "./journal-store.ts";
import { LargeValues } from "./large-values.ts";
import { migrate, runnerSteps } from "./migrations.ts";
import type { ManagerRpc } from "./rpc.ts";
import { Firings } from "./play/firings.ts";
import { Callbacks } from "./hooks/callbacks.ts";
import { HookAnswers } from "./hooks/hook-answers.ts";
import { HookKeys } from "./hooks/hook-keys.ts";
import { PlayedSources } from "./play/played-sources.ts";
import { Player } from "./play/player.ts";
import { Disclosure } from "./published/disclosure.ts";
import { guestServices } from "./published/guest-services.ts";
import { Retention, retentionOf } from "./retention.ts";
import { RunAnswers } from "./run-answers.ts";
import { Recovery } from "./recovery.ts";
import { RunSpans } from "./run-spans.ts";
import { RunPermits } from "./run-permits.ts";
import { RunDesk } from "./run-desk.ts";
import { newestRunId, RunIds } from "./run-ids.ts";
import { RunTable } from "./run-table.ts";
import { RunnerHost } from "./runner-host.ts";
import { SessionState } from "./session-state.ts";
import { SpellChanges } from "./spell-changes.ts";
import { SpellCopy } from "./spell-copy.ts";
import { SpellEdits } from "./spell-edits.ts";
import { SpellLoader } from "./spell-loader.ts";
import { Sweeper } from "./sweeper.ts";
import { UsageMeter } from "./usage-meter.ts";
import { UsageReports } from "./usage-reports.ts";
import { userLimitsOf } from "./user-limits.ts";
import { Watchdog, watchMs } from "./watchdog.ts";

/** For how long the events of a deleted spell's runs can still be read by streams that are open. */
const farewellMs = 1000;

export class RunnerParts {
  readonly address: RunnerAddress;
  readonly disclosure: Disclosure;
  readonly store: JournalStore;
  readonly journal: RunnerJournal;
  readonly runs: RunTable;
  readonly state: SessionState;
  readonly desk: RunDesk;
  readonly connections: Connections;
  readonly connectionDesk: ConnectionDesk;
  readonly spells: SpellRepository;
  readonly spell: HeldSpell;
  readonly loader: SpellLoader;
  readonly changes: SpellChanges;
  readonly answers: RunAnswers;
  readonly failures: Failures;
  readonly watchdog: Watchdog;
  readonly recovery: Recovery;
  readonly forks: Forks;
  readonly player: Player;
  readonly hooks: HookAnswers;
  readonly retention: Retention;
  readonly permits: RunPermits;
  readonly admission: Admission;
  readonly usage: UsageReports;
  readonly sweeper: Sweeper;

  readonly #callbacks: Callbacks;
  /** Makes the addresses of webhooks lead here. */
  readonly #register: () => Promise<void>;
  readonly #ctx: DurableObjectState;
  readonly #env: Env;

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx;
    this.#env = env;
    migrate(ctx.storage.sql, runnerSteps);
    this.address = parseRunnerName(ctx.id.name);
    const publicId = publicIdOf(this.address.spellId);
    const isOwn = publicId === undefined && this.address.caller === this.address.owner;
    this.disclosure = new Disclosure(this.address.spellId, isOwn);
    this.spells = new SpellRepository(env.DB);
    this.failures = new Failures({ runner: this.address });
    const facts = new Facts(ctx.storage.sql);
    const chunks = new Chunks(ctx.storage.sql);
    this.store = new JournalStore(ctx.storage.sql, new LargeValues(chunks));
    this.watchdog = new Watchdog({ storage: ctx.storage, facts, now });
    this.connections = new Connections(ctx, this.watchdog, now);
    this.journal = new RunnerJournal(
      this.store,
      { now },
      (events) => this.connections.broadcast(this.disclosure.events(events)),
      {
        isSeen: () => this.connections.isHeard,
        later: (flush, ms) => ctx.waitUntil(scheduler.wait(ms).then(flush)),
        broken: (error) => {
          this.failures.bug(error);
          ctx.abort("The journal could not be written.");
        },
      },
    );
    this.runs = new RunTable(ctx.storage.sql, this.store, this.address.session);
    const copy = new SpellCopy(ctx.storage.sql, this.address.spellId);
    this.loader = new SpellLoader({
      address: this.address,
      db: env.DB,
      disclosure: this.disclosure,
      copy,
      register: () => this.#register(),
      belongTo: (createdAt) => {
        if (this.state.belongTo(createdAt)) this.retention.forgetAll();
      },
    });
    this.spell = new HeldSpell({
      spellId: this.address.spellId,
      // Without it a later version would not be told here, so a run does not begin.
      register: async () => {
        const [wasLoaded, wasGuest] = await atMostTwice(() =>
          Promise.all([
            this.manager().runnerLoaded(this.name()),
            publicId === undefined || this.#managerOf(this.address.owner).guestLoaded(this.name()),
          ]),
        ).catch((error: unknown) => {
          throw fromStub(error, "manager of your runners");
        });
        return wasLoaded && wasGuest;
      },
      load: () => this.loader.newest(),
      copied: () => this.loader.copied(),
      copy,
      look: (read) => this.loader.look(read),
      outdated: (version) => ctx.waitUntil(this.spellChanged(this.address.spellId, version)),
      after: (ms, work) =>
        ctx.waitUntil(
          scheduler
            .wait(ms)
            .then(work)
            .catch((error: unknown) =>
              log.warn("the copy of a spell was not seen to", {
                ...this.address,
                error: describeError(error),
              }),
            ),
        ),
    });
    this.changes = new SpellChanges({
      address: this.address,
      spells: this.spells,
      isHeard: () => this.connections.isHeard,
      record: (event) => this.journal.record(event),
    });
    const edits = new SpellEdits({
      address: this.address,
      spells: this.spells,
      changed: (version, patch) => this.#announce(version, patch),
    });
    this.state = new SessionState(chunks);
    const hooks = new HookKeys(ctx.storage.sql);
    this.#register = () => new HookRepository(env.DB).put(hooks.id, this.name(), now());
    this.retention = new Retention({
      storage: ctx.storage,
      isHeld: (runId) => this.desk.find(runId) !== undefined || this.journal.isHeard(runId),
    });
    this.sweeper = new Sweeper({
      retention: this.retention,
      facts,
      wakeBy: (at) => this.watchdog.wakeBy(at),
      limits: () => {
        const spell = this.spell.present;
        return spell === null ? undefined : retentionOf(spell.plan.settings.retention);
      },
      written: () => this.store.written,
      soon: (work) => ctx.waitUntil(scheduler.wait(0).then(work)),
      before: () => {
        this.journal.flush();
        return meter.count();
      },
      after: () => ctx.waitUntil(this.usage.tell()),
      clock: { now },
      fault: (thrown) => this.failures.bug(thrown),
    });
    const meter = new UsageMeter({ storage: ctx.storage, facts });
    this.usage = new UsageReports({
      meter,
      bytes: () => this.store.bytes(),
      tell: (report) => this.manager().report(this.name(), report),
      clock: { now },
    });
    this.admission = new Admission({
      limits: () => userLimitsOf(env),
      open: () => this.connections.size,
      admit: (connections) => this.manager().admit(this.name(), connections),
    });
    this.permits = new RunPermits({
      limits: () => userLimitsOf(env),
      underway: () => this.desk.running,
      lease: (runs, wantsStarts) => this.manager().lease(this.name(), runs, wantsStarts),
      now,
      soon: (work) => ctx.waitUntil(work()),
    });
    const ports = enginePorts(env, this.address.caller, this.watchdog, this.failures);
    const ids = new RunIds({ now }, newestRunId(ctx.storage.sql));
    this.desk = new RunDesk({
      userId: this.address.caller,
      check: (order) => this.disclosure.checkOrder(order),
      journal: this.journal,
      runs: this.runs,
      ids,
      state: this.state,
      ports: {
        ...ports,
        ...(isOwn ? {} : { services: guestServices(ports.services, this.address) }),
        callback: (runId, name) => `${env.PUBLIC_URL ?? ""}${hooks.pathOf({ runId, name })}`,
      },
      delta: (run, nodeId, visit, text) => {
        if (!this.disclosure.isWhole) return;
        run.stream(nodeId, visit, text);
        this.connections.broadcastDelta({
          type: "node.delta",
          runId: run.runId,
          nodeId,
          visit,
          delta: text,
        });
      },
      // One that waits for a human alone sleeps until the answer, or the question's own end.
      waits: (run) => {
        if (!run.isWaiting) this.watchdog.wakeBy(now() + watchMs);
      },
      asked: (run) => {
        if (this.#callbacks.size > 0) ctx.waitUntil(scheduler.wait(0).then(() => this.#callbacks.serve(run)));
      },
      observed: (traceparent) => this.#observed(traceparent),
      ended: (runId, end) => {
        codeTurns.seen(this.address.caller);
        count("runs", { status: end.type.slice(4) });
        const telling = tellCounts(env);
        if (telling !== undefined) ctx.waitUntil(telling);
        this.#callbacks.forget(runId);
        this.sweeper.runEnded();
        if (this.player.isPlaying) ctx.waitUntil(this.player.goOn());
      },
    });
    this.#callbacks = new Callbacks({ sql: ctx.storage.sql, desk: this.desk });
    this.forks = new Forks({
      disclosure: this.disclosure,
      permits: this.permits,
      spell: this.spell,
      desk: this.desk,
      runs: this.runs,
      store: this.store,
      load: (pin) => this.loader.pinned(pin),
    });
    const open = this.runs.open();
    this.recovery = new Recovery(
      {
        runs: this.runs,
        store: this.store,
        desk: this.desk,
        load: (pin) => this.loader.pinned(pin),
        ancestryOf: (start) => this.forks.ancestryOf(start),
        bug: (thrown, fields) => this.failures.bug(thrown, fields),
      },
      open.length > 0,
    );
    if (open.length > 0) this.watchdog.rearm(open.some(({ status }) => status !== "waiting"));
    const keys = new IdempotencyKeys(ctx.storage.sql);
    this.answers = new RunAnswers({
      disclosure: this.disclosure,
      permits: this.permits,
      spell: this.spell,
      desk: this.desk,
      runs: this.runs,
      store: this.store,
      journal: this.journal,
      chunks,
      keys,
      clock: { now },
    });
    const sources = new PlayedSources(ctx.storage.sql);
    this.player = new Player({
      permits: this.permits,
      spell: this.spell,
      desk: this.desk,
      journal: this.journal,
      watchdog: this.watchdog,
      facts,
      firings: new Firings(ctx.storage.sql),
      ids,
      sources,
      hooks,
      keys,
      now,
      register: this.#register,
      told: (isPlaying) => {
        this.tellSubscriptions();
        ctx.waitUntil(
          atMostTwice(() => this.manager().runnerPlaying(this.name(), isPlaying)).catch((error: unknown) =>
            log.warn("the manager was not told of playing", { error: describeError(error) }),
          ),
        );
      },
      soon: (work) => ctx.waitUntil(work()),
      recovered: () => this.recovered(),
    });
    this.hooks = new HookAnswers({
      hooks,
      callbacks: this.#callbacks,
      sources,
      player: this.player,
      spell: this.spell,
      answers: this.answers,
    });
    const host = new RunnerHost({
      disclosure: this.disclosure,
      permits: this.permits,
      address: this.address,
      spell: this.spell,
      edits,
      desk: this.desk,
      runs: this.runs,
      store: this.store,
      journal: this.journal,
      player: this.player,
      subscribed: () => this.tellSubscriptions(),
      verify: (token) => identify(env, token, { isLasting: true }),
      now,
      recovered: () => this.recovered(),
    });
    this.connectionDesk = new ConnectionDesk(this.connections, host, now);
  }

  /** There is a new version of this spell, or of another. Returns when the next run takes it, and connections were told. */
  async spellChanged(spellId: string, version: number, patch?: string): Promise<void> {
    this.spell.changed(spellId);
    if (this.player.isPlaying && this.spell.present === null)
      this.#ctx.waitUntil(this.player.changed().then(() => this.tellSubscriptions()));
    if (spellId === this.address.spellId) await this.changes.tell(version, patch);
  }

  /** A new version was written here: this runner first, then, by the manager, all others that it concerns. Never fails. */
  async #announce(version: number, patch: string | undefined): Promise<void> {
    const { spellId } = this.address;
    await this.spellChanged(spellId, version, patch);
    await atMostTwice(() => this.manager().spellChanged(spellId, version, patch)).catch((error: unknown) =>
      log.error("runners were not told of an edited spell", {
        ...this.address,
        error: describeError(error),
      }),
    );
  }

  /** Why a published spell is not to be had; null where it is, and for one's own. */
  async absence(): Promise<SpellError | null> {
    if (!this.disclosure.isUnknown) return null;
    return this.spell.get().then(
      () => null,
      (thrown: unknown) => SpellError.from(thrown),
    );
  }

  /** @throws SpellError `not_found` where the spell is no longer published, `overloaded` */
  async ready(): Promise<void> {
    if (this.disclosure.isUnknown) await this.spell.get();
    await this.recovered();
  }

  /** What was cut off goes on before anything else is done with runs. Fails for nobody: the alarm tries again. */
  async recovered(): Promise<void> {
    // Without it, what goes on would be shown as if nothing were shared.
    if (this.disclosure.isUnknown)
      await this.spell
        .get()
        .catch((error: unknown) =>
          log.warn("a published spell could not be read", { ...this.address, error: describeError(error) }),
        );
    if (!this.recovery.isNeeded) return;
    await this.recovery
      .recover()
      .catch((error: unknown) =>
        log.warn("runs could not go on yet", { ...this.address, error: describeError(error) }),
      );
  }

  /** A service of the user's has changed something: for connections that subscribed, and for Event In. */
  async serviceChanged(change: ServiceChanged, row: JsonObject | undefined): Promise<void> {
    this.connections.tellChange(change);
    if (change.service === "events" && change.event === "created" && row !== undefined)
      await this.player.fireEvent(row);
  }

  /** Off the path: a manager that was not told is told with the next change. */
  tellSubscriptions(): void {
    const wanted = new Set(this.connections.subscribed);
    if (this.player.takesEvents) wanted.add("events");
    const services = [...wanted].toSorted().join(",");
    if (services === this.#subscribed) return;
    this.#subscribed = services;
    this.#ctx.waitUntil(
      atMostTwice(() => this.manager().runnerSubscribed(this.name(), [...wanted])).catch((error: unknown) => {
        this.#subscribed = null;
        log.warn("the manager was not told of subscriptions", { error: describeError(error) });
      }),
    );
  }
  /** What the manager was told last; null while that is not known. */
  #subscribed: string | null = null;

  /** A run is traced where the invocation that begins it is; else only what came with its request is passed on. */
  #observed(traceparent: string | undefined): { plugins?: EnginePlugin[]; services?: Services } {
    const tracer = sampledTracer();
    if (tracer === undefined && traceparent === undefined) return {};
    const spans = tracer === undefined ? undefined : new RunSpans(tracer, this.address);
    return {
      ...(spans === undefined ? {} : { plugins: [spans] }),
      services: askedServices(boundServices(this.#env), { traceparent, spans }),
    };
  }

  /** The spell was deleted: its runs go, too, when those who read their ends have done so. */
  async forgetRuns(): Promise<void> {
    const { birth } = this.state;
    await scheduler.wait(farewellMs);
    // Made anew meanwhile, it has seen to that when it was loaded.
    if (this.state.birth === birth) this.retention.forgetAll();
  }

  name(): string {
    return this.#ctx.id.name ?? "";
  }

  manager(): ManagerRpc {
    return this.#managerOf(this.address.caller);
  }

  #managerOf(userId: string): ManagerRpc {
    return this.#env.SPELL_MANAGER.getByName(managerName(userId));
  }
}
