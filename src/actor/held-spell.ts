/**
 * The spell that a runner holds in memory: loaded once however many ask, forgotten when it changes, and with it the copy in the
 * runner's rows. A copy is made of what was read after the manager knew the runner, and every change that the manager tells removes it,
 * of a runner that sleeps, too: telling wakes it. So one that is there is as good as what is in memory, and a run that finds it asks
 * nobody. What was told may have been lost, so whoever began with a copy looks afterwards, as one without would have looked before.
 */
import type { LoadedSpell, ReadSpell, SpellSources } from "./loaded-spell.ts";
import type { SpellCopy } from "./spell-copy.ts";

export interface HeldSpellOptions {
  spellId: string;
  /** Makes the runner known, so that a version written from then on is told to it. True where it was known before; a manager of the release before tells nothing. */
  register: () => Promise<boolean>;
  load: () => Promise<ReadSpell>;
  /** The same from the copy; null where there is none. */
  copied: () => Promise<Required<ReadSpell> | null>;
  copy: Pick<SpellCopy, "put" | "forget" | "forgetLinked">;
  /** The newest version, 0 where there is none, and whether all is still as it was read. */
  look: (read: SpellSources) => Promise<{ version: number; isSame: boolean }>;
  /** What was begun with is not what there is. It is to be told as a change. */
  outdated: (version: number) => void;
  /** Does work that nobody waits for. */
  after: (ms: number, work: () => Promise<void>) => void;
}

/** For how long a runner that began with a copy is left to its first run and those who read it, before it looks. */
const lookAfterMs = 100;

export class HeldSpell {
  readonly #options: HeldSpellOptions;
  #spell: LoadedSpell | null = null;
  #loading: Promise<LoadedSpell> | null = null;
  /** Raised by every change, so that a load in progress knows that it is late. */
  #changes = 0;

  constructor(options: HeldSpellOptions) {
    this.#options = options;
  }

  /** Null while none is loaded: a run that finds one here begins without a wait. */
  get present(): LoadedSpell | null {
    return this.#spell;
  }

  /** @throws SpellError `not_found`, `overloaded` */
  async get(): Promise<LoadedSpell> {
    if (this.#spell !== null) return this.#spell;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  forget(): void {
    this.#drop();
    this.#options.copy.forget();
  }

  /** A new version of `spellId` exists. Spells that this one uses may be found by a name that they have only now. */
  changed(spellId: string): void {
    if (spellId === this.#options.spellId) return this.forget();
    if (this.#spell?.usesOthers === false) return;
    this.#drop();
    this.#options.copy.forgetLinked();
  }

  #drop(): void {
    this.#changes += 1;
    this.#spell = null;
  }

  async #load(): Promise<LoadedSpell> {
    const { register, load, copied, copy, after } = this.#options;
    const before = this.#changes;
    const kept = await copied();
    if (kept !== null && before === this.#changes) {
      this.#spell = kept.spell;
      after(lookAfterMs, () => this.#compare(kept));
      return kept.spell;
    }
    for (;;) {
      const changes = this.#changes;
      // Read meanwhile: of a runner that was known all along no version can have been missed. Else it is read again.
      const [wasKnown, early] = await Promise.all([register(), load()]);
      const { spell, sources } = wasKnown ? early : await load();
      if (changes !== this.#changes) continue;
      this.#spell = spell;
      if (sources !== undefined)
        after(0, async () => {
          if (this.#spell === spell) copy.put(sources);
        });
      return spell;
    }
  }

  async #compare({ spell, sources }: Required<ReadSpell>): Promise<void> {
    // Changed since: what is held now was read afterwards.
    if (this.#spell !== spell) return;
    const { register, look, outdated } = this.#options;
    const [wasKnown, { version, isSame }] = await Promise.all([register(), look(sources)]);
    // One that was not known may have missed any number of versions, and the same number may stand for another now.
    if (this.#spell === spell && !(wasKnown && isSame)) outdated(version);
  }
}
