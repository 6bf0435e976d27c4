import fc from "fast-check";
import { applyPatch as applyReference } from "rfc6902";
import { describe, expect, it } from "vitest";
import { diffJson } from "../../src/graph/json-diff.ts";
import { applyPatch } from "../../src/graph/json-patch.ts";
import { isSameJson } from "../../src/graph/same-json.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { thrownBy } from "../helpers/thrown.ts";

const key = fc.constantFrom("a", "b", "", "a/b", "m~n", "0", "1", "-", "length", "constructor", "toString");
const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, 1, "", "x"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** Paths as likely to be there as not. The library stumbles over these keys, which have tests of their own. */
const sanePath = fc
  .array(fc.constantFrom("a", "b", "a~1b", "m~0n", "0", "1", "2", "-"), { maxLength: 3 })
  .map((tokens) => tokens.map((token) => `/${token}`).join(""));
interface Operation extends JsonObject {
  op: string;
  path: string;
}
const operation: fc.Arbitrary<Operation> = fc
  .oneof(
    fc.record({ op: fc.constantFrom("add", "replace", "test"), path: sanePath, value }),
    fc.record({ op: fc.constant("remove"), path: sanePath }),
    fc.record({ op: fc.constantFrom("move", "copy"), from: sanePath, path: sanePath }),
  )
  .filter(({ path, ...rest }) => !("from" in rest) || rest.from !== path);

/** The same one level down: the library cannot replace a whole document. */
const inside = (patch: readonly Operation[]): Operation[] =>
  patch.map((one) => ({
    ...one,
    path: `/document${one.path}`,
    ...(typeof one.from === "string" ? { from: `/document${one.from}` } : {}),
  }));

function isTaken(document: unknown, one: Operation): boolean {
  try {
    return applyReference(document, [copyOf(one) as never])[0] === null;
  } catch {
    return false;
  }
}

const refusalOf = (document: Json, patch: JsonObject[]): Promise<unknown> =>
  thrownBy((async () => applyPatch(document, patch))());

const copyOf = <T>(given: T): T => structuredClone(given);

describe("a patch", () => {
  it("does what the library rfc6902 does, where that applies it", () => {
    let applied = 0;
    fc.assert(
      fc.property(value, fc.array(operation, { maxLength: 4 }), (document, patch) => {
        const reference = copyOf({ document });
        const isApplied = inside(patch).every((one) => isTaken(reference, one));
        const ours = ((): Json | undefined => {
          try {
            return applyPatch(copyOf(document), patch);
          } catch {
            return undefined;
          }
        })();
        if (!isApplied) {
          expect(ours).toBeUndefined();
          return;
        }
        // Where the library is more lenient than the standard, ours refuses.
        if (ours === undefined) return;
        applied += 1;
        expect(ours).toEqual(reference.document);
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect(applied).toBeGreaterThan(500);
  });

  it("from one value to another makes the other", () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const patch = diffJson(before, after, Number.MAX_SAFE_INTEGER);
        expect(applyPatch(copyOf(before), patch ?? [])).toEqual(after);
        expect(patch?.length === 0).toBe(isSameJson(before, after));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("is not made where it would be long", () => {
    expect(diffJson({ a: 1 }, { a: "x".repeat(100) }, 100)).toBeNull();
    expect(diffJson({ a: 1, b: 2 }, { a: 1, b: 3 }, 100)).toEqual([{ op: "replace", path: "/b", value: 3 }]);
  });

  it("replaces the whole at the empty path, and sees it there", () => {
    expect(applyPatch({ a: 1 }, [{ op: "replace", path: "", value: { b: 1 } }])).toEqual({ b: 1 });
    expect(applyPatch({ a: 1 }, [{ op: "test", path: "", value: { a: 1 } }])).toEqual({ a: 1 });
  });

  it("reaches keys that every object inherits only where they are its own", () => {
    const document = { nodes: { constructor: { data: {} }, toString: { data: {} } } };
    const patch: JsonObject[] = [
      { op: "add", path: "/nodes/constructor/data/x", value: 1 },
      { op: "replace", path: "/nodes/toString/data", value: { y: 2 } },
      { op: "add", path: "/nodes/hasOwnProperty", value: { data: {} } },
    ];
    expect(applyPatch(document as unknown as Json, patch)).toEqual({
      nodes: { constructor: { data: { x: 1 } }, toString: { data: { y: 2 } }, hasOwnProperty: { data: {} } },
    });
  });

  it("takes its values as they were given: what a later operation changes is changed once", () => {
    const patch: JsonObject[] = [
      { op: "add", path: "/a", value: { n: 1 } },
      { op: "copy", from: "/a", path: "/b" },
      { op: "replace", path: "/a/n", value: 2 },
    ];
    expect(applyPatch({}, patch)).toEqual({ a: { n: 2 }, b: { n: 1 } });
    expect(patch[0]).toEqual({ op: "add", path: "/a", value: { n: 1 } });
  });

  const nested = JSON.parse("[".repeat(150) + "]".repeat(150)) as Json;
  const bad: [string, JsonObject, RegExp][] = [
    ["no such op", { op: "dance", path: "/a" }, /none of add/],
    ["no op", { path: "/a", value: 1 }, /none of add/],
    ["no path", { op: "remove" }, /`path` is missing/],
    ["no from", { op: "move", path: "/a" }, /`from` is missing/],
    ["no value", { op: "add", path: "/a" }, /`value` is missing/],
    ["a path without slash", { op: "remove", path: "a" }, /no JSON pointer/],
    ["a bad escape", { op: "remove", path: "/a~2" }, /no JSON pointer/],
    ["nothing there", { op: "remove", path: "/x" }, /nothing at \/x/],
    ["nothing on the way", { op: "add", path: "/x/y", value: 1 }, /nothing at \/x/],
    ["nothing to replace", { op: "replace", path: "/x", value: 1 }, /nothing at \/x/],
    ["the whole removed", { op: "remove", path: "" }, /cannot be removed/],
    ["an index beyond the end", { op: "add", path: "/list/4", value: 1 }, /has 2 items/],
    ["a huge index", { op: "add", path: "/list/99999999999999999999", value: 1 }, /by number/],
    ["an index of ten digits", { op: "add", path: "/list/4294967294", value: 1 }, /has 2 items/],
    ["an index with a zero", { op: "remove", path: "/list/01" }, /nothing at/],
    ["a negative index", { op: "replace", path: "/list/-1", value: 1 }, /nothing at/],
    ["the length of a list", { op: "replace", path: "/list/length", value: 4e9 }, /nothing at/],
    ["the end of a list replaced", { op: "replace", path: "/list/-", value: 1 }, /nothing at/],
    ["into a text", { op: "add", path: "/text/0", value: "x" }, /nothing can be put/],
    ["a failed test", { op: "test", path: "/a", value: 2 }, /another one/],
    ["a test of nothing", { op: "test", path: "/x", value: null }, /nothing at/],
    ["into itself", { op: "move", from: "/deep", path: "/deep/in" }, /into itself/],
    ["__proto__ as a key", { op: "add", path: "/__proto__", value: {} }, /"__proto__" is not taken/],
    ["__proto__ on the way", { op: "add", path: "/__proto__/x", value: 1 }, /"__proto__" is not taken/],
    ["__proto__ as a source", { op: "copy", from: "/__proto__", path: "/x" }, /"__proto__" is not taken/],
    [
      "__proto__ in a value",
      { op: "add", path: "/x", value: JSON.parse('{"__proto__": {"x": 1}}') as Json },
      /"__proto__" is not taken/,
    ],
    ["an inherited method", { op: "add", path: "/toString/polluted", value: 1 }, /nothing at \/toString/],
    ["an inherited constructor", { op: "add", path: "/constructor/prototype/x", value: 1 }, /nothing at/],
    ["too deep a value", { op: "add", path: `/deep${"/0".repeat(60)}`, value: nested }, /nested deeper/],
    ["too deep a copy", { op: "copy", from: "/deep", path: `/deep${"/0".repeat(60)}/-` }, /nested deeper/],
  ];
  for (const [what, operation_, fault] of bad)
    it(`is refused, its place named: ${what}`, async () => {
      const document = { a: 1, list: [1, 2], text: "abc", deep: copyOf(nested) };
      const error = await refusalOf(document, [{ op: "test", path: "/a", value: 1 }, operation_]);
      expect(error).toMatchObject({
        code: "bad_request",
        message: expect.stringMatching(/^Operation 1 of the patch .*Nothing was changed\.$/) as string,
        errors: [{ path: "patch.1", message: expect.stringMatching(fault) as string }],
      });
      // oxlint-disable-next-line typescript/unbound-method -- looked at, not called
      expect(Object.hasOwn(Object.prototype.toString, "polluted")).toBe(false);
    });

  it("ends where its work would be without measure: doubling by copy, moving much about, comparing much", async () => {
    const doubling = Array.from({ length: 60 }, (_, i) => ({ op: "copy", from: "/a", path: `/a/k${i}` }));
    const large = { a: { b: Array.from({ length: 200_000 }, () => 1) } };
    const moving = Array.from({ length: 2_000 }, (_, i) =>
      i % 2 === 0 ? { op: "move", from: "/a/b", path: "/a/c" } : { op: "move", from: "/a/c", path: "/a/b" },
    );
    const many = { a: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])) };
    const other = { ...many.a };
    const comparing = Array.from({ length: 2_000 }, () => ({ op: "test", path: "/a", value: other }));
    for (const [document, patch] of [
      [{ a: { text: "x".repeat(1000) } }, doubling],
      [large, moving],
      [many, comparing],
    ] as [Json, JsonObject[]][])
      expect(await refusalOf(document, patch)).toMatchObject({ code: "too_large" });
  });
});
