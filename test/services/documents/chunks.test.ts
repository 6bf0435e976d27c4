/** How texts are cut, and what is read of each type of file. */
import { describe, expect, it } from "vitest";
import { chunksOf } from "../../../src/services/documents/files/chunks.ts";
import { fileTypeOf, readFile } from "../../../src/services/documents/files/read-file.ts";
import type { FileType } from "../../../src/protocol/services.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (type: FileType, text: string) => readFile(type, bytesOf(text), undefined);
const words = (n: number): string => Array.from({ length: n }, (_, i) => `word${i}`).join(" ");

describe("A text", () => {
  it("that fits is one chunk", () =>
    expect(chunksOf([{ text: " short " }], 100, 10)).toEqual([{ text: "short" }]));

  it("is cut at words, none longer than the size, each beginning with the end of the one before", () => {
    const chunks = chunksOf([{ text: words(1000) }], 200, 40).map(({ text }) => text);
    expect(chunks.length).toBeGreaterThan(30);
    for (const [i, chunk] of chunks.entries()) {
      expect(chunk.length).toBeLessThanOrEqual(200);
      expect(chunk).toMatch(/^word\d+( word\d+)*$/);
      if (i > 0) {
        const [first = ""] = chunk.split(" ");
        expect(chunks[i - 1]?.split(" ")).toContain(first);
      }
    }
    const all = new Set(chunks.flatMap((chunk) => chunk.split(" ")));
    expect(all.size).toBe(1000);
  });

  it("is cut at paragraphs before lines, sentences and words", () => {
    const text = `${"a ".repeat(35).trim()}\n\n${"b ".repeat(30).trim()}`;
    expect(chunksOf([{ text }], 100, 0).map((chunk) => chunk.text)).toEqual([
      "a ".repeat(35).trim(),
      "b ".repeat(30).trim(),
    ]);
  });

  it("without any break is cut, but not within a character", () => {
    const chunks = chunksOf([{ text: "😀".repeat(500) }], 101, 11).map(({ text }) => text);
    for (const chunk of chunks) expect(chunk.isWellFormed()).toBe(true);
    expect(chunksOf([{ text: "x".repeat(1000) }], 100, 0).map(({ text }) => text.length)).toEqual(
      Array.from({ length: 10 }, () => 100),
    );
  });

  it("of one heading or page never shares a chunk with that of another", () => {
    const sections = [
      { text: "one", page: 1 },
      { text: "two", page: 2 },
      { text: "three", page: 2 },
    ];
    expect(chunksOf(sections, 100, 10)).toEqual([
      { text: "one", page: 1 },
      { text: "two\n\nthree", page: 2 },
    ]);
  });

  it("of too many chunks is refused", () =>
    expect(() => chunksOf([{ text: words(500_000) }], 100, 0)).toThrow(/more than 20000/));
});

describe("A file", () => {
  it("of Markdown is told by headings, not by those within fences", async () => {
    const text = "intro\n# A\none\n## B\ntwo\n```\n# no heading\n```\n# C ##\nthree\n### D\nfour";
    expect((await read("text/markdown", text)).map(({ heading, text: body }) => [heading, body])).toEqual([
      [undefined, "intro"],
      ["A", "# A\none"],
      ["A > B", "## B\ntwo\n```\n# no heading\n```"],
      ["C", "# C ##\nthree"],
      ["C > D", "### D\nfour"],
    ]);
  });

  it("of HTML is what a reader sees", async () => {
    const html = `<html><head><title>t</title><style>p{}</style></head><body><nav>menu</nav>
      <h1>Fish &amp; Chips</h1><p>Caf&eacute; <b>bold</b> <a href="https://x.test/secret">link</a></p>
      <script>alert(1)</script><ul><li>one</li><li>two</li></ul><table><tr><td>a</td><td>b</td></tr></table></body></html>`;
    const [section, ...others] = await read("text/html", html);
    expect(others).toEqual([]);
    expect(section?.heading).toBe("Fish & Chips");
    expect(section?.text).toMatch(/# Fish & Chips\s+Café bold link\s+\* one\s+\* two\s+a\s+b/);
    expect(section?.text).not.toMatch(/alert|menu|p\{|secret/);
  });

  it("of JSON is its items, a table its rows by the names of columns", async () => {
    expect((await read("application/json", '[{"a": 1}, "text", [2]]')).map(({ text }) => text)).toEqual([
      '{\n "a": 1\n}',
      "text",
      "[\n 2\n]",
    ]);
    expect((await read("application/x-ndjson", '{"a":1}\n\n"two"\n')).map(({ text }) => text)).toEqual([
      '{\n "a": 1\n}',
      "two",
    ]);
    expect(
      (await read("text/csv", 'name,says\nAda,"hello, ""world"""\n\nBob,,extra\n')).map(({ text }) => text),
    ).toEqual(['name: Ada\nsays: hello, "world"', "name: Bob\nmore: extra"]);
    expect((await read("text/csv", "a;b\n1;2")).map(({ text }) => text)).toEqual(["a: 1\nb: 2"]);
  });

  it("is read in its charset", async () => {
    const latin = await readFile("text/plain", Uint8Array.from([0x63, 0x61, 0x66, 0xe9]), "iso-8859-1");
    expect(latin).toEqual([{ text: "café" }]);
    const wide = await readFile("text/plain", Uint8Array.from([0xff, 0xfe, 0x68, 0, 0x69, 0]), undefined);
    expect(wide).toEqual([{ text: "hi" }]);
  });

  it.each([
    ["text/plain", "   \n\t ", /no text/],
    ["application/json", "{cut", /no JSON/],
    ["application/json", "[".repeat(100_000), /nested too deep/],
    ["application/x-ndjson", '{"a":1}\nnope', /line 2/],
    ["text/csv", 'a,b\n"open', /Quote|quote/],
    ["application/pdf", "no pdf at all", /no PDF/],
    ["text/html", "<html><script>x</script></html>", /no text/],
  ] as const)("of %s that is none, %.20j, is refused", async (type, text, message) => {
    await expect(read(type, text)).rejects.toThrow(message);
  });

  it("that is not in its charset is refused", async () => {
    const bytes = Uint8Array.from([0x63, 0xe9, 0x21]);
    await expect(readFile("text/plain", bytes, undefined)).rejects.toThrow(/not utf-8/);
    await expect(readFile("text/plain", bytes, "klingon")).rejects.toThrow(/klingon/);
  });

  it.each([
    ["a.md", undefined, "text/markdown"],
    ["a.md", "text/plain", "text/markdown"],
    ["a.JSONL", "application/octet-stream", "application/x-ndjson"],
    ["page", "text/html; charset=utf-8", "text/html"],
    ["a.bin", "application/pdf", "application/pdf"],
    ["notes", "text/plain", "text/plain"],
  ] as const)("called %s of the type %s is %s", (name, type, is) => expect(fileTypeOf(name, type)).toBe(is));

  it("of a type that is not read is refused with those that are", () =>
    expect(() => fileTypeOf("a.docx", "application/msword")).toThrow(
      /application\/msword.*application\/pdf/,
    ));
});
