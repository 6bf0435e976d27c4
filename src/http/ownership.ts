/** Which spells are whose, remembered so that a warm run asks no database. */
import { publicIdOf } from "../actor/address.ts";
import { PublicationRepository } from "../db/publications.ts";
import { SpellRepository } from "../db/spells.ts";
import { now } from "../platform/clock.ts";
import { ExpiringMap } from "../platform/expiring-map.ts";
import { SpellError } from "../protocol/errors.ts";
import { spellAddress } from "../protocol/spell.ts";

const memoryMs = 60_000;
/** Only that a spell exists is remembered, never that it does not: a new one must be there at once, everywhere. */
const known = new ExpiringMap<true>(50_000);

const keyOf = (owner: string, id: string): string => JSON.stringify([owner, id]);

/** @throws SpellError `not_found` when `owner` has no such spell, another's included */
export async function requireSpell(db: D1Database, owner: string, id: string): Promise<void> {
  const key = keyOf(owner, id);
  if (known.get(key, now()) === true) return;
  if (!(await new SpellRepository(db).exists(owner, id))) throw noSuchSpell(id);
  known.set(key, true, now() + memoryMs);
}

/** Whose published spells are of which ids. */
const published = new ExpiringMap<string>(50_000);

/** The owner of what is published under that id. @throws SpellError `not_found` */
export async function requirePublished(db: D1Database, publicId: string): Promise<string> {
  const remembered = published.get(publicId, now());
  if (remembered !== undefined) return remembered;
  const isOne = spellAddress.safeParse(`@${publicId}`).success;
  const found = isOne ? await new PublicationRepository(db).find(publicId) : null;
  if (found === null) throw noSuchSpell(`@${publicId}`);
  published.set(publicId, found.owner, now() + memoryMs);
  return found.owner;
}

/** To be called when a runner says that its spell is gone: it was deleted through another isolate. */
export function forgetSpell(owner: string, id: string): void {
  const publicId = publicIdOf(id);
  if (publicId === undefined) known.delete(keyOf(owner, id));
  else published.delete(publicId);
}

export const noSuchSpell = (id: string): SpellError =>
  new SpellError("not_found", `You have no spell "${id.slice(0, 128)}".`);
