import { expect, test } from "vitest";
import type { Json } from "../../../src/protocol/values.ts";
import { createSandbox } from "../../../src/actor/sandbox/index.ts";
import { failureOf, label, valueOf } from "./calls.ts";

test.each([
  ["a declaration", "function worker(inputs, data, state) { return inputs.x + data.y + state.z; }"],
  [
    "a declaration after comments and lines",
    "\n// adds\n/* all */\n\nfunction worker(i, d, s) { return i.x + d.y + s.z }",
  ],
  [
    "a declaration with a semicolon, spaces and a comment after it",
    "function f(i, d, s) { return i.x + d.y + s.z };  \n\n// end",
  ],
  ["an anonymous function", "function (i, d, s) { return i.x + d.y + s.z }"],
  ["an arrow", "(i, d, s) => i.x + d.y + s.z"],
  ["a function in parentheses", "(function named(i, d, s) { return i.x + d.y + s.z }) // end"],
  ["an async function", "async function worker(i, d, s) { return i.x + d.y + s.z }"],
  ["an async arrow that awaits", "async (i, d, s) => (await i.x) + (await Promise.resolve(d.y)) + s.z"],
  [
    "a declaration with a helper after it",
    "function worker(i, d, s) { return add(i.x, d.y, s.z) }\nfunction add(a, b, c) { return a + b + c }",
  ],
  ["an expression that gives a function", "((x) => (i, d, s) => x + i.x + d.y + s.z)(0)"],
])("code may be %s", async (_, code) => {
  expect(await valueOf(code, [{ x: 1 }, { y: 2 }, { z: 3 }])).toBe(6);
});

test.each([
  [
    "a number",
    "42",
    `${label} needs one function as its code, such as function worker(inputs) { return {}; }; it is of type number.`,
  ],
  ["nothing", "", /does not parse at line 1: SyntaxError: .*It needs one function/],
  ["a comment only", "// function worker() {}", /does not parse at line 1: SyntaxError/],
  [
    "a statement",
    "return inputs.x",
    /does not parse at line 1: SyntaxError: .*'return'.*It needs one function/,
  ],
  ["unfinished", "function worker() {\n  if (true) {\n", /does not parse at line 3: SyntaxError/],
  ["one brace too long", "function worker() {\n  return 1 }}", /does not parse at line 2: SyntaxError/],
  ["a module", "import x from 'y'; export default () => x", /does not parse at line 1: SyntaxError/],
  [
    "a class",
    "class Worker {}",
    /failed at line 1: TypeError: class constructors must be invoked with 'new'/,
  ],
  ["an unknown name", "worker", /failed at line 1: ReferenceError: 'worker' is not defined/],
])("code that is %s is a code_error that says so", async (_, code, message) => {
  const error = await failureOf(code);
  expect(error.code).toBe("code_error");
  expect(error.message).toMatch(message);
  expect(error.message).toContain(label);
});

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

test("`this` is the global object in sloppy code, as it was for a function that is called by its name", async () => {
  expect(await valueOf("function () { return this === globalThis }")).toBe(true);
});

test.each([
  ["undefined", "() => undefined", undefined],
  ["a function", "() => () => 1", undefined],
  ["a symbol", "() => Symbol('x')", undefined],
  ["NaN and infinity", "() => [NaN, Infinity]", [null, null]],
  ["undefined in a list and an object", "() => ({ list: [undefined], gone: undefined })", { list: [null] }],
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
  ["a Proxy that throws", "() => new Proxy({}, { ownKeys() { throw new Error('trap') } })", /Error: trap/],
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

test("a returned Promise, and anything with a `then`, is awaited", async () => {
  expect(await valueOf("() => Promise.all([1, Promise.resolve(2), (async () => 3)()])")).toEqual([1, 2, 3]);
  expect(await valueOf("() => ({ then(resolve) { resolve('thenable') } })")).toBe("thenable");
  expect(JSON.stringify(await valueOf("() => ({ then: 'a word' })"))).toBe('{"then":"a word"}');
});

test("a rejected Promise is a code_error with the line that threw", async () => {
  const error = await failureOf(
    "async function worker() {\n  await null;\n  throw new RangeError('late');\n}",
  );
  expect(error.code).toBe("code_error");
  expect(error.message).toBe(`${label} failed at line 3: RangeError: late`);
});

test("a Promise that never settles is a sandbox_limit that says what to avoid", async () => {
  const error = await failureOf("() => new Promise(() => {})");
  expect(error.code).toBe("sandbox_limit");
  expect(error.message).toMatch(/never settled. The sandbox has no timers and no network/);
});

test("work that a settled result leaves behind is dropped", async () => {
  const code = "async () => { (async () => { for (;;) await null })(); return 'done' }";
  expect(await valueOf(code)).toBe("done");
});

test("a loaded sandbox answers and throws at once, an unloaded one gives a Promise", async () => {
  const sandbox = createSandbox({ maxMemoryBytes: 20 * 1024 * 1024 });
  const first = sandbox.call({ code: "() => 1", args: [], label });
  expect(first).toBeInstanceOf(Promise);
  await first;
  expect(sandbox.call({ code: "() => 2", args: [], label })).toEqual({ value: 2, logs: [] });
  expect(() => sandbox.call({ code: "() => nothing", args: [], label })).toThrow(/'nothing' is not defined/);
});

test("`load` makes the first call synchronous", async () => {
  const sandbox = createSandbox({ maxMemoryBytes: 21 * 1024 * 1024 });
  await Promise.all([sandbox.load(), sandbox.load()]);
  expect(sandbox.call({ code: "() => 1", args: [], label })).toEqual({ value: 1, logs: [] });
});
