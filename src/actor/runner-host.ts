/** What a runner does for its connections. */
import type { Identity } from "../platform/authenticator.ts";
import { requireScope } from "../platform/scopes.ts";
import type { ErrorMessage } from "../protocol/down.ts";
import { SpellError } from "../protocol/errors.ts";
import type { EditCommand } from "../protocol/up.ts";
import type { Json } from "../protocol/values.ts";
import { PROTOCOL_VERSION } from "../protocol/version.ts";
import type { RunnerAddress } from "./address.ts";
import type { ConnectionHost } from "./connection-desk.ts";
import type { Grant } from "./connections.ts";
import type { HeldSpell } from "./held-spell.ts";
import { helloFrames } from "./hello.ts";
import type { RunnerJournal } from "./journal.ts";
import type { JournalStore } from "./journal-store.ts";
import type { Player } from "./play/player.ts";
import type { Disclosure } from "./published/disclosure.ts";
import type { RunDesk, RunOrder } from "./run-desk.ts";
import type { RunPermits } from "./run-permits.ts";
import type { RunTable } from "./run-table.ts";
import type { SpellEdits } from "./spell-edits.ts";

export interface RunnerHostOptions {
  disclosure: Disclosure;
  permits: RunPermits;
  address: RunnerAddress;
  spell: HeldSpell;
  edits: SpellEdits;
  desk: RunDesk;
  runs: RunTable;
  store: JournalStore;
  journal: RunnerJournal;
  player: Player;
  /** Tells the manager of which services' changes this runner wants to know. */
  subscribed: () => void;
  /** @throws SpellError `unauthorized`, `overloaded` */
  verify: (token: string) => Promise<Identity>;
  now: () => number;
  /** Resolves when runs that a restart cut off are in memory again. */
  recovered: () => Promise<void>;
}

export class RunnerHost implements ConnectionHost {
  readonly #options: RunnerHostOptions;

  constructor(options: RunnerHostOptions) {
    this.#options = options;
  }

  get lastSeq(): number {
    return this.#options.journal.lastSeq;
  }

  async hello(lastSeq: number | undefined): Promise<Iterable<string>> {
    const { address, spell, desk, runs, store, journal, player, disclosure, recovered } = this.#options;
    await recovered();
    // The version is worth a look at D1 after hibernation; without D1 a connection is welcome all the same.
    const version = await spell.get().then(
      ({ ref }) => ref.version,
      () => 0,
    );
    const { caller, spellId, session } = address;
    return helloFrames(
      {
        type: "welcome",
        protocolVersion: PROTOCOL_VERSION,
        userId: caller,
        spell: { id: spellId, version },
        session,
        playing: player.isPlaying,
        lastSeq: journal.lastSeq,
        runs: desk.open.map(({ run, status }) => ({
          runId: run.runId,
          status,
          trigger: run.trigger,
          startedAt: run.startedAt,
          ...(run.partial.length === 0 ? {} : { partial: run.partial }),
        })),
      },
      lastSeq,
      store,
      disclosure,
      (count) => runs.list(count, undefined, undefined).runs.map(({ runId }) => runId),
    );
  }

  async run(order: RunOrder): Promise<void> {
    const { desk, spell, permits, recovered } = this.#options;
    await recovered();
    const present = await spell.get();
    while (!permits.pass()) await permits.take();
    desk.take(present, order);
  }

  cancel(runId: string): boolean {
    return this.#options.desk.cancel(runId);
  }

  async answer(runId: string, nodeId: string, visit: string, value: Json): Promise<void> {
    await this.#options.recovered();
    this.#options.desk.answer(runId, nodeId, visit, value);
  }

  /** To the streams of runs in flight, and to the Client In of that name: to both, where there are both. */
  async push(source: string, value: Json): Promise<boolean> {
    const { recovered, desk, player } = this.#options;
    await recovered();
    const isTaken = desk.push(source, value);
    if (!player.has("client", source) || (isTaken && !player.isPlaying)) return isTaken;
    await player.fire("client", source, value);
    return true;
  }

  subscribed(): void {
    this.#options.subscribed();
  }

  async play(): Promise<void> {
    this.#options.disclosure.requireOwn("played");
    return this.#options.player.play();
  }

  async pause(): Promise<void> {
    this.#options.disclosure.requireOwn("played");
    return this.#options.player.pause();
  }

  async edit(command: EditCommand): Promise<string[]> {
    this.#options.disclosure.requireOwn("edited");
    return this.#options.edits.edit(command);
  }

  told(error: SpellError): Pick<ErrorMessage, "code" | "message"> {
    const { code, message } = this.#options.disclosure.told(error.toInfo());
    return { code, message };
  }

  async renew(token: string): Promise<Grant> {
    const { address, verify, now } = this.#options;
    const { userId, expiresAt, keyId, scopes } = await verify(token);
    requireScope(scopes, "runners");
    // A clock may be late by some seconds at the verification; a connection's own end is exact.
    if (expiresAt <= now()) throw new SpellError("unauthorized", "The token has expired.");
    if (userId !== address.caller)
      throw new SpellError(
        "unauthorized",
        "The token is another user's; this connection cannot change hands.",
      );
    return { expiresAt, ...(keyId === undefined ? {} : { key: { id: keyId, scopes: scopes ?? [] } }) };
  }
}
