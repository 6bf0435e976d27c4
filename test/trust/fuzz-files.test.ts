/** Uploaded files, damaged: their text, or a refusal in words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FileType, fileTypes } from "../../src/protocol/services.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { chunksOf } from "../../src/services/documents/files/chunks.ts";
import { charsetOf, fileTypeOf, readFile } from "../../src/services/documents/files/read-file.ts";
import { campaign, campaignTimeoutMs } from "../helpers/campaign.ts";
import { pdfOf } from "../helpers/pdf.ts";
import { splicedBytes, splices, splicedText } from "../helpers/text-mutations.ts";

const { check } = campaign("files");

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const whole: Record<FileType, Uint8Array> = {
  "text/plain": text("One line.\nAnother — with é and 😀.\n\nA paragraph."),
  "text/markdown": text(
    "# A\ntext\n## B\n```js\n# no heading\n```\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
  ),
  "text/html": text(
    "<!doctype html><title>t</title><h1>A &amp; B</h1><p>text<br>more <a href=x>link</a></p><table><tr><th>a<td>1</table><ul><li>x<li>y</ul><script>alert(1)</script>",
  ),
  "text/csv": text('name,age\n"Ann, ""the"" ant",1\nBob,2,extra\n\n'),
  "application/json": text('[{"a": 1, "b": [true, null]}, "text", 7]'),
  "application/x-ndjson": text('{"a": 1}\n"text"\n\n[1, 2]\n'),
  "application/pdf": pdfOf(["The first page.\nIt has two lines.", "The second."]),
};

async function read(type: FileType, bytes: Uint8Array, charset?: string): Promise<void> {
  try {
    const sections = await readFile(type, bytes, charset);
    const chunks = chunksOf(sections, 40, 8);
    expect(chunks.length).toBeGreaterThan(0);
    for (const chunk of chunks) expect(chunk.text.length).toBeLessThanOrEqual(40);
  } catch (thrown) {
    if (!(thrown instanceof SpellError)) throw thrown;
    expect(["bad_request", "too_large"]).toContain(thrown.code);
  }
}

describe("a file", () => {
  it("that is damaged is read or refused in words", { timeout: campaignTimeoutMs }, () =>
    check(
      fc.tuple(fc.constantFrom(...fileTypes.filter((type) => type !== "application/pdf")), splices),
      400,
      ([type, changes]) => read(type, splicedBytes(whole[type], changes)),
    ),
  );

  it("in PDF is, too", { timeout: campaignTimeoutMs }, () =>
    check(splices, 25, (changes) => read("application/pdf", splicedBytes(whole["application/pdf"], changes))),
  );

  it("of one type given as another is, too", { timeout: campaignTimeoutMs }, () =>
    check(
      fc.tuple(
        fc.constantFrom(...fileTypes),
        fc.constantFrom(...fileTypes),
        fc.constantFrom(undefined, "latin1", "utf-16le", "nonsense"),
      ),
      40,
      ([type, other, charset]) => read(type, whole[other], charset),
    ),
  );

  it("is told its type from any name and header, or refused", { timeout: campaignTimeoutMs }, () =>
    check(
      fc.tuple(
        fc.constantFrom("a.pdf", "b.tar.gz", "c", ".md"),
        fc.constantFrom('text/plain; charset="utf-8"', "application/pdf"),
        splices,
      ),
      200,
      ([name, mimeType, changes]) => {
        const header = splicedText(mimeType, changes);
        void charsetOf(header);
        try {
          expect(fileTypes).toContain(fileTypeOf(splicedText(name, changes), header));
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: "bad_request" });
        }
      },
    ),
  );
});
