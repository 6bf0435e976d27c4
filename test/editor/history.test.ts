import { describe, expect, it } from "vitest";
import { changesBetween } from "../../client/editor/core/changes.ts";
import { addNode, remove, setData } from "../../client/editor/core/document.ts";
import { History } from "../../client/editor/stores/history.ts";
import type { SpellDocument } from "../../client/lib/index.ts";
import { spell } from "./documents.ts";

/** An author who edits one document, at times that the test names. */
class Author {
  readonly history = new History();
  document: SpellDocument = spell({ a: "Echo" }, "");

  edit(change: (document: SpellDocument) => SpellDocument, gesture?: string, at = 0): void {
    const next = change(this.document);
    this.history.record(changesBetween(this.document, next), gesture, at);
    this.document = next;
  }
  type(text: string, at = 0, gesture = "field"): void {
    this.edit((document) => setData(document, "a", "text", text), gesture, at);
  }
  undo(): number | null {
    return this.#take(this.history.undo(this.document));
  }
  redo(): number | null {
    return this.#take(this.history.redo(this.document));
  }
  get text() {
    return this.document.nodes.a?.data.text;
  }
  #take(moved: { document: SpellDocument; skipped: number } | null): number | null {
    this.document = moved?.document ?? this.document;
    return moved?.skipped ?? null;
  }
}

describe("what is done", () => {
  it("can be taken back and done again, step by step, until nothing is left", () => {
    const author = new Author();
    const first = author.document;
    author.type("x", 0, "one");
    author.edit((document) => remove(document, ["a"]));
    const last = author.document;
    expect([author.undo(), author.undo(), author.undo()]).toEqual([0, 0, null]);
    expect(author.document).toEqual(first);
    expect(author.history.canUndo).toBe(false);
    expect([author.redo(), author.redo(), author.redo()]).toEqual([0, 0, null]);
    expect(author.document).toEqual(last);
    expect(author.history.canRedo).toBe(false);
  });

  it("is one step where it is one gesture, until one pauses or goes elsewhere", () => {
    const author = new Author();
    author.type("h", 0);
    author.type("he", 1000);
    author.type("hey", 2000);
    author.type("hey you", 9000);
    author.type("other", 9100, "another field");
    author.undo();
    expect(author.text).toBe("hey you");
    author.undo();
    expect(author.text).toBe("hey");
    author.undo();
    expect(author.text).toBeUndefined();
  });

  it("is one step too where a gesture goes into what it made", () => {
    const author = new Author();
    const before = author.document;
    author.edit(
      (document) => addNode(document, "b", { component: "Echo", position: [0, 0], data: {} }),
      "make",
    );
    author.edit((document) => setData(document, "b", "text", "x"), "make");
    const after = author.document;
    expect(author.undo()).toBe(0);
    expect(author.document).toEqual(before);
    expect(author.redo()).toBe(0);
    expect(author.document).toEqual(after);
  });

  it("cannot be done again once something else was done", () => {
    const author = new Author();
    author.type("x");
    author.undo();
    author.type("y", 0, "another");
    expect(author.history.canRedo).toBe(false);
    expect(author.redo()).toBeNull();
  });

  it("stays where others have changed it since, and is counted", () => {
    const author = new Author();
    author.edit((document) => setData(setData(document, "a", "text", "mine"), "a", "more", 1));
    author.document = setData(author.document, "a", "text", "theirs");
    expect(author.undo()).toBe(1);
    expect(author.document.nodes.a?.data).toEqual({ text: "theirs" });
  });

  it("is counted as left out where the node is gone", () => {
    const author = new Author();
    author.type("x");
    author.edit((document) => setData(document, "a", "text", undefined), "away");
    author.document = remove(author.document, ["a"]);
    expect(author.undo()).toBe(1);
  });

  it("is forgotten after two hundred steps", () => {
    const author = new Author();
    for (let n = 1; n <= 250; n += 1) author.type(String(n), 0, `field ${n}`);
    let steps = 0;
    while (author.undo() !== null) steps += 1;
    expect(steps).toBe(200);
    expect(author.text).toBe("50");
  });
});
