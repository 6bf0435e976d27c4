/** Which spells are whose, remembered so that a warm run asks no database. */
import { SpellRepository } from "../db/spells.ts";
import { now } from "../platform/clock.ts";
import { ExpiringMap } from "../platform/expiring-map.ts";
import { SpellError } from "../protocol/errors.ts";

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

/** To be called when a runner says that its spell is gone: it was deleted through another isolate. */
export const forgetSpell = (owner: string, id: string): void => known.delete(keyOf(owner, id));

export const noSuchSpell = (id: string): SpellError =>
  new SpellError("not_found", `You have no spell "${id.slice(0, 128)}".`);
