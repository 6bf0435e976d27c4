import { describe, expect, it } from "vitest";
import { HeldSpell } from "../../src/actor/held-spell.ts";
import type { LoadedSpell, ReadSpell, SpellSources } from "../../src/actor/loaded-spell.ts";

const readAt = (version: number, usesOthers = false): Required<ReadSpell> => ({
  spell: { ref: { id: "s", version }, usesOthers } as LoadedSpell,
  sources: { main: { version } } as SpellSources,
});

interface Given {
  isKnown: boolean;
  /** The version that there is a copy of. */
  copied?: number;
  usesOthers?: boolean;
  /** While the manager is asked. */
  during?: (spell: HeldSpell) => void;
}

/** A database with one spell, a manager that may know of the runner, and a copy that there may be. */
function held({ isKnown, copied, usesOthers, during }: Given) {
  let version = 1;
  let reads = 0;
  let looks = 0;
  let asked = 0;
  let copy = copied === undefined ? null : readAt(copied, usesOthers);
  const outdated: number[] = [];
  const later: (() => Promise<void>)[] = [];
  const spell: HeldSpell = new HeldSpell({
    spellId: "s",
    register: async () => {
      asked += 1;
      await Promise.resolve();
      during?.(spell);
      return isKnown;
    },
    load: async () => {
      reads += 1;
      return readAt(version, usesOthers);
    },
    copied: async () => copy,
    copy: {
      put: ({ main }) => void (copy = readAt(main.version, usesOthers)),
      forget: () => void (copy = null),
      forgetLinked: () => {
        if (copy?.spell.usesOthers === true) copy = null;
      },
    },
    look: async (read) => {
      looks += 1;
      return { version, isSame: read.main.version === version };
    },
    outdated: (found) => {
      outdated.push(found);
      spell.changed("s");
    },
    after: (_ms, work) => void later.push(work),
  });
  return {
    spell,
    outdated,
    write: () => void (version += 1),
    reads: () => reads,
    looks: () => looks,
    asked: () => asked,
    copy: () => copy?.spell.ref.version,
    /** What was put off is done now. */
    passed: async () => {
      for (const work of later.splice(0)) await work();
    },
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

describe("the copy of a spell", () => {
  it("is made after whoever waits for the spell has it", async () => {
    const { spell, copy, passed } = held({ isKnown: true });
    await spell.get();
    expect(copy()).toBeUndefined();
    await passed();
    expect(copy()).toBe(1);
  });

  it("is not made of what has changed meanwhile", async () => {
    const { spell, copy, passed } = held({ isKnown: true });
    await spell.get();
    spell.changed("s");
    await passed();
    expect(copy()).toBeUndefined();
  });

  it("is begun with without asking anybody, and looked after later", async () => {
    const { spell, reads, looks, asked, passed, outdated, copy } = held({ isKnown: true, copied: 1 });
    expect((await spell.get()).ref.version).toBe(1);
    expect([reads(), looks(), asked()]).toEqual([0, 0, 0]);
    await passed();
    expect([reads(), looks(), asked()]).toEqual([0, 1, 1]);
    expect(outdated).toEqual([]);
    expect([copy(), spell.present?.ref.version]).toEqual([1, 1]);
  });

  it("is forgotten where a version was missed, and the next run has that", async () => {
    const { spell, write, passed, outdated, copy } = held({ isKnown: true, copied: 1 });
    write();
    expect((await spell.get()).ref.version).toBe(1);
    await passed();
    expect(outdated).toEqual([2]);
    expect(copy()).toBeUndefined();
    expect((await spell.get()).ref.version).toBe(2);
  });

  it("counts for nothing where the manager did not know the runner", async () => {
    const { spell, passed, outdated, copy } = held({ isKnown: false, copied: 1 });
    await spell.get();
    await passed();
    expect(outdated).toEqual([1]);
    expect(copy()).toBeUndefined();
  });

  it("is not judged by what was asked before a change was told", async () => {
    const all = held({ isKnown: true, copied: 1, during: (one) => one.changed("s") });
    await all.spell.get();
    all.write();
    await all.passed();
    expect(all.outdated).toEqual([]);
    expect(all.copy()).toBeUndefined();
  });

  it("goes with a change of the spell, and of another only where it uses others", async () => {
    for (const [usesOthers, left] of [
      [false, 1],
      [true, undefined],
    ] as const) {
      const asleep = held({ isKnown: true, copied: 1, usesOthers });
      asleep.spell.changed("other");
      expect(asleep.copy()).toBe(left);
      const awake = held({ isKnown: true, copied: 1, usesOthers });
      await awake.spell.get();
      awake.spell.changed("other");
      expect([awake.copy(), awake.spell.present?.ref.version]).toEqual([left, left]);
      awake.spell.changed("s");
      expect([awake.copy(), awake.spell.present]).toEqual([undefined, null]);
    }
  });

  it("is not judged once another version is held", async () => {
    const all = held({ isKnown: true, copied: 1 });
    await all.spell.get();
    all.write();
    all.spell.changed("s");
    await all.spell.get();
    await all.passed();
    expect([all.looks(), all.outdated, all.copy()]).toEqual([0, [], 2]);
  });

  it("is left alone where a change is told while it is read", async () => {
    const all = held({ isKnown: true, copied: 1 });
    const getting = all.spell.get();
    all.write();
    all.spell.changed("s");
    expect((await getting).ref.version).toBe(2);
  });
});
