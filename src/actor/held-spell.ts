/** The spell that a runner holds in memory: loaded once however many ask, forgotten when it changes. */
import type { LoadedSpell } from "./loaded-spell.ts";

export interface HeldSpellOptions {
  spellId: string;
  /** Makes the runner known, so that a version written from then on is told to it. True where it was known before; a manager of the release before tells nothing. */
  register: () => Promise<boolean>;
  load: () => Promise<LoadedSpell>;
}

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
    this.#changes += 1;
    this.#spell = null;
  }

  /** A new version of `spellId` exists. Spells that this one uses may be found by a name that they have only now. */
  changed(spellId: string): void {
    if (spellId === this.#options.spellId || this.#spell?.usesOthers !== false) this.forget();
  }

  async #load(): Promise<LoadedSpell> {
    for (;;) {
      const changes = this.#changes;
      // Read meanwhile: of a runner that was known all along no version can have been missed. Else it is read again.
      const [wasKnown, early] = await Promise.all([this.#options.register(), this.#options.load()]);
      const spell = wasKnown ? early : await this.#options.load();
      if (changes !== this.#changes) continue;
      this.#spell = spell;
      return spell;
    }
  }
}
