import { describe, expect, it } from "vitest";
import { gatherSpells, idFromText, type SpellAtHand } from "../../client/cli/sub-spells.ts";
import { wantedSpells } from "../../src/graph/compile.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { type SpellDocument, spellId } from "../../src/protocol/spell.ts";

/** A spell that runs others, by their ids or names. */
const spell = (id: string, name: string, ...runs: string[]): SpellDocument => ({
  format: "spellrunner@1",
  id,
  name,
  version: 0,
  nodes: Object.fromEntries(
    runs.map((ref, i) => [`n${i}`, { component: "Spell", position: [0, i], data: { spell: ref } }]),
  ),
  edges: {},
});
const file = (stem: string, document: SpellDocument): SpellAtHand => ({ stem, document });
const gather = (main: SpellAtHand, ...others: SpellAtHand[]) =>
  gatherSpells(
    main,
    () => others,
    (document) => wantedSpells(document, catalogue),
  );
const ids = (documents: SpellDocument[]) => documents.map(({ id }) => id);

describe("gathering what a spell needs", () => {
  it("looks at nothing else when the spell runs no other", () => {
    const { documents, missing } = gatherSpells(
      file("a", spell("a", "A")),
      () => expect.unreachable(),
      (document) => wantedSpells(document, catalogue),
    );
    expect(ids(documents)).toEqual(["a"]);
    expect(missing).toEqual([]);
  });

  it("takes what is asked for and what that asks for, and leaves the rest", () => {
    const { documents, missing } = gather(
      file("a", spell("a", "A", "b")),
      file("b", spell("b", "B", "Cee")),
      file("c", spell("c", "Cee")),
      file("d", spell("d", "D")),
    );
    expect(ids(documents).toSorted()).toEqual(["a", "b", "c"]);
    expect(documents.at(-1)?.id).toBe("a");
    expect(missing).toEqual([]);
  });

  it("prefers an id to a name, and a name to a file's name", () => {
    const [byId, byName, byStem] = [spell("x", "1"), spell("2", "x"), spell("3", "3")];
    const all = [file("x", byStem), file("2", byName), file("1", byId)];
    const chosen = (...others: SpellAtHand[]) =>
      gather(file("a", spell("a", "A", "x")), ...others).documents[0];
    expect(chosen(...all)).toBe(byId);
    expect(chosen(...all.slice(0, 2))).toBe(byName);
    expect(chosen(...all.slice(0, 1))).toBe(byStem);
  });

  it("gives the id that is asked for to a spell that only its file's name tells", () => {
    const { documents } = gather(
      file("a", spell("a", "A", "helper")),
      file("helper", spell("17", "Old name")),
    );
    expect(documents[0]).toMatchObject({ id: "helper", name: "Old name" });
  });

  it("gives the name instead where what is asked for can be no id", () => {
    const { documents } = gather(file("a", spell("a", "A", "my helper")), file("my helper", spell("17", "")));
    expect(documents[0]).toMatchObject({ id: "17", name: "my helper" });
  });

  it("keeps two spells of one id apart", () => {
    const { documents } = gather(file("a", spell("copy", "A", "B")), file("b", spell("copy", "B")));
    expect(ids(documents)).toEqual(["copy-2", "copy"]);
    expect(documents[0]?.name).toBe("B");
  });

  it("ends where spells run each other, or themselves", () => {
    const { documents, missing } = gather(
      file("a", spell("a", "A", "a", "b")),
      file("b", spell("b", "B", "A", "b")),
    );
    expect(ids(documents)).toEqual(["b", "a"]);
    expect(missing).toEqual([]);
  });

  it("tells what nothing at hand is called", () => {
    expect(gather(file("a", spell("a", "A", "gone")), file("b", spell("b", "B"))).missing).toEqual(["gone"]);
  });

  it("asks for nothing that the spell carries inside", () => {
    const main = { ...spell("a", "A", "Inner"), spells: { Inner: spell("inner", "Inner") } };
    expect(gather(file("a", main)).missing).toEqual([]);
  });
});

describe("an id from a file's name", () => {
  it.each(["my spell", "é", "", "a/b", "x".repeat(300)])("is one that spells may have, for %j", (stem) => {
    expect(spellId.safeParse(idFromText(stem)).success).toBe(true);
  });
});
