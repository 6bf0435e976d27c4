import { describe, expect, it } from "vitest";
import { addComment, changeComment, commentsOf, removeComments } from "../../client/editor/core/comments.ts";
import type { SpellDocument } from "../../client/lib/index.ts";
import { spell } from "./documents.ts";

const withComments = (comments: unknown): SpellDocument =>
  ({ ...spell({}, ""), comments }) as unknown as SpellDocument;

describe("comments", () => {
  it("of old editors are shown by their places in the list, and what is none is left out", () => {
    const document = withComments([
      null,
      "text",
      { text: "no place" },
      { text: "note", position: [1, 2] },
      { text: 5, position: [3, 4], type: "frame", width: 10, height: 500 },
      { text: "bad place", position: ["1", 2] },
    ]);
    expect(commentsOf(document)).toEqual([
      { index: 3, text: "note", position: [1, 2], width: 240, height: 90, isFrame: false },
      { index: 4, text: "", position: [3, 4], width: 320, height: 500, isFrame: true },
    ]);
  });

  it.each([[undefined], [null], [{}], ["x"]])("are none in %j", (comments) => {
    expect(commentsOf(withComments(comments))).toEqual([]);
  });

  it("that are added are read as they were written", () => {
    const comment = { text: "hi", position: [5, 6] as const, width: 100, height: 50, isFrame: true };
    expect(commentsOf(addComment(withComments(undefined), comment))).toEqual([{ index: 0, ...comment }]);
    expect(commentsOf(addComment(withComments([null]), comment))).toEqual([{ index: 1, ...comment }]);
  });

  it("that are changed keep what is not", () => {
    const document = withComments([{ text: "a", position: [0, 0], links: [1] }, null]);
    expect(changeComment(document, 0, { text: "b" }).comments).toEqual([
      { text: "b", position: [0, 0], links: [1] },
      null,
    ]);
    expect(changeComment(document, 7, { text: "b" }).comments).toEqual(document.comments);
  });

  it("go by their places, the others stay", () => {
    const document = withComments(["a", "b", "c"]);
    expect(removeComments(document, [0, 2]).comments).toEqual(["b"]);
    expect(removeComments(document, [])).toBe(document);
    const without = withComments(undefined);
    expect(removeComments(without, [0])).toBe(without);
  });
});
