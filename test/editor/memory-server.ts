/** A server of one spell in memory, with what the editor's store calls of a client and a connection. */
import { applyPatch } from "rfc6902";
import {
  type Connection,
  EditConflict,
  type SpellDocument,
  SpellError,
  type SpellrunnerClient,
} from "../../client/lib/index.ts";

type Listener = (message: never) => void;

export class MemoryServer {
  document: SpellDocument;
  state: Connection["state"] = "live";
  /** What came in: `edit` by the connection, `put` and `get` by HTTP. */
  readonly calls: string[] = [];
  /** Thrown by the next calls, one each. */
  readonly faults: unknown[] = [];
  /** The next edit is taken, and its answer lost. */
  losesAnswer = false;
  /** Done while the next edit is on its way. */
  meanwhile: (() => void) | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();

  readonly connection: Connection;

  constructor(document: SpellDocument) {
    this.document = document;
    const stateNow = (): Connection["state"] => this.state;
    this.connection = {
      get state() {
        return stateNow();
      },
      on: (type: string, listener: Listener) => {
        const known = this.#listeners.get(type) ?? new Set();
        this.#listeners.set(type, known.add(listener));
        return () => void known.delete(listener);
      },
      edit: (patch: unknown[], version: number) => this.#edit(patch, version),
    } as unknown as Connection;
  }

  readonly client = {
    spells: {
      validate: () => Promise.resolve({ valid: true, issues: [] }),
      get: async () => {
        this.#called("get");
        return structuredClone(this.document);
      },
      put: async (_id: string, document: SpellDocument, { version }: { version: number }) => {
        this.#called("put");
        if (version !== this.document.version) throw new SpellError("conflict", "Another version.");
        this.document = { ...structuredClone(document), version: version + 1 };
        return { version: version + 1, warnings: [] };
      },
    },
  } as unknown as SpellrunnerClient;

  /** Somebody else saves a version. */
  change(edit: (document: SpellDocument) => SpellDocument): void {
    this.document = { ...edit(this.document), version: this.document.version + 1 };
    this.tell("spell.changed", { version: this.document.version });
  }

  setState(state: Connection["state"]): void {
    this.state = state;
    this.tell("state", state);
    if (state === "live") this.tell("welcome", { spell: { version: this.document.version } });
  }

  tell(type: string, message: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(message as never);
  }

  async #edit(patch: unknown[], version: number) {
    this.#called("edit");
    await Promise.resolve();
    const { meanwhile } = this;
    this.meanwhile = undefined;
    meanwhile?.();
    if (version !== this.document.version) {
      const present = { version: this.document.version, document: structuredClone(this.document) };
      throw new EditConflict("Another version.", present as never);
    }
    const next = structuredClone(this.document);
    if (applyPatch(next, patch as never).some((fault) => fault !== null))
      throw new SpellError("bad_request", "The patch does not fit.");
    this.document = { ...next, version: version + 1 };
    this.tell("spell.changed", { version: version + 1 });
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new SpellError("interrupted", "The line broke.");
    }
    return { version: version + 1, warnings: [] };
  }

  #called(what: string): void {
    this.calls.push(what);
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
  }
}
