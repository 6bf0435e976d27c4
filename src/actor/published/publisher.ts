/** Publishes a user's spells, and tells the runners of whoever runs them. */
import { PublicationRepository } from "../../db/publications.ts";
import { SpellRepository } from "../../db/spells.ts";
import { newId } from "../../platform/ids.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Publication, PublishRequest, Share } from "../../protocol/publications.ts";
import { loadSpell } from "../loaded-spell.ts";

export interface PublisherOptions {
  db: D1Database;
  owner: string;
  /** Returns when all know. @param share null: it is no longer published */
  tell: (publicId: string, share: Share | null) => Promise<void>;
}

export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** @throws SpellError `not_found` for no such spell or version, `spell_invalid`, `overloaded` */
  async publish(spellId: string, { version, share }: PublishRequest): Promise<Publication> {
    const { db, owner, tell } = this.#options;
    const pin = version === undefined ? undefined : { version };
    const { ref } = await loadSpell(new SpellRepository(db), owner, spellId, pin);
    const made = await new PublicationRepository(db).put({
      publicId: newId(),
      owner,
      spellId,
      version: ref.version,
      // As they are now: what is published changes by publishing alone.
      uses: ref.uses ?? [],
      share,
    });
    if (made === null) throw new SpellError("not_found", `You have no spell "${spellId}" any more.`);
    await tell(made.publicId, made.share);
    return made;
  }

  /** Gives the id under which it was published; null where it was not. @throws SpellError `overloaded` */
  async unpublish(spellId: string): Promise<string | null> {
    const { db, owner, tell } = this.#options;
    const publicId = await new PublicationRepository(db).remove(owner, spellId);
    if (publicId !== null) await tell(publicId, null);
    return publicId;
  }
}
