/** Tells a runner's connections of new versions of its spell, in order and each once, by the journal. */
import type { SpellRepository } from "../db/spells.ts";
import { describeError, log } from "../platform/log.ts";
import type { SpellChanged } from "../protocol/events.ts";
import type { JsonObject } from "../protocol/values.ts";
import type { RunnerAddress } from "./address.ts";
import { patchBetween, referenceTo } from "./spell-patch.ts";

export interface SpellChangesOptions {
  address: RunnerAddress;
  spells: Pick<SpellRepository, "getVersion">;
  /** Whether a connection listens: to no one nothing is told, and a welcome names the version. */
  isHeard: () => boolean;
  record: (event: SpellChanged) => void;
}

/** Versions whose news came out of order are told together, this many at most. */
const maxTogether = 10;

export class SpellChanges {
  readonly #options: SpellChangesOptions;
  /** The newest version that was told since the object began. Clients go by the numbers, so one told twice or never does no harm. */
  #told = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SpellChangesOptions) {
    this.#options = options;
  }

  /**
   * Version `version` is in D1. Never fails.
   * @param patch JSON of what made it, where that is known and fits
   */
  tell(version: number, patch?: string): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#tell(version, patch))
      .catch((error: unknown) =>
        log.error("connections were not told of a changed spell", {
          ...this.#options.address,
          error: describeError(error),
        }),
      );
    return this.#turn;
  }

  async #tell(version: number, patch: string | undefined): Promise<void> {
    if (version <= this.#told) return;
    const first = this.#told === 0 ? version : Math.max(this.#told + 1, version - maxTogether);
    this.#told = version;
    if (!this.#options.isHeard()) return;
    for (let next = first; next <= version; next++) {
      const known = next === version && patch !== undefined ? (JSON.parse(patch) as JsonObject[]) : undefined;
      this.#options.record({
        type: "spell.changed",
        version: next,
        patch: known ?? (await this.#patchOf(next)),
        by: this.#options.address.owner,
      });
    }
  }

  async #patchOf(version: number): Promise<JsonObject[]> {
    const { spells, address } = this.#options;
    const get = (n: number) => spells.getVersion(address.owner, address.spellId, n);
    try {
      const [before, after] = await Promise.all([get(version - 1), get(version)]);
      if (after !== null) return patchBetween(before, after);
    } catch (error) {
      log.warn("a version could not be read to tell what changed", {
        ...address,
        version,
        error: describeError(error),
      });
    }
    return [{ op: "replace", path: "", value: referenceTo(version, "") }];
  }
}
