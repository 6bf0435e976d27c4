/** Requests over a connection that wait for their answer: edits by their id, renewals in their order. */
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { ErrorMessage, ServerMessage, SpellMessage } from "../../src/protocol/down.ts";
import type { SpellIssue } from "../../src/protocol/spell.ts";

export interface SavedEdit {
  version: number;
  warnings: SpellIssue[];
}

/** An edit that was made from another version than the present one, which stands beside. */
export class EditConflict extends SpellError {
  readonly present: Omit<SpellMessage, "type" | "requestId">;

  constructor(message: string, present: Omit<SpellMessage, "type" | "requestId">) {
    super("conflict", message);
    this.present = present;
  }
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: SpellError): void;
}

export class Replies {
  readonly #edits = new Map<string, Waiting<SavedEdit>>();
  /** Conflicts whose present document follows. */
  readonly #conflicts = new Map<string, string>();
  #renewals: Waiting<number>[] = [];

  edit(requestId: string): Promise<SavedEdit> {
    return new Promise((resolve, reject) => this.#edits.set(requestId, { resolve, reject }));
  }

  renewal(): Promise<number> {
    return new Promise((resolve, reject) => this.#renewals.push({ resolve, reject }));
  }

  take(message: Exclude<ServerMessage, { seq: number }>): void {
    if (message.type === "spell.saved") {
      const { requestId, version, warnings } = message;
      this.#edits.get(requestId)?.resolve({ version, warnings });
      this.#edits.delete(requestId);
    } else if (message.type === "spell") {
      const { requestId, version, document } = message;
      const why = this.#conflicts.get(requestId);
      this.#conflicts.delete(requestId);
      if (why !== undefined) this.#refuse(requestId, new EditConflict(why, { version, document }));
    } else if (message.type === "token.renewed") this.#renewals.shift()?.resolve(message.at);
  }

  /** True where the error answers a request. */
  refuse({ requestId, code, message }: ErrorMessage): boolean {
    const error = new SpellError(code, message);
    if (requestId === undefined) {
      // Errors without an id answer many things; these codes a renewal.
      if (code !== "unauthorized") return false;
      const waiting = this.#renewals.shift();
      waiting?.reject(error);
      return waiting !== undefined;
    }
    if (!this.#edits.has(requestId)) return false;
    if (code === "conflict") this.#conflicts.set(requestId, message);
    else this.#refuse(requestId, error);
    return true;
  }

  /** The connection is gone: what was `sent` over it is not answered any more. */
  lost(sent: ReadonlySet<string>): void {
    for (const requestId of this.#edits.keys())
      if (sent.has(requestId))
        this.#refuse(
          requestId,
          new SpellError(
            "interrupted",
            "The connection broke before the edit was answered. Compare the spell's version, then edit again.",
          ),
        );
    for (const waiting of this.#renewals)
      waiting.reject(new SpellError("interrupted", "The connection broke; the next one has a new token."));
    this.#renewals = [];
  }

  failAll(error: SpellError): void {
    for (const requestId of this.#edits.keys()) this.#refuse(requestId, error);
    for (const waiting of this.#renewals) waiting.reject(error);
    this.#renewals = [];
  }

  #refuse(requestId: string, error: SpellError): void {
    this.#edits.get(requestId)?.reject(error);
    this.#edits.delete(requestId);
  }
}
