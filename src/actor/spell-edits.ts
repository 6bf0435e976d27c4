/** Edits over a connection: a patch on the newest version becomes the next one, by the same compare-and-set as `PUT`. */
import { mayHaveLanded } from "../db/d1-errors.ts";
import { type SpellRepository, VersionConflict } from "../db/spells.ts";
import type { StoredSpell } from "../db/stored-spell.ts";
import { importSpell } from "../graph/import.ts";
import { applyPatch } from "../graph/json-patch.ts";
import { isSameJson } from "../graph/same-json.ts";
import { toldIssues } from "../graph/told-issues.ts";
import { validateSpell } from "../graph/validate.ts";
import { catalogue } from "../nodes/index.ts";
import type { ErrorMessage, ServerMessage } from "../protocol/down.ts";
import { SpellError } from "../protocol/errors.ts";
import type { SpellDocument, SpellIssue } from "../protocol/spell.ts";
import type { EditCommand } from "../protocol/up.ts";
import { isJsonObject, type Json, type JsonObject, maxFrameBytes } from "../protocol/values.ts";
import type { RunnerAddress } from "./address.ts";
import { fits } from "./large-values.ts";
import { isInline, referenceTo } from "./spell-patch.ts";

export interface SpellEditsOptions {
  address: RunnerAddress;
  spells: Pick<SpellRepository, "get" | "put">;
  /** Returns when every loaded runner knows of the new version. Never fails. @param patch JSON of what made it, where it fits */
  changed: (version: number, patch: string | undefined) => Promise<void>;
}

/** Room for what a frame has around its largest part. */
const room = 1024;

export class SpellEdits {
  readonly #options: SpellEditsOptions;

  constructor(options: SpellEditsOptions) {
    this.#options = options;
  }

  /**
   * @returns frames for the sender: `spell.saved`, or `error` and `spell` where the edit was made from another version
   * @throws SpellError `forbidden`, `not_found`, `bad_request`, `too_large`, `overloaded`: nothing was changed
   */
  async edit({ requestId, baseVersion, patch }: EditCommand): Promise<string[]> {
    const { address, spells, changed } = this.#options;
    const { owner, spellId } = address;
    const stored = await this.#present();
    if (stored.version !== baseVersion) return staleFrames(requestId, baseVersion, stored);
    // Before it is applied: the operations' own values become parts of the document.
    const text = JSON.stringify(patch);
    const edited = applyEdit(stored, patch);
    let version: number;
    try {
      ({ version } = await spells.put(owner, spellId, edited.document, { expectedVersion: baseVersion }));
    } catch (error) {
      // It may be there all the same: runners look again, and whoever is asked next gets what is true.
      if (mayHaveLanded(error)) await changed(0, undefined);
      if (!(error instanceof VersionConflict)) throw error;
      return staleFrames(requestId, baseVersion, await this.#present());
    }
    await changed(version, edited.isExact && isInline(text) ? text : undefined);
    return [savedFrame(requestId, version, edited.warnings)];
  }

  async #present(): Promise<StoredSpell> {
    const { owner, spellId } = this.#options.address;
    const stored = await this.#options.spells.get(owner, spellId);
    if (stored === null) throw new SpellError("not_found", `There is no spell "${spellId}" to edit.`);
    return stored;
  }
}

interface Edited {
  document: SpellDocument;
  warnings: SpellIssue[];
  /** The patch makes exactly what is stored: the schema left nothing out of it. */
  isExact: boolean;
}

const fixed = ["format", "id", "version"] as const;

function applyEdit(stored: StoredSpell, patch: readonly JsonObject[]): Edited {
  const patched = applyPatch(stored.document as unknown as Json, patch);
  const was = stored.document;
  for (const field of fixed)
    if (isJsonObject(patched) && patched[field] !== was[field])
      throw new SpellError(
        "bad_request",
        `A patch cannot change the "${field}" of a spell. Nothing was changed.`,
        {
          errors: [{ path: field, message: "cannot be changed by a patch" }],
        },
      );
  const { document, issues } = importSpell(patched);
  const kept = { ...document, version: was.version } as unknown as Json;
  return {
    document,
    warnings: toldIssues([...issues, ...validateSpell(document, catalogue)]),
    isExact: isSameJson(patched, kept),
  };
}

function savedFrame(requestId: string, version: number, warnings: readonly SpellIssue[]): string {
  const frame = (told: readonly SpellIssue[]): string =>
    JSON.stringify({
      type: "spell.saved",
      requestId,
      version,
      warnings: [...told],
    } satisfies ServerMessage);
  const whole = frame(warnings);
  // Names of sockets have no bound, and stand in the warnings of them.
  return fits(whole, maxFrameBytes - room) ? whole : frame([]);
}

function staleFrames(requestId: string, baseVersion: number, stored: StoredSpell): string[] {
  const { version, json } = stored;
  const error: ErrorMessage = {
    type: "error",
    requestId,
    code: "conflict",
    message: `The spell is at version ${version}, and this edit was made from version ${baseVersion}. Apply it to the document that follows and send it again.`,
  };
  const document = fits(json, maxFrameBytes - room) ? json : JSON.stringify(referenceTo(version, json));
  return [
    JSON.stringify(error),
    `{"type":"spell","requestId":${JSON.stringify(requestId)},"version":${version},"document":${document}}`,
  ];
}
