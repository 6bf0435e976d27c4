/**
 * A spell as its author edits it: the document with what is not saved yet, what the server has, and the way between the two. Every
 * edit is saved by itself, over the connection, as a patch on the version that it was made on.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import {
  type Connection,
  EditConflict,
  type ErrorCode,
  isValueRef,
  type SpellDocument,
  SpellError,
  type SpellrunnerClient,
} from "../../lib/index.ts";
import { applyChanges, changesBetween, type Conflict, patchOf, rebase, settle } from "../core/changes.ts";
import { dropDraft, keepDraft, readDraft } from "./drafts.ts";
import { History } from "./history.ts";

export interface SpellState {
  /** With all edits of this tab. Null until it is loaded. */
  document: SpellDocument | null;
  /** Of the server's document that this one is built on. */
  version: number;
  /** `failed`: the server refuses the change; `fault` says why. */
  saving: "saved" | "pending" | "saving" | "failed";
  fault: string | null;
  canUndo: boolean;
  canRedo: boolean;
  /** Members that another tab has changed at the same time. */
  conflicts: readonly Conflict[];
  /** What the server found wrong at the last save. */
  warnings: readonly { nodeId?: string | undefined; message: string }[];
}

const saveAfterMs = 350;
/** After a save that failed for a while only. */
const retryMs = 3000;
/** What a connection refuses has no word on whether it may be tried again. */
const passing: ReadonlySet<ErrorCode> = new Set(["overloaded", "rate_limited"]);
/** Of `flush`, where others save at the same time. */
const maxTries = 4;
/** Below the server's frame of 1 MiB, which counts UTF-8. */
const maxPatchChars = 300_000;

export class SpellStore {
  readonly state: StoreApi<SpellState>;
  readonly id: string;
  readonly #client: SpellrunnerClient;
  readonly #connection: Connection;
  readonly #userId: string;
  readonly #history = new History();
  #base: SpellDocument | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | null = null;
  #isDisposed = false;

  constructor(client: SpellrunnerClient, connection: Connection, id: string, userId: string) {
    this.#client = client;
    this.#connection = connection;
    this.#userId = userId;
    this.id = id;
    this.state = createStore<SpellState>(() => ({
      document: null,
      version: 0,
      saving: "saved",
      fault: null,
      canUndo: false,
      canRedo: false,
      conflicts: [],
      warnings: [],
    }));
    connection.on("spell.changed", ({ version }) => void this.#heard(version));
    connection.on("welcome", ({ spell }) => void this.#heard(spell.version));
    connection.on("state", (state) => {
      if (state === "live" && this.state.getState().saving === "pending") this.#soon();
    });
  }

  /** @throws SpellError `not_found`, or why it cannot be fetched */
  async load(): Promise<void> {
    const document = await this.#client.spells.get(this.id);
    const draft = readDraft(this.#userId, this.id);
    this.#base = document;
    this.#set({ document, version: document.version });
    void this.#validate(document);
    if (draft === null) return;
    const { changes, conflicts } = rebase(draft.changes, draft.document, document);
    this.#show(applyChanges(document, changes), conflicts);
  }

  /** What is wrong with it, as the last save told whoever made it. */
  async #validate(document: SpellDocument): Promise<void> {
    const { issues } = await this.#client.spells.validate(document).catch(() => ({ issues: [] }));
    if (this.state.getState().version === document.version) this.#set({ warnings: issues });
  }

  /** @param gesture edits of the same one, shortly one after the other, are taken back together */
  edit(change: (document: SpellDocument) => SpellDocument, gesture?: string): void {
    const { document } = this.state.getState();
    if (document === null) return;
    const next = change(document);
    const changes = changesBetween(document, next);
    if (changes.length === 0) return;
    this.#history.record(changes, gesture, Date.now());
    this.#show(next);
  }

  /** False where members were changed by others since and stay as they are. */
  undo(): boolean {
    return this.#travel((document) => this.#history.undo(document));
  }

  redo(): boolean {
    return this.#travel((document) => this.#history.redo(document));
  }

  /** Saves now what is not saved yet. @throws SpellError why the server refuses it */
  async flush(): Promise<void> {
    // Another tab's version may come between: the merged one goes out at once.
    for (let tries = 0; tries < maxTries; tries += 1) {
      await this.#settled();
      const version = this.#base?.version;
      await this.#save();
      if (this.state.getState().saving !== "pending" || version === this.#base?.version) break;
    }
    const { saving, fault } = this.state.getState();
    if (saving === "failed") throw new SpellError("bad_request", fault ?? "The spell could not be saved.");
    if (saving !== "saved")
      throw new SpellError(
        "overloaded",
        "The spell is not saved yet: the server cannot be reached. It will be.",
        {
          retryable: true,
        },
      );
  }

  /** Takes the other's value of a member that both have changed. */
  resolve(conflict: Conflict, take: "mine" | "theirs"): void {
    if (take !== conflict.kept) this.edit((document) => settle(document, conflict, take));
    this.#set({ conflicts: this.state.getState().conflicts.filter((other) => other !== conflict) });
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #travel(move: (document: SpellDocument) => { document: SpellDocument; skipped: number } | null): boolean {
    const { document } = this.state.getState();
    const moved = document === null ? null : move(document);
    if (moved === null) return true;
    this.#show(moved.document);
    return moved.skipped === 0;
  }

  #show(document: SpellDocument, conflicts: readonly Conflict[] = []): void {
    const { canUndo, canRedo } = this.#history;
    const known = this.state.getState().conflicts;
    this.#set({
      document,
      canUndo,
      canRedo,
      ...(conflicts.length > 0 ? { conflicts: [...known, ...conflicts] } : {}),
    });
    this.#keep();
    this.#soon();
  }

  /** What is not saved is kept by the browser until it is. */
  #keep(): void {
    const { document } = this.state.getState();
    if (this.#base === null || document === null) return;
    const changes = changesBetween(this.#base, document);
    if (changes.length === 0) {
      dropDraft(this.#userId, this.id);
      this.#set({ saving: "saved", fault: null });
      return;
    }
    keepDraft(this.#userId, this.id, { changes, document });
    if (this.state.getState().saving !== "saving") this.#set({ saving: "pending", fault: null });
  }

  #soon(ms = saveAfterMs): void {
    clearTimeout(this.#timer);
    if (!this.#isDisposed) this.#timer = setTimeout(() => void this.#save(), ms);
  }

  async #settled(): Promise<void> {
    while (this.#saving !== null) await this.#saving;
  }

  #save(): Promise<void> {
    this.#saving ??= this.#saveOnce().finally(() => {
      this.#saving = null;
    });
    return this.#saving;
  }

  async #saveOnce(): Promise<void> {
    const { document } = this.state.getState();
    if (this.#base === null || document === null || this.#isDisposed) return;
    if (this.#connection.state !== "live") return;
    const changes = changesBetween(this.#base, document);
    if (changes.length === 0) return this.#keep();
    this.#set({ saving: "saving" });
    try {
      const { version, warnings } = await this.#send(changes, document);
      this.#base = { ...document, version };
      const present = this.state.getState().document ?? document;
      this.#set({ document: { ...present, version }, version, warnings, saving: "saved", fault: null });
    } catch (error) {
      await this.#recover(SpellError.from(error));
      return;
    }
    this.#keep();
    if (this.state.getState().saving === "pending") this.#soon();
  }

  #send(changes: ReturnType<typeof changesBetween>, document: SpellDocument) {
    const version = this.#base?.version ?? 0;
    const patch = patchOf(changes);
    if (JSON.stringify(patch).length > maxPatchChars)
      return this.#client.spells.put(this.id, document, { version });
    return this.#connection.edit(patch, version);
  }

  async #recover(error: SpellError): Promise<void> {
    this.#set({ saving: "pending" });
    try {
      // Whether a change that went out over a broken line was taken is told by what the server has.
      if (error instanceof EditConflict && !isValueRef(error.present.document))
        this.#takeTheirs(error.present.document as unknown as SpellDocument);
      else if (error.code === "conflict" || error.code === "interrupted")
        this.#takeTheirs(await this.#client.spells.get(this.id));
      else if (error.retryable || passing.has(error.code)) this.#soon(retryMs);
      else this.#set({ saving: "failed", fault: error.message });
    } catch {
      // Offline: tried again then, and by the next `live`.
      this.#soon(retryMs);
    }
  }

  /** Somebody has saved a version. It may have been this tab. */
  async #heard(version: number): Promise<void> {
    await this.#settled();
    if (this.#base === null || version <= this.#base.version || this.#isDisposed) return;
    try {
      const document = await this.#client.spells.get(this.id);
      await this.#settled();
      if (document.version > this.#base.version) this.#takeTheirs(document);
    } catch {
      // Gone meanwhile, or offline: the connection tells.
    }
  }

  #takeTheirs(theirs: SpellDocument): void {
    const { document } = this.state.getState();
    if (this.#base === null || document === null) return;
    const { changes, conflicts } = rebase(changesBetween(this.#base, document), document, theirs);
    this.#base = theirs;
    this.#set({ version: theirs.version });
    this.#show(applyChanges(theirs, changes), conflicts);
  }

  #set(change: Partial<SpellState>): void {
    this.state.setState(change);
  }
}
