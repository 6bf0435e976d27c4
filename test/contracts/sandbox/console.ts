/** What code logs. */
import { describe, expect, test } from "vitest";
import { callsOn, type SandboxesUnderTest } from "./calls.ts";

export function consoleContract(sandboxes: SandboxesUnderTest): void {
  describe("console", () => {
    const { failureOf, run } = callsOn(sandboxes.create());

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
      for (const error of failures)
        expect(sandboxes.logsOf(error)).toEqual([{ level: "log", text: "before" }]);
    });

    test("`logsOf` is empty for any other error", () => {
      expect(sandboxes.logsOf(new Error("x"))).toEqual([]);
      expect(sandboxes.logsOf(undefined)).toEqual([]);
    });
  });
}
