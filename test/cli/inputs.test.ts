import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInputs, parseObject, parsePositive } from "../../client/cli/inputs.ts";

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: "bad_request", message: expect.stringMatching(message) });

describe("--input", () => {
  it("takes what follows the first equals sign as text", () => {
    expect(parseInputs(["a=1", "b=x=y", "c=", "d= spaced "])).toEqual({
      a: "1",
      b: "x=y",
      c: "",
      d: " spaced ",
    });
  });

  it("takes JSON behind a colon and an equals sign", () => {
    expect(parseInputs(["n:=1", 'o:={"a": [null, "="]}', "t:=false", 's:="x"'])).toEqual({
      n: 1,
      o: { a: [null, "="] },
      t: false,
      s: "x",
    });
  });

  it("takes colons within a name", () => {
    expect(parseInputs(["a:b=c", "a:c:=1"])).toEqual({ "a:b": "c", "a:c": 1 });
  });

  it("gives a name of the language's own as any other", () => {
    const inputs = parseInputs(["__proto__=x", "constructor=y"]);
    expect(Object.entries(inputs)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
  });

  it("brings any text back as it was given", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^:=]+$/), fc.string(), (key, text) => {
        expect(parseInputs([`${key}=${text}`])).toEqual(Object.fromEntries([[key, text]]));
      }),
    );
  });

  it("brings any JSON back as it was given", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^:=]+$/), fc.jsonValue(), (key, value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parseInputs([`${key}:=${text}`])[key])).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it.each([
    [["novalue"], /"novalue" has no `=`.*--input key=text/],
    [["=x"], /no name before the `=`/],
    [[":=1"], /no name before the `=`/],
    [["a:={"], /--input "a" is not JSON/],
    [["a:="], /--input "a" is not JSON/],
    [["a=1", "a:=2"], /--input "a" is given twice/],
  ])("refuses %j and says why", (args, message) => {
    expect(() => parseInputs(args)).toThrow(refusal(message));
  });
});

describe("--state", () => {
  it("is a JSON object", () => {
    expect(parseObject('{"a": {"b": 1}}', "--state")).toEqual({ a: { b: 1 } });
  });

  it.each(["[]", "null", "1", '"x"'])("is not %s", (text) => {
    expect(() => parseObject(text, "--state")).toThrow(refusal(/--state must be a JSON object/));
  });

  it("is told apart from what is no JSON", () => {
    expect(() => parseObject("{a}", "--state")).toThrow(refusal(/--state is not JSON/));
  });
});

describe("a number above 0", () => {
  it("may be a fraction where it need not be whole", () => {
    expect(parsePositive("0.5", "--hours", false)).toBe(0.5);
    expect(parsePositive("1500", "--timeout", true)).toBe(1500);
  });

  it.each(["0", "-1", "1.5", "x", "", " ", "Infinity", "NaN"])("is not %j when it must be whole", (text) => {
    expect(() => parsePositive(text, "--timeout", true)).toThrow(
      refusal(/--timeout must be a whole number above 0/),
    );
  });
});
