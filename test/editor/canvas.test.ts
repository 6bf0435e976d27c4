/** The pure parts of the canvas: copying, comments, walking, tidying, keys, addresses, undo. */
import { describe, expect, it } from "vitest";
import { clipOf, paste } from "../../client/editor/core/clipboard.ts";
import { addComment, changeComment, commentsOf, removeComments } from "../../client/editor/core/comments.ts";
import { changesBetween } from "../../client/editor/core/changes.ts";
import { freePlace, setData } from "../../client/editor/core/document.ts";
import { keyTable, rowOf } from "../../client/editor/core/key-table.ts";
import { hashOf, parseRoute } from "../../client/editor/core/route.ts";
import { tidied } from "../../client/editor/core/tidy.ts";
import { walk } from "../../client/editor/core/walk.ts";
import { History } from "../../client/editor/stores/history.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";

/**
 *   a ─ b ─ c
 *   d ──┘
 */
const document: SpellDocument = {
  format: "spellrunner@1",
  id: "s",
  name: "",
  version: 1,
  nodes: Object.fromEntries(
    [
      ["a", 0, 0],
      ["b", 300, 10],
      ["c", 600, 20],
      ["d", 0, 200],
    ].map(([id, x, y]) => [id, { component: "Echo", position: [x, y], data: {} }]),
  ) as SpellDocument["nodes"],
  edges: {
    e1: { from: ["a", "output"], to: ["b", "string"] },
    e2: { from: ["b", "output"], to: ["c", "string"] },
    e3: { from: ["d", "output"], to: ["b", "string"] },
  },
};

describe("copied nodes", () => {
  it("are pasted under new ids, with the wires between them", () => {
    const pasted = paste(document, clipOf(document, ["a", "b"]));
    expect(pasted?.ids).toEqual(["a-2", "b-2"]);
    expect(
      Object.values(pasted?.document.edges ?? {}).filter(({ from }) => from[0] === pasted?.ids[0]),
    ).toEqual([{ from: [pasted?.ids[0], "output"], to: [pasted?.ids[1], "string"] }]);
    expect(pasted?.document.nodes[pasted.ids[0] ?? ""]?.position).toEqual([40, 40]);
  });

  it("of another text are none", () => {
    for (const text of [
      "",
      "hello",
      "{}",
      "null",
      '{"format":"spellrunner/nodes@1","nodes":{"a":{}},"edges":[]}',
    ])
      expect(paste(document, text)).toBeNull();
  });
});

describe("comments", () => {
  it("are added, changed and removed in the list that older editors keep", () => {
    const one = addComment(document, { text: "Hi", position: [1, 2], width: 200, height: 80, isFrame: true });
    expect(commentsOf(one)).toEqual([
      { index: 0, text: "Hi", position: [1, 2], width: 200, height: 80, isFrame: true },
    ]);
    expect(commentsOf(changeComment(one, 0, { text: "Ho" }))[0]?.text).toBe("Ho");
    expect(commentsOf(removeComments(one, [0]))).toEqual([]);
  });

  it("of other shapes stay in the document and are not shown", () => {
    const odd: SpellDocument = {
      ...document,
      comments: [1, null, { text: "no place" }, { text: "here", position: [0, 0] }],
    };
    expect(commentsOf(odd).map(({ index }) => index)).toEqual([3]);
    expect(commentsOf({ ...document, comments: { a: 1 } })).toEqual([]);
  });
});

describe("a walk by keys", () => {
  it("goes along wires, and up and down", () => {
    expect(walk(document, undefined, "right")).toBe("a");
    expect(walk(document, "a", "right")).toBe("b");
    expect(walk(document, "b", "left")).toBe("a");
    expect(walk(document, "a", "down")).toBe("d");
    expect(walk(document, "d", "up")).toBe("a");
    expect(walk(document, "c", "right")).toBeUndefined();
  });
});

describe("tidying up", () => {
  it("puts readers to the right, none over another, and keeps the order of starts", () => {
    const places = tidied(document, Object.keys(document.nodes), new Map());
    const x = (id: string): number => places.get(id)?.[0] ?? 0;
    expect(x("a")).toBeLessThan(x("b"));
    expect(x("b")).toBeLessThan(x("c"));
    expect(places.get("a")?.[1]).toBeLessThan(places.get("d")?.[1] ?? 0);
    expect(new Set([...places.values()].map(String)).size).toBe(4);
  });
});

describe("a new node", () => {
  it("is put where none is, near the place that was meant", () => {
    expect(freePlace(document, [1000, 1000])).toEqual([1000, 1000]);
    const place = freePlace(document, [0, 0]);
    expect(
      Object.values(document.nodes).some(
        ({ position: [x, y] }) => Math.abs(x - place[0]) < 230 && Math.abs(y - place[1]) < 130,
      ),
    ).toBe(false);
  });
});

describe("the key table", () => {
  const press = (keys: string) => {
    const parts = keys.split("+");
    const key = parts.at(-1) ?? "";
    return {
      key: key.length === 1 && !parts.includes("Shift") ? key.toLowerCase() : key,
      ctrlKey: parts.includes("Mod"),
      metaKey: false,
      shiftKey: parts.includes("Shift"),
      altKey: parts.includes("Alt"),
    };
  };

  it("is reached by each of its keys, and none means two things", () => {
    const all = keyTable.flatMap(({ keys }) => keys);
    expect(new Set(all).size).toBe(all.length);
    for (const row of keyTable)
      for (const keys of row.keys)
        expect(rowOf(press(keys), false)?.command, keys).toBe(
          row.byBrowser === true ? undefined : row.command,
        );
  });

  it("leaves to fields what one writes in them", () => {
    expect(rowOf(press("Mod+Z"), true)).toBeUndefined();
    expect(rowOf(press("F"), true)).toBeUndefined();
    expect(rowOf(press("Mod+Enter"), true)?.command).toBe("run");
  });
});

describe("addresses", () => {
  it("lead to what they came from, and to the spells otherwise", () => {
    for (const route of [
      { page: "spells" },
      { page: "times" },
      { page: "spell", spellId: "a/b c", runId: undefined },
      { page: "spell", spellId: "s", runId: "r" },
    ] as const)
      expect(parseRoute(hashOf(route))).toEqual(route);
    for (const hash of ["", "#/nowhere", "#/spell/", "#%"])
      expect(parseRoute(hash)).toEqual({ page: "spells" });
  });
});

describe("undo", () => {
  it("takes back one action, does it again, and joins what is one gesture", () => {
    const history = new History();
    const one = setData(document, "a", "text", "h");
    const two = setData(one, "a", "text", "hi");
    history.record(changesBetween(document, one), "typing", 0);
    history.record(changesBetween(one, two), "typing", 100);
    const back = history.undo(two);
    expect(back?.document.nodes.a?.data).toEqual({});
    expect(history.undo(document)).toBeNull();
    expect(history.redo(document)?.document.nodes.a?.data.text).toBe("hi");
  });

  it("leaves what others changed since as it is, and says how much", () => {
    const history = new History();
    const mine = setData(document, "a", "text", "mine");
    history.record(changesBetween(document, mine), undefined, 0);
    const theirs = setData(mine, "a", "text", "theirs");
    expect(history.undo(theirs)).toMatchObject({ skipped: 1, document: theirs });
  });
});
