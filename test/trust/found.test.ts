/** What the fuzzers found in the runtime, as they found it: each was a fault once. */
import { describe, expect, it } from "vitest";
import { SpellError } from "../../src/protocol/errors.ts";
import { readFile } from "../../src/services/documents/files/read-file.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { pdfOf } from "../helpers/pdf.ts";
import { thrownBy } from "../helpers/thrown.ts";

const user = userNamed("found");

describe("a request", () => {
  it("for the interface of a spell that names none is a bad request", async () => {
    for (const body of [{}, { spell: null }, { spell: { a: 1 } }]) {
      const response = await user.ask("/services/spells/interface", { body });
      expect(response.status).toBe(400);
      expect(await bodyOf(response)).toMatchObject({ code: "bad_request", errors: [{ path: "spell" }] });
    }
  });

  it("for objects of Weaviate is sorted by any property", async () => {
    for (const n of [2, 3, 1])
      expect(
        (await user.ask("/services/weaviate", { body: { class: "Found", properties: { n }, vector: [n] } }))
          .status,
      ).toBe(201);
    const response = await user.ask("/services/weaviate?class=Found&$sort[properties.n]=-1");
    expect(response.status).toBe(200);
    const { total, data } = await bodyOf(response);
    expect([total, data.map(({ properties }: { properties: { n: number } }) => properties.n)]).toEqual([
      3,
      [3, 2, 1],
    ]);
  });
});

it("a PDF that opens and has a damaged page is refused in words", async () => {
  const text = String.fromCodePoint(...pdfOf(["one", "two"]));
  const damaged = Uint8Array.from(
    text.replace("/Kids [4 0 R", "/Kids [5 0 R"),
    (letter) => letter.codePointAt(0) ?? 0,
  );
  const thrown = await thrownBy(readFile("application/pdf", damaged, undefined));
  expect(thrown).toBeInstanceOf(SpellError);
  expect(thrown).toMatchObject({ code: "bad_request", message: expect.stringContaining("page 1") });
});
