import { describe, expect, it } from "vitest";
import { HeldSpell } from "../../src/actor/held-spell.ts";
import type { LoadedSpell } from "../../src/actor/loaded-spell.ts";

/** A database with one spell, and a manager that may know of the runner. */
function held({ isKnown, during }: { isKnown: boolean; during?: (spell: HeldSpell) => void }) {
  let version = 1;
  let reads = 0;
  const spell: HeldSpell = new HeldSpell({
    spellId: "s",
    register: async () => {
      await Promise.resolve();
      during?.(spell);
      return isKnown;
    },
    load: async () => {
      reads += 1;
      return { ref: { id: "s", version }, usesOthers: false } as LoadedSpell;
    },
  });
  return {
    spell,
    write: () => void (version += 1),
    reads: () => reads,
  };
}

describe("a spell that is held", () => {
  it("is read once by a runner that was known", async () => {
    const { spell, reads } = held({ isKnown: true });
    expect((await spell.get()).ref.version).toBe(1);
    expect(reads()).toBe(1);
  });

  it("is read once more by one that was not, so that a version written meanwhile is not missed", async () => {
    const { spell, write, reads } = held({ isKnown: false, during: () => write() });
    expect((await spell.get()).ref.version).toBe(2);
    expect(reads()).toBe(2);
  });

  it("is read anew where a version is told while it is read", async () => {
    let isTold = false;
    const { spell, write } = held({
      isKnown: true,
      during: (one) => {
        if (isTold) return;
        isTold = true;
        write();
        one.changed("s");
      },
    });
    expect((await spell.get()).ref.version).toBe(2);
  });

  it("is read once however many ask", async () => {
    const { spell, reads } = held({ isKnown: true });
    await Promise.all([spell.get(), spell.get(), spell.get()]);
    expect(reads()).toBe(1);
  });
});
