import { expect, test } from "vitest";
import { logsOf } from "../../../src/actor/sandbox/index.ts";
import { failureOf, label, run } from "./calls.ts";

test.each([
  [
    "function worker() {\n\n  return ({}).a.b;\n}",
    "failed at line 3: TypeError: cannot read property 'b' of undefined",
  ],
  ["// one\n// two\n() => { throw new Error('boom') }", "failed at line 3: Error: boom"],
  [
    "function worker() {\n  const deep = () => {\n    throw new Error('deep');\n  };\n  [1].map(deep);\n}",
    "failed at line 3: Error: deep",
  ],
  [
    "function worker() {\n  return JSON.parse('{');\n}",
    "failed at line 2: SyntaxError: expecting property name",
  ],
  [
    "function worker() {\n  return eval('\\n\\n\\nnope');\n}",
    "failed at line 2: ReferenceError: 'nope' is not defined",
  ],
  [
    "function worker() {\n throw Object.assign(new Error('mine'), { name: 'MyError' })\n}",
    "failed at line 2: MyError: mine",
  ],
  ["() => { throw 'text' }", "failed: text"],
  ["() => { throw { reason: 1 } }", 'failed: {"reason":1}'],
  ["() => { throw null }", "failed: null"],
  ["() => { throw undefined }", "failed: undefined"],
  ["() => { throw new Error() }", "failed at line 1: Error"],
  ["() => { throw new Proxy({}, { get() { throw 1 } }) }", "failed: [object]"],
])("what %j throws is told with its name, message and line", async (code, message) => {
  const error = await failureOf(code);
  expect(error.code).toBe("code_error");
  expect(error.message).toBe(`${label} ${message}`);
});

test("a message holds no stack, no path and no name of the sandbox's own code", async () => {
  const error = await failureOf("function worker() { throw new Error('boom') }");
  expect(error.message).not.toMatch(/\bat \w+ \(|\.ts|\.wasm|\/|copyFn|sandbox:/);
});

test("a stack that the code makes up cannot name a line that is not there", async () => {
  const error = await failureOf(
    "() => { throw Object.assign(new Error('x'), { stack: '    at code:9999:1' }) }",
  );
  expect(error.message).toBe(`${label} failed at line 1: Error: x`);
});

test("an endless message is cut", async () => {
  const error = await failureOf("() => { throw new Error('x'.repeat(1e6)) }");
  expect(error.message.length).toBeLessThan(3000);
});

test("console calls are logged in order, with their level; strings as they are, the rest as JSON", async () => {
  const code = `() => {
    console.log("text", 1, null, undefined, true, { a: [1] }, 10n);
    console.debug("d"); console.info("i"); console.warn("w"); console.error(new TypeError("wrong"));
    console.log();
  }`;
  expect((await run(code)).logs).toEqual([
    { level: "log", text: 'text 1 null undefined true {"a":[1]} 10' },
    { level: "debug", text: "d" },
    { level: "info", text: "i" },
    { level: "warn", text: "w" },
    { level: "error", text: "TypeError: wrong" },
    { level: "log", text: "" },
  ]);
});

test("a value that cannot be shown does not make console fail", async () => {
  const code = `() => {
    const cycle = {}; cycle.cycle = cycle;
    console.log(cycle, new Proxy({}, { get() { throw 1 }, ownKeys() { throw 1 }, getPrototypeOf() { throw 1 } }));
    console.log(Symbol("s"), "nul \\u0000 and half \\ud83d");
  }`;
  expect((await run(code)).logs.map(({ text }) => text)).toEqual([
    "[object Object] [object]",
    "Symbol(s) nul \u0000 and half \ud83d",
  ]);
});

test("`logsOf` gives what was logged before a failure, whatever its kind", async () => {
  const failures = [
    await failureOf("() => { console.log('before'); throw new Error('x') }"),
    await failureOf("async () => { console.log('before'); await null; throw new Error('x') }"),
    await failureOf("() => { console.log('before'); const f = () => f() + 1; f() }"),
    await failureOf("() => { console.log('before'); return 1n }"),
    await failureOf("() => { console.log('before'); return new Promise(() => {}) }"),
  ];
  for (const error of failures) expect(logsOf(error)).toEqual([{ level: "log", text: "before" }]);
});

test("`logsOf` is empty for any other error", () => {
  expect(logsOf(new Error("x"))).toEqual([]);
  expect(logsOf(undefined)).toEqual([]);
});
