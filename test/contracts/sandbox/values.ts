/** What goes in and what comes out: copies, by way of JSON. */
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/protocol/values.ts";
import { callsOn, type SandboxesUnderTest } from "./calls.ts";

export function valuesContract(sandboxes: SandboxesUnderTest): void {
  describe("values", () => {
    const { failureOf, valueOf } = callsOn(sandboxes.create());

    test("arguments are copies, frozen to any depth: writing to them does nothing", async () => {
      const args: Json[] = [{ list: [1, { deep: true }], "": null }, {}];
      const code = `function worker(inputs, data) {
    inputs.list[1].deep = false; inputs.list.length = 0; inputs.added = 1; data.added = 1; delete inputs[""];
    return { inputs, data, isFrozen: [inputs, inputs.list, inputs.list[1], data].every(Object.isFrozen) };
  }`;
      expect(await valueOf(code, args)).toEqual({
        inputs: { list: [1, { deep: true }], "": null },
        data: {},
        isFrozen: true,
      });
      expect(args).toEqual([{ list: [1, { deep: true }], "": null }, {}]);
    });

    test("writing to an argument throws in strict code", async () => {
      const error = await failureOf("(inputs) => {\n'use strict';\ninputs.x = 1 }", [{}]);
      expect(error.message).toMatch(/failed at line 3: TypeError: object is not extensible/);
    });

    test("arguments and results keep every character and number that JSON can hold", async () => {
      const values = ["é😀\u0000\u2028\ud800", -0.1, 1e21, 2 ** 53, "", null, { "a.b": [[]] }, true];
      expect(await valueOf("(...values) => values", values)).toEqual(values);
    });

    test.each([
      ["undefined", "() => undefined", undefined],
      ["a function", "() => () => 1", undefined],
      ["a symbol", "() => Symbol('x')", undefined],
      ["NaN and infinity", "() => [NaN, Infinity]", [null, null]],
      [
        "undefined in a list and an object",
        "() => ({ list: [undefined], gone: undefined })",
        { list: [null] },
      ],
      ["a date", "() => new Date(0)", "1970-01-01T00:00:00.000Z"],
      ["its own toJSON", "() => ({ toJSON: () => ({ own: 1 }) })", { own: 1 }],
      ["a map", "() => new Map([[1, 2]])", {}],
    ])("a result of %s becomes what JSON makes of it", async (_, code, expected) => {
      expect(await valueOf(code)).toEqual(expected);
    });

    test("a key `__proto__` in arguments and result is a key like any other", async () => {
      const value = await valueOf("(inputs) => inputs", [JSON.parse('{"__proto__": {"polluted": true}}')]);
      expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true}}');
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });

    test.each([
      ["a cycle", "() => { const a = {}; a.a = a; return a }", /circular reference/],
      ["a BigInt", "() => ({ n: 10n })", /BigInt/],
      ["a getter that throws", "() => ({ get x() { throw new Error('getter') } })", /Error: getter/],
      [
        "a Proxy that throws",
        "() => new Proxy({}, { ownKeys() { throw new Error('trap') } })",
        /Error: trap/,
      ],
    ])("a result with %s is a code_error that says what to return", async (_, code, message) => {
      const error = await failureOf(code);
      expect(error.code).toBe("code_error");
      expect(error.message).toMatch(message);
      expect(error.message).toMatch(
        /returned a value that JSON cannot hold.*Return plain data without cycles and BigInt\./,
      );
    });

    test("getters and Proxies in a result are read inside, and give plain data", async () => {
      const code = `() => ({
    get own() { return "got" },
    proxy: new Proxy({ a: 1 }, { get: (target, key) => (key === "toJSON" ? undefined : "trapped " + String(key)) }),
    lying: new Proxy([1, 2], {}),
  })`;
      expect(await valueOf(code)).toEqual({ own: "got", proxy: { a: "trapped a" }, lying: [1, 2] });
    });
  });
}
