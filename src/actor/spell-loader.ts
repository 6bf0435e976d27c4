/** How a runner comes by its spell: read from D1 or from its copy, with whatever its nodes need. */
import { SpellRepository } from "../db/spells.ts";
import { calledBack, sandboxed } from "../nodes/index.ts";
import { SpellError } from "../protocol/errors.ts";
import { publicIdOf, type RunnerAddress } from "./address.ts";
import { sandbox } from "./engine-ports.ts";
import {
  compiled,
  type LoadedSpell,
  loadPublished,
  type Pin,
  type ReadSpell,
  readSources,
  type SpellSources,
} from "./loaded-spell.ts";
import type { Disclosure } from "./published/disclosure.ts";
import type { SpellCopy } from "./spell-copy.ts";

export interface SpellLoaderOptions {
  address: RunnerAddress;
  db: D1Database;
  disclosure: Pick<Disclosure, "share">;
  copy: Pick<SpellCopy, "get">;
  /** Makes the addresses of webhooks lead here. */
  register: () => Promise<void>;
  /** The spell was made at that time: what an earlier one of its id did is nothing of its own. */
  belongTo: (createdAt: number) => void;
}

/** Every method throws SpellErrors, `not_found` and `overloaded`. */
export class SpellLoader {
  readonly #options: SpellLoaderOptions;
  readonly #spells: SpellRepository;

  constructor(options: SpellLoaderOptions) {
    this.#options = options;
    this.#spells = new SpellRepository(options.db);
  }

  /** As it is stored, for whoever wants no more than to look at it. @param pin the newest of everything when absent */
  async read(pin?: Pin): Promise<ReadSpell> {
    const { address, db, disclosure } = this.#options;
    const { caller, owner, spellId } = address;
    const publicId = publicIdOf(spellId);
    if (publicId === undefined) {
      const sources = await readSources(this.#spells, owner, spellId, pin);
      // Of another's spell the caller's manager tells nothing.
      return { spell: compiled(sources), ...(caller === owner ? { sources } : {}) };
    }
    const { spell, share } = await loadPublished(db, publicId, pin);
    disclosure.share = share;
    return { spell };
  }

  /** The newest of everything, for new runs. */
  async newest(): Promise<ReadSpell> {
    const read = await this.read();
    await this.#provide(read.spell);
    this.#options.belongTo(read.spell.createdAt);
    return read;
  }

  /** What a run has begun with. */
  async pinned(pin: Pin): Promise<LoadedSpell> {
    const { spell } = await this.read(pin);
    await this.#provide(spell);
    return spell;
  }

  /** {@link newest} as it was when the copy was made, with all that was done then; null where there is no copy. */
  async copied(): Promise<Required<ReadSpell> | null> {
    const read = await this.#options.copy.get();
    if (read !== null) await provideSandbox(read.spell);
    return read;
  }

  /** The newest version, 0 where there is none, and whether all is still as it was read. */
  async look(read: SpellSources): Promise<{ version: number; isSame: boolean }> {
    const { owner, spellId } = this.#options.address;
    if (read.others.size === 0) {
      const head = await this.#spells.head(owner, spellId);
      return {
        version: head?.version ?? 0,
        isSame: head?.version === read.main.version && head.createdAt === read.createdAt,
      };
    }
    const present = await readSources(this.#spells, owner, spellId).catch((thrown: unknown) => {
      if (SpellError.from(thrown).code === "not_found") return null;
      throw thrown;
    });
    return {
      version: present?.main.version ?? 0,
      isSame: present !== null && versionsIn(present) === versionsIn(read),
    };
  }

  async #provide(spell: LoadedSpell): Promise<void> {
    await provideSandbox(spell);
    if (spell.plan.components.some((name) => calledBack.has(name))) await this.#options.register();
  }
}

async function provideSandbox({ plan }: LoadedSpell): Promise<void> {
  if (plan.components.some((name) => sandboxed.has(name))) await sandbox.load();
}

/** All that tells what was read from what is read later. */
const versionsIn = ({ main, others, createdAt }: SpellSources): string =>
  JSON.stringify([
    main.version,
    createdAt,
    [...others].map(([ref, document]) => [ref, document?.id, document?.version]),
  ]);
