/** What a call may use: steps, memory, depth, reactions, bytes in and out. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { callsOn, label, type SandboxesUnderTest } from "./calls.ts";

export function limitsContract(sandboxes: SandboxesUnderTest): void {
  describe("limits", () => {
    const { failureOf, run, valueOf } = callsOn(sandboxes.create());
    /** As the default, with a thirtieth of its steps, so that endless work ends sooner. */
    const brief = sandboxes.create({ maxSteps: 10_000_000 });

    afterEach(async () => {
      // Whatever a test did to the sandbox, the next call is right.
      expect(await valueOf("(x) => [x, 6 * 7, console.log('after')]", ["next"], brief)).toEqual([
        "next",
        42,
        null,
      ]);
    });

    /** Each of these would run for minutes at least. */
    test.each([
      ["an endless loop", "() => { for (;;); }"],
      ["an endless loop in async code", "async () => { await null; for (;;); }"],
      [
        "an endless loop that catches what stops it",
        "() => { for (;;) try { for (;;); } catch {} finally { for (;;); } }",
      ],
      [
        "an endless loop in async code that catches what stops it",
        "async () => { for (;;) try { for (;;); } catch {} }",
      ],
      ["an endless loop beside the function", "(() => { for (;;); })()"],
      ["an endless getter of a result", "() => ({ get x() { for (;;); } })"],
      ["an endless toJSON", "() => ({ toJSON() { for (;;); } })"],
      ["an endless getter of an error", "() => { throw { get message() { for (;;); } } }"],
      [
        "endless recursion that catches itself",
        "() => { const f = () => { try { f() } finally { f() } }; f() }",
      ],
      ["endless output", "() => { for (;;) console.log('x'.repeat(100)) }"],
      ["an endless generator", "() => { for (const x of (function* () { for (;;) yield 1 })()); }"],
      ["a catastrophic regular expression", "() => /(a+)+$/.test('a'.repeat(50) + 'b')"],
      [
        "a catastrophic regular expression to compile",
        "() => { let r = 'a'; for (;;) { r = '(?:' + r + ')*'; try { new RegExp(r) } catch {} } }",
      ],
      ["one search in an endless list", "() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)"],
      ["one walk through a sparse list", "() => new Array(2 ** 32 - 1).forEach(() => {})"],
      ["one search in a long string", "() => ('a'.repeat(1e6) + 'c').indexOf('a'.repeat(5e5) + 'b')"],
      ["products of large BigInts", "() => { let x = 3n ** 100000n; for (;;) x * x }"],
      ["copies of a large list", "() => { const a = new Array(1e5).fill(1); for (;;) a.slice() }"],
      ["bulk fills", "() => { const u = new Uint8Array(1e7); for (;;) u.fill(1) }"],
      ["reading JSON again and again", "() => { for (;;) JSON.parse('[1,2,{}]') }"],
    ])("%s is a sandbox_limit", async (_, code) => {
      const error = await failureOf(code, [], brief);
      expect(error.code).toBe("sandbox_limit");
      expect(error.message).toBe(
        `${label} ran too long and was stopped after 10000000 steps. ` +
          "Look for a loop that does not end, or split the work over several nodes.",
      );
    });

    test("the limit of steps holds while the clock stands still, as it does when deployed", async () => {
      vi.useFakeTimers();
      try {
        const before = Date.now();
        expect((await failureOf("() => { for (;;) Date.now() }", [], brief)).message).toMatch(/ran too long/);
        expect(Date.now()).toBe(before);
      } finally {
        vi.useRealTimers();
      }
    });

    test("the same work takes the same steps: what fits fits every time", async () => {
      const code = "(n) => { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum }";
      const ends = await Promise.all([1, 2, 3, 4, 5].map(() => valueOf(code, [500_000], brief)));
      expect(new Set(ends)).toEqual(new Set([124_999_750_000]));
      expect((await failureOf(code, [5_000_000], brief)).code).toBe("sandbox_limit");
    });

    test.each([
      ["a list that grows", "() => { const a = []; for (;;) a.push(a.length) }"],
      [
        "a list that grows, in async code",
        "async () => { const a = []; for (;;) { a.push({ a }); await null } }",
      ],
      ["an object that grows", "() => { const o = {}; for (let i = 0; ; i++) o['k' + i] = i }"],
      ["many strings of a megabyte", "() => { const a = []; for (;;) a.push('x'.repeat(1e6)) }"],
      [
        "many strings of a megabyte, caught",
        "() => { const a = []; try { for (;;) a.push('x'.repeat(1e6)) } catch { return 'caught' } }",
      ],
      ["a huge string", "() => 'x'.repeat(1e9)"],
      ["a string that doubles", "() => { let s = 'x'; for (;;) s += s }"],
      ["a huge typed array", "() => new Uint8Array(1e9)"],
      ["a huge JSON text", "() => new Array(2 ** 32 - 1)"],
      [
        "a Proxy that says it is endless",
        "() => new Proxy([], { get: (t, key) => (key === 'length' ? 2 ** 53 - 1 : undefined) })",
      ],
      ["a chain of Promises", "async () => { const f = async () => { await null; return f() }; return f() }"],
      [
        "an error too large to tell",
        "() => { const a = []; for (;;) try { a.push('x'.repeat(1e5)) } catch (e) { throw a } }",
      ],
    ])("%s is a sandbox_limit for its memory", async (_, code) => {
      const sandbox = sandboxes.create({ maxMemoryBytes: 12 * 1024 * 1024, maxJobs: 1e9 });
      const error = await failureOf(code, [], sandbox);
      expect(error.code).toBe("sandbox_limit");
      expect(error.message).toMatch(/needed more than 12582912 bytes of memory/);
      expect(await valueOf("() => 'x'.repeat(1e6).length", [], sandbox)).toBe(1e6);
    });

    test("code may catch one allocation that is too large, and go on", async () => {
      const code = "() => { try { return 'x'.repeat(1e9).length } catch { return 'caught' } }";
      expect(await valueOf(code)).toBe("caught");
    });

    test.each([
      ["calls", "() => { const f = () => f() + 1; f() }"],
      ["calls through natives", "() => { const f = () => [1].map(f); f() }"],
      ["async calls", "async () => { const f = async () => { await f() }; await f() }"],
      ["getters", "() => ({ get x() { return this.x } }).x"],
      ["Proxies", "() => { let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x }"],
      ["constructors", "() => { class A { constructor() { new A() } } new A() }"],
      ["conversions", "() => { const o = { toString() { return '' + this } }; return '' + o }"],
      ["a result", "() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a }"],
      ["JSON to read", "() => JSON.parse('['.repeat(1e6))"],
      ["code to read", "() => eval('['.repeat(1e5))"],
      ["functions to read", "() => eval('function f(){'.repeat(1e4))"],
    ])("endless depth of %s is a sandbox_limit", async (_, code) => {
      const error = await failureOf(code);
      expect(error.code).toBe("sandbox_limit");
      expect(error.message).toMatch(/recursed too deeply/);
    });

    test("a thousand nested calls fit", async () => {
      expect(await valueOf("() => { const f = (n) => (n === 0 ? 0 : 1 + f(n - 1)); return f(1000) }")).toBe(
        1000,
      );
    });

    test("more Promise reactions than allowed are a sandbox_limit", async () => {
      const sandbox = sandboxes.create({ maxJobs: 1000 });
      expect(
        await valueOf("async () => { for (let i = 0; i < 900; i++) await null; return 'done' }", [], sandbox),
      ).toBe("done");
      const error = await failureOf("async () => { for (;;) await null }", [], sandbox);
      expect(error.code).toBe("sandbox_limit");
      expect(error.message).toMatch(/stopped after 1000 Promise reactions/);
    });

    test("code and arguments above the limit are a sandbox_limit, and are counted in bytes", async () => {
      const sandbox = sandboxes.create({ maxArgumentBytes: 1000 });
      expect(await valueOf("(text) => text.length", ["é".repeat(480)], sandbox)).toBe(480);
      const error = await failureOf("(text) => text.length", ["é".repeat(490)], sandbox);
      expect(error.code).toBe("sandbox_limit");
      expect(error.message).toBe(
        `${label} was given 1005 bytes of code and arguments; 1000 are allowed. Pass it only what it needs.`,
      );
      expect((await failureOf("(text) => text.length", ["x".repeat(8 * 1024 * 1024)])).code).toBe(
        "sandbox_limit",
      );
    });

    test("arguments of 8 MB that do not fit into the memory are a sandbox_limit", async () => {
      const error = await failureOf("(list) => list.length", [Array.from({ length: 4_000_000 }, () => 1)]);
      expect(error.code).toBe("sandbox_limit");
    });

    test("large arguments within the limit arrive", async () => {
      expect(await valueOf("(text) => text.length", ["x".repeat(8_000_000)])).toBe(8_000_000);
    });

    test("a result above the limit is a sandbox_limit, and is counted in bytes", async () => {
      const sandbox = sandboxes.create({ maxResultBytes: 1000 });
      expect(await valueOf("() => 'é'.repeat(499)", [], sandbox)).toBe("é".repeat(499));
      for (const code of ["() => 'é'.repeat(500)", "() => 'x'.repeat(999)", "() => 'x'.repeat(5e6)"]) {
        const error = await failureOf(code, [], sandbox);
        expect(error.code).toBe("sandbox_limit");
        expect(error.message).toMatch(
          /returned more than 1000 bytes of JSON. Return only what the next nodes need/,
        );
      }
    });

    test("output above the limit is cut, with a last entry that says so, and is no error", async () => {
      const sandbox = sandboxes.create({ maxLogBytes: 200 });
      const { value, logs } = await run(
        "() => { console.log('first'); console.warn('é'.repeat(1000)); console.log('never'); return 1 }",
        [],
        sandbox,
      );
      expect(value).toBe(1);
      expect(logs.map(({ level }) => level)).toEqual(["log", "warn", "warn"]);
      expect(logs[1]!.text).toMatch(/^é+$/);
      expect(logs[2]!.text).toBe("Further output is cut: the log of one call holds 200 bytes.");
      const bytes = logs.reduce((sum, { text }) => sum + new TextEncoder().encode(text).length, 0);
      expect(bytes).toBeLessThanOrEqual(200);
    });

    test("empty output is bounded too", async () => {
      const { logs } = await run("() => { for (let i = 0; i < 50000; i++) console.log() }");
      expect(logs.length).toBeLessThan(4200);
    });

    test("a result nested deeper than JSON is taken elsewhere is a sandbox_limit", async () => {
      const nested = (levels: number): string =>
        `() => { let a = []; for (let i = 1; i < ${levels}; i++) a = [a]; return a }`;
      expect(await valueOf(nested(200))).toBeDefined();
      expect(await failureOf(nested(201))).toMatchObject({
        code: "sandbox_limit",
        message: expect.stringContaining("200"),
      });
    });

    test("calls made together are each right, though some of them use up the stack", async () => {
      const sandbox = sandboxes.create({ maxMemoryBytes: 16 * 1024 * 1024 });
      const calls = [
        "() => 1",
        "() => eval('['.repeat(1e5))",
        "() => 2",
        "() => eval('['.repeat(1e5))",
        "() => 3",
      ];
      const ends = await Promise.allSettled(
        calls.map(async (code) => sandbox.call({ code, args: [], label })),
      );
      expect(ends.map((end) => (end.status === "fulfilled" ? end.value.value : "failed"))).toEqual([
        1,
        "failed",
        2,
        "failed",
        3,
      ]);
    });
  });
}
