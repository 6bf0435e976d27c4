/** Which spells are published, and at which versions. One that was deleted is not, whatever its row says. */
import { now } from "../platform/clock.ts";
import type { Publication, Share } from "../protocol/publications.ts";
import type { SpellRef } from "../protocol/runs.ts";
import { run } from "./run.ts";

export interface StoredPublication extends Publication {
  owner: string;
  spellId: string;
  /** Versions of the sub-spells that it is pinned to. */
  uses: NonNullable<SpellRef["uses"]>;
}

interface Row {
  public_id: string;
  owner: string;
  spell_id: string;
  version: number;
  uses: string;
  share: string;
}

const isAlive = "s.deleted_at IS NULL AND p.version >= s.first_version";

/** Every method throws SpellError `overloaded` (with `retryAfter`) while D1 is in trouble. */
export class PublicationRepository {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Publishes a version, or moves what is published to it under the id that it has.
   * @param made `publicId`: of a first publication; `share`: as it was unless given
   * @returns null where the spell has no such version
   */
  async put(
    made: Omit<StoredPublication, "share"> & { share?: Share | undefined },
  ): Promise<Publication | null> {
    const { publicId, owner, spellId, version, uses, share } = made;
    const { results } = await run<Row>(
      this.#db,
      `INSERT INTO publications (public_id, owner, spell_id, version, uses, share, published_at)
       SELECT ?1, s.owner, s.id, v.version, ?5, coalesce(?6, 'interface'), ?7
       FROM spells s JOIN spell_versions v USING (owner, id)
       WHERE s.owner = ?2 AND s.id = ?3 AND v.version = ?4 AND v.version >= s.first_version AND s.deleted_at IS NULL
       ON CONFLICT (owner, spell_id) DO UPDATE SET
         version = excluded.version, uses = excluded.uses, share = coalesce(?6, share), published_at = excluded.published_at
       RETURNING *`,
      publicId,
      owner,
      spellId,
      version,
      JSON.stringify(uses),
      share ?? null,
      now(),
    );
    return results[0] === undefined ? null : toldOf(stored(results[0]));
  }

  /** Null where nothing is published under that id. */
  async find(publicId: string): Promise<StoredPublication | null> {
    const { results } = await run<Row>(
      this.#db,
      `SELECT p.* FROM publications p JOIN spells s ON s.owner = p.owner AND s.id = p.spell_id
       WHERE p.public_id = ? AND ${isAlive}`,
      publicId,
    );
    return results[0] === undefined ? null : stored(results[0]);
  }

  /** How a spell is published; null where it is not. */
  async of(owner: string, spellId: string): Promise<Publication | null> {
    const { results } = await run<Row>(
      this.#db,
      `SELECT p.* FROM publications p JOIN spells s ON s.owner = p.owner AND s.id = p.spell_id
       WHERE p.owner = ? AND p.spell_id = ? AND ${isAlive}`,
      owner,
      spellId,
    );
    return results[0] === undefined ? null : toldOf(stored(results[0]));
  }

  /** Gives the id under which it was published; null where it was not. */
  async remove(owner: string, spellId: string): Promise<string | null> {
    const { results } = await run<Pick<Row, "public_id">>(
      this.#db,
      "DELETE FROM publications WHERE owner = ? AND spell_id = ? RETURNING public_id",
      owner,
      spellId,
    );
    return results[0]?.public_id ?? null;
  }
}

const stored = ({ public_id, owner, spell_id, version, uses, share }: Row): StoredPublication => ({
  publicId: public_id,
  owner,
  spellId: spell_id,
  version,
  uses: JSON.parse(uses) as StoredPublication["uses"],
  share: share as Share,
});

const toldOf = ({ publicId, version, share }: StoredPublication): Publication => ({
  publicId,
  version,
  share,
});
