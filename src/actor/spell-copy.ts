/**
 * What a runner has read of its spell, as documents in a row of its own: one that starts again compiles it from here and asks nobody.
 * Documents and not the plan, so that no release reads what another has compiled. `held-spell.ts` says when a copy counts.
 */
import type { SpellDocument } from "../protocol/spell.ts";
import { compiled, gather, type ReadSpell, type SpellSources } from "./loaded-spell.ts";

/** UTF-16 units, at most 3 bytes each, so below the 2 MB of a row. Larger spells take longer to compile than to be read. */
export const maxCopyLength = 256 * 1024;

interface Body {
  main: SpellDocument;
  others: [ref: string, document: SpellDocument | null][];
  createdAt: number;
}

export class SpellCopy {
  readonly #sql: SqlStorage;
  readonly #spellId: string;

  constructor(sql: SqlStorage, spellId: string) {
    this.#sql = sql;
    this.#spellId = spellId;
  }

  /** Null where there is none, or none that this release can go by. */
  async get(): Promise<Required<ReadSpell> | null> {
    const [row] = this.#sql
      .exec<{ body: string }>("SELECT body FROM spell_copies WHERE spell_id = ?", this.#spellId)
      .toArray();
    if (row === undefined) return null;
    try {
      const { main, others, createdAt } = JSON.parse(row.body) as Body;
      const known = new Map(others);
      const find = async (ref: string): Promise<SpellDocument | undefined> => {
        const document = known.get(ref);
        // Another release may ask for more.
        if (document === undefined) throw new Error(`The copy says nothing of "${ref}".`);
        return document ?? undefined;
      };
      const sources = { main, others: await gather(main, find), createdAt };
      return { spell: compiled(sources), sources };
    } catch {
      this.forget();
      return null;
    }
  }

  /** Keeps it in the place of what was there; nothing of what is too large. */
  put({ main, others, createdAt }: SpellSources): void {
    const body: Body = {
      main,
      others: [...others].map(([ref, document]) => [ref, document ?? null]),
      createdAt,
    };
    const text = JSON.stringify(body);
    if (text.length > maxCopyLength) return this.forget();
    this.#sql.exec(
      "INSERT OR REPLACE INTO spell_copies (spell_id, uses_others, body) VALUES (?, ?, ?)",
      this.#spellId,
      others.size > 0 ? 1 : 0,
      text,
    );
  }

  forget(): void {
    this.#sql.exec("DELETE FROM spell_copies");
  }

  /** Forgets one whose spell uses others. */
  forgetLinked(): void {
    this.#sql.exec("DELETE FROM spell_copies WHERE uses_others = 1");
  }
}
