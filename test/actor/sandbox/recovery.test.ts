import { expect, test } from "vitest";
import { createSandbox } from "../../../src/actor/sandbox/index.ts";
import { InstanceSlot } from "../../../src/actor/sandbox/quickjs-instance.ts";
import { callsOn, label } from "../../contracts/sandbox/calls.ts";

const { failureOf, valueOf } = callsOn(createSandbox());
const megabyte = 1024 * 1024;
const trivial = { code: "(x) => [x]", args: [1], label };

/** These break the instance of QuickJS as a whole. */
test.each([
  ["the host's stack ends first", "() => eval('['.repeat(1e5))", "sandbox_limit"],
  ["the steps end within a native", "() => new Array(2 ** 32 - 1).indexOf(1)", "sandbox_limit"],
  ["the memory is used up", "() => { const a = []; for (;;) a.push('x'.repeat(1e5)) }", "sandbox_limit"],
])("an instance is replaced once %s, and the next calls are right", async (_, code, expected) => {
  const maxMemoryBytes = 13 * megabyte;
  const sandbox = createSandbox({ maxSteps: 10_000_000, maxMemoryBytes });
  const slot = InstanceSlot.of(maxMemoryBytes);
  await sandbox.load();
  const before = slot.current;
  expect((await failureOf(code, [], sandbox)).code).toBe(expected);
  expect(slot.current === undefined).toBe(true);
  const next = sandbox.call(trivial);
  expect(next).toBeInstanceOf(Promise);
  expect(await next).toEqual({ value: [1], logs: [] });
  // Compared here: a matcher would print 16 MB of memory where it fails.
  expect(slot.current === before).toBe(false);
  expect(slot.current!.memory === before!.memory).toBe(true);
  expect(sandbox.call(trivial)).toEqual({ value: [1], logs: [] });
});

test.each([
  ["throws", "() => { throw new Error('x') }"],
  ["does not parse", "function ("],
  ["loops", "() => { for (;;); }"],
  ["loops in async code", "async () => { for (;;); }"],
  ["loops after an await", "async () => { try { await null; for (;;); } finally { await null } }"],
  [
    "loops in a job beside",
    "async () => { Promise.resolve().then(() => { for (;;); }); await null; await null; await null }",
  ],
  ["recurses", "() => { const f = () => f() + 1; f() }"],
  ["allocates at once", "() => 'x'.repeat(1e9)"],
  ["never settles", "async () => { await new Promise(() => {}) }"],
  ["returns a cycle", "() => { const a = {}; a.a = a; return a }"],
  ["rejects", "async () => { await null; throw 1 }"],
])("an instance is kept when code %s", async (_, code) => {
  const maxMemoryBytes = 14 * megabyte;
  const sandbox = createSandbox({ maxSteps: 10_000_000, maxMemoryBytes });
  await sandbox.load();
  const before = InstanceSlot.of(maxMemoryBytes).current;
  await failureOf(code, [], sandbox);
  expect(InstanceSlot.of(maxMemoryBytes).current === before).toBe(true);
});

test("fifty replacements in a row leave a sandbox that works, in the same memory", async () => {
  const maxMemoryBytes = 15 * megabyte;
  const sandbox = createSandbox({ maxSteps: 1_000_000, maxMemoryBytes });
  await sandbox.load();
  const { memory } = InstanceSlot.of(maxMemoryBytes).current!;
  for (let i = 0; i < 50; i++) {
    expect((await failureOf("() => eval('['.repeat(1e5))", [], sandbox)).message).toMatch(
      /recursed too deeply/,
    );
    expect(await valueOf("(x) => x + 1", [i], sandbox)).toBe(i + 1);
  }
  expect(InstanceSlot.of(maxMemoryBytes).current!.memory === memory).toBe(true);
});

/** How many blocks of 256 bytes are free in an instance whose memory cannot grow. */
function freeBlocks(maxMemoryBytes: number): number {
  const { quickjs } = InstanceSlot.of(maxMemoryBytes).current!;
  const { module } = quickjs as unknown as { module: { _malloc(bytes: number): number } };
  let blocks = 0;
  while (module._malloc(256) !== 0) blocks++;
  return blocks;
}

test(
  "calls leak nothing: after 200 of each kind there is as much free memory as after 20",
  { timeout: 30_000 },
  async () => {
    const kinds = [
      "(x) => { console.log(x, { x }); return { x } }",
      "async (x) => { await null; console.log(x); return [x] }",
      "() => { throw new Error('x') }",
      "async () => { await null; throw { x: 1 } }",
      "function (",
      "42",
      "() => new Promise(() => {})",
      "() => 1n",
      "() => { const f = () => f() + 1; f() }",
      "() => { globalThis.cycle = { console, f: () => globalThis.cycle }; globalThis.cycle.self = globalThis.cycle }",
    ];
    const free: number[] = [];
    for (const [rounds, maxMemoryBytes] of [
      [20, 10.1 * megabyte],
      [200, 10.2 * megabyte],
    ] as const) {
      const sandbox = createSandbox({ maxMemoryBytes });
      await sandbox.load();
      const before = InstanceSlot.of(maxMemoryBytes).current;
      for (let i = 0; i < rounds; i++) {
        for (const code of kinds) {
          try {
            void sandbox.call({ code, args: ["text"], label });
          } catch {
            // Most of them fail on purpose.
          }
        }
      }
      expect(InstanceSlot.of(maxMemoryBytes).current === before).toBe(true);
      free.push(freeBlocks(maxMemoryBytes));
    }
    expect(free[0]).toBeGreaterThan(10_000);
    expect(free[1]).toBe(free[0]);
  },
);
