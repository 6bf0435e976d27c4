import { expect, it } from "vitest";
import { canonicalJson, maxJsonDepth, parseJson } from "../../src/platform/json.ts";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const faultOf = (text: string): unknown => {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    return error;
  }
};

it("parses what is nested to the limit and refuses one level more", () => {
  expect(parseJson(nested(maxJsonDepth))).toEqual(JSON.parse(nested(maxJsonDepth)));
  expect(faultOf(nested(maxJsonDepth + 1))).toMatchObject({ code: "bad_request" });
});

it("counts arrays and objects together", () => {
  const pairs = Math.floor(maxJsonDepth / 2) + 1;
  expect(faultOf('{"a":['.repeat(pairs) + "]}".repeat(pairs))).toMatchObject({ code: "bad_request" });
});

it("refuses a hundred thousand levels without a stack overflow", () => {
  expect(faultOf(nested(100_000))).toMatchObject({ code: "bad_request", errors: [{ path: "" }] });
  expect(faultOf("[".repeat(100_000))).toMatchObject({ code: "bad_request" });
});

it("does not count brackets inside of strings, whatever is escaped in them", () => {
  for (const value of [
    "[".repeat(1000),
    `"${"[".repeat(1000)}`,
    `\\${"[".repeat(1000)}`,
    `\\\\"${"{".repeat(1000)}\\`,
  ])
    expect(parseJson(JSON.stringify([value, [value]]))).toEqual([value, [value]]);
});

it("counts levels and not brackets", () => {
  expect(parseJson(`[${"[],".repeat(1000)}{}]`)).toHaveLength(1001);
});

it.each(["{", '{"a": }', "[1,]", '"unended', "nothing", '{"a" "b"}', "\\"])(
  "refuses %s as no JSON",
  (text) => {
    expect(faultOf(text)).toMatchObject({ code: "bad_request", errors: [{ path: "" }] });
  },
);

it("writes equal values alike, whatever the order of their keys, and lists as they are", () => {
  const one = canonicalJson({ b: [{ y: 1, x: null }, 2], a: "ü", 10: 0, 9: 0 });
  expect(one).toBe('{"9":0,"10":0,"a":"ü","b":[{"x":null,"y":1},2]}');
  expect(canonicalJson({ 9: 0, a: "ü", 10: 0, b: [{ x: null, y: 1 }, 2] })).toBe(one);
  expect(canonicalJson({ b: [2, { y: 1, x: null }] })).not.toBe(canonicalJson({ b: [{ y: 1, x: null }, 2] }));
});
