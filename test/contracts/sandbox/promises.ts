/** Results that come later, and sandboxes that are not there yet. */
import { describe, expect, test } from "vitest";
import { callsOn, label, type SandboxesUnderTest } from "./calls.ts";

export function promisesContract(sandboxes: SandboxesUnderTest): void {
  describe("promises", () => {
    const { failureOf, valueOf } = callsOn(sandboxes.create());

    test("a returned Promise, and anything with a `then`, is awaited", async () => {
      expect(await valueOf("() => Promise.all([1, Promise.resolve(2), (async () => 3)()])")).toEqual([
        1, 2, 3,
      ]);
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
      const sandbox = sandboxes.create({ maxMemoryBytes: 20 * 1024 * 1024 });
      const first = sandbox.call({ code: "() => 1", args: [], label });
      expect(first).toBeInstanceOf(Promise);
      await first;
      expect(sandbox.call({ code: "() => 2", args: [], label })).toEqual({ value: 2, logs: [] });
      expect(() => sandbox.call({ code: "() => nothing", args: [], label })).toThrow(
        /'nothing' is not defined/,
      );
    });

    test("`load` makes the first call synchronous", async () => {
      const sandbox = sandboxes.create({ maxMemoryBytes: 21 * 1024 * 1024 });
      await Promise.all([sandbox.load(), sandbox.load()]);
      expect(sandbox.call({ code: "() => 1", args: [], label })).toEqual({ value: 1, logs: [] });
    });
  });
}
