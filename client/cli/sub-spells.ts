/** Which of the spells at hand a spell needs, and under which ids they have to be saved so that its nodes find them. */
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { spellId } from "../../src/protocol/spell.ts";

export interface SpellAtHand {
  /** What the spell is called where its file says nothing: the file's name without `.json`. */
  stem: string;
  document: SpellDocument;
}

export interface Gathered {
  /** Sub-spells first, the main one last. */
  documents: SpellDocument[];
  /** Ids and names that nothing at hand has. */
  missing: string[];
}

/**
 * A Spell node asks by id or name: the first spell of that id counts, else of that name, else of that file name.
 * Documents get another id where two would have the same.
 * @param others called once, only when something is wanted
 * @param wantedBy ids and names that a document asks for
 */
export function gatherSpells(
  main: SpellAtHand,
  others: () => readonly SpellAtHand[],
  wantedBy: (document: SpellDocument) => readonly string[],
): Gathered {
  let atHand: readonly SpellAtHand[] | undefined;
  const taken = new Map([[main.document.id, main.document]]);
  const missing = new Set<string>();
  const open = [main.document];
  const found: SpellDocument[] = [];
  for (let document = open.shift(); document !== undefined; document = open.shift()) {
    found.unshift(document);
    for (const ref of wantedBy(document)) {
      if (answers(taken.values(), ref)) continue;
      atHand ??= [main, ...others()];
      const spell = choose(atHand, ref);
      if (spell === undefined) missing.add(ref);
      else {
        const isNew = ![...taken.values()].includes(spell.document);
        nameAfter(spell.document, ref, taken, isNew);
        taken.set(spell.document.id, spell.document);
        if (isNew) open.push(spell.document);
      }
    }
  }
  return { documents: found, missing: [...missing] };
}

const answers = (documents: Iterable<SpellDocument>, ref: string): boolean =>
  [...documents].some(({ id, name }) => id === ref || name === ref);

const choose = (spells: readonly SpellAtHand[], ref: string): SpellAtHand | undefined =>
  spells.find(({ document }) => document.id === ref) ??
  spells.find(({ document }) => document.name === ref) ??
  spells.find(({ stem }) => stem === ref);

/** Sees to it that the document is found by `ref`, and that its id is its own. */
function nameAfter(
  document: SpellDocument,
  ref: string,
  taken: ReadonlyMap<string, SpellDocument>,
  isNew: boolean,
): void {
  const isFree = (id: string): boolean => taken.get(id) === undefined || taken.get(id) === document;
  if (document.id !== ref && document.name !== ref) {
    // Only its file is called so. The main spell keeps the id under which it is run.
    if (isNew && spellId.safeParse(ref).success && isFree(ref)) document.id = ref;
    else document.name = ref;
  }
  const { id } = document;
  for (let n = 2; !isFree(document.id); n += 1) document.id = `${id.slice(0, 120)}-${n}`;
}

/** A text made into what may be a spell's id. */
export const idFromText = (text: string): string =>
  text.replaceAll(/[^A-Za-z0-9_.-]+/g, "-").slice(0, 128) || "spell";
