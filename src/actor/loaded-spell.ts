/** Reads a spell and its sub-spells and compiles them. */
import { PublicationRepository } from "../db/publications.ts";
import { SpellRepository } from "../db/spells.ts";
import { compile, wantedSpells } from "../graph/compile.ts";
import { catalogue } from "../nodes/index.ts";
import { SpellError } from "../protocol/errors.ts";
import type { Plan } from "../protocol/plan.ts";
import type { Share } from "../protocol/publications.ts";
import type { SpellRef } from "../protocol/runs.ts";
import type { SpellDocument } from "../protocol/spell.ts";

export interface LoadedSpell {
  plan: Plan;
  ref: SpellRef;
  /** Depends on other stored spells, found or not, so that any change of a spell may concern it. */
  usesOthers: boolean;
  /** When the spell was made; another time after it was deleted and made anew. */
  createdAt: number;
}

/** What a spell is compiled from. */
export interface SpellSources {
  main: SpellDocument;
  /** What was found by each id or name that it and those others ask for, `undefined` for nothing. */
  others: ReadonlyMap<string, SpellDocument | undefined>;
  /** When the spell was made. */
  createdAt: number;
}

/** A spell with what it was compiled from; without that where no copy of it may be kept. */
export interface ReadSpell {
  spell: LoadedSpell;
  sources?: SpellSources;
}

/** Sub-spells fetched for one plan; more is a mistake in the drawing. */
const maxFetched = 200;

/** What a run was pinned to: sub-spells too, where `uses` is given. */
export type Pin = Pick<SpellRef, "version" | "uses">;

/** What to load for a run that has begun. One that used no other spell is pinned to none, which is not the same as to the newest. */
export const pinOf = (ref: SpellRef): Pin => ({ uses: [], ...ref });

/**
 * What D1 has of a spell.
 * @param pin the newest of everything when absent
 * @throws SpellError `not_found`, `overloaded`
 */
export async function readSources(
  spells: SpellRepository,
  owner: string,
  spellId: string,
  pin?: Pin,
): Promise<SpellSources> {
  const stored =
    pin === undefined
      ? await spells.get(owner, spellId)
      : await spells.getLiveVersion(owner, spellId, pin.version);
  if (stored === null) throw notFound(spellId, pin?.version);
  const find = pin?.uses === undefined ? newest(spells, owner) : pinned(spells, owner, pin.uses);
  const main = stored.document;
  return { main, others: await gather(main, find), createdAt: stored.createdAt };
}

/** @throws SpellError `spell_invalid` for one that uses too many others, and what `find` throws */
export async function gather(main: SpellDocument, find: Find): Promise<SpellSources["others"]> {
  const found = new Map<string, SpellDocument | undefined>();
  // Two names can stand for one spell; one document object for it keeps it one graph of the plan.
  const byId = new Map<string, SpellDocument>([[main.id, main]]);
  const wanted = wantedSpells(main, catalogue);
  for (let i = 0; i < wanted.length; i++) {
    const ref = wanted[i] as string;
    if (found.has(ref)) continue;
    if (found.size >= maxFetched)
      throw new SpellError("spell_invalid", `The spell "${main.id}" uses more than ${maxFetched} others.`);
    const inner = ref === main.id ? main : await find(ref);
    const document = inner === undefined ? undefined : (byId.get(inner.id) ?? inner);
    found.set(ref, document);
    if (document === undefined || byId.get(document.id) === document) continue;
    byId.set(document.id, document);
    wanted.push(...wantedSpells(document, catalogue));
  }
  return found;
}

export function compiled({ main, others, createdAt }: SpellSources): LoadedSpell {
  const { plan, uses } = compile(main, catalogue, (ref) => others.get(ref));
  return {
    plan,
    ref: { id: main.id, version: main.version, ...(uses.length === 0 ? {} : { uses }) },
    usesOthers: others.size > 0,
    createdAt,
  };
}

/**
 * {@link readSources}, compiled.
 * @throws SpellError `not_found`, `overloaded`
 */
export const loadSpell = async (...asked: Parameters<typeof readSources>): Promise<LoadedSpell> =>
  compiled(await readSources(...asked));

/**
 * What is published under that id, as its owner published it: sub-spells are his, at the versions that they had.
 * @param pin what a run has begun with
 * @throws SpellError `not_found`, `overloaded`
 */
export async function loadPublished(
  db: D1Database,
  publicId: string,
  pin?: Pin,
): Promise<{ spell: LoadedSpell; version: number; share: Share }> {
  const found = await new PublicationRepository(db).find(publicId);
  if (found === null)
    throw new SpellError("not_found", `Nothing is published as "@${publicId.slice(0, 128)}".`);
  const { owner, spellId, version, uses, share } = found;
  const spell = await loadSpell(new SpellRepository(db), owner, spellId, pin ?? { version, uses });
  // No change of a spell concerns it: only publishing again does.
  return { spell: { ...spell, usesOthers: false }, version, share };
}

/** A spell by its id or name. */
export type Find = (ref: string) => Promise<SpellDocument | undefined>;

/** The owner's spell with that id, else the newest with exactly that name. */
const newest =
  (spells: SpellRepository, owner: string): Find =>
  async (ref) =>
    ((await spells.get(owner, ref)) ?? (await spells.findByName(owner, ref)))?.document;

/** The same among the versions that a run used. */
function pinned(spells: SpellRepository, owner: string, uses: NonNullable<Pin["uses"]>): Find {
  const documents = Promise.all(
    uses.map(async ({ id, version }) => (await spells.getVersion(owner, id, version))?.document),
  );
  return async (ref) => {
    const found = (await documents).filter((document) => document !== undefined);
    return found.find(({ id }) => id === ref) ?? found.find(({ name }) => name === ref);
  };
}

const notFound = (spellId: string, version: number | undefined): SpellError =>
  new SpellError(
    "not_found",
    version === undefined
      ? `There is no spell "${spellId}".`
      : `The spell "${spellId}" has no version ${version}.`,
  );
