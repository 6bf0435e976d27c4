import packageWasm from "@jitl/quickjs-wasmfile-release-sync/wasm?url&inline";
import { expect, test } from "vitest";
import { createSandbox } from "../../../src/actor/sandbox/index.ts";
import { MemoryImage, staticBytes } from "../../../src/actor/sandbox/memory-image.ts";
import { stackExport } from "../../../src/actor/sandbox/metering/meter.ts";
import { WasmReader } from "../../../src/actor/sandbox/metering/wasm-bytes.ts";
import { InstanceSlot } from "../../../src/actor/sandbox/quickjs-instance.ts";
import wasm from "../../../src/actor/sandbox/quickjs.wasm";
import { label } from "../../contracts/sandbox/calls.ts";

const megabyte = 1024 * 1024;
/** As the package is built: https://github.com/justjake/quickjs-emscripten/blob/main/templates/Variant.mk */
const stackBytes = 5 * megabyte;

/** The module's stack pointer at rest. */
function heapStart(): number {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module, name, kind } of WebAssembly.Module.imports(wasm))
    (imports[module] ??= {})[name] =
      kind === "memory" ? new WebAssembly.Memory({ initial: 256, maximum: 256 }) : () => 0;
  return Number((new WebAssembly.Instance(wasm, imports).exports[stackExport] as WebAssembly.Global).value);
}

/** Where the last of a module's data ends that it brings itself. */
function dataEnd(bytes: Uint8Array): number {
  const reader = new WasmReader(bytes, 8);
  let end = 0;
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const size = reader.u32();
    const sectionEnd = reader.position + size;
    if (id === 11)
      for (let left = reader.u32(); left > 0; left--) {
        // Each is active: its kind, i32.const, the offset, the end of that expression.
        expect([reader.byte(), reader.byte()]).toEqual([0, 0x41]);
        const start = reader.u32();
        expect(reader.byte()).toBe(0x0b);
        const length = reader.u32();
        reader.skip(length);
        end = Math.max(end, start + length);
      }
    reader.position = sectionEnd;
  }
  return end;
}

test("an image puts back static data and heap, and leaves the stack as it is", () => {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 8 });
  const bytes = new Uint8Array(memory.buffer);
  const [heap, heapEnd] = [300_000, 320_001];
  for (let i = 0; i < heapEnd; i++) bytes[i] = (i % 255) + 1;
  const before = bytes.slice();
  const image = new MemoryImage(memory, heap);
  bytes.fill(0xa5);
  image.restore();
  const isAsBefore = (start: number, end: number) =>
    bytes.subarray(start, end).every((byte, i) => byte === before[start + i]);
  expect(isAsBefore(0, staticBytes)).toBe(true);
  expect(isAsBefore(heap, heapEnd)).toBe(true);
  expect(bytes.subarray(staticBytes, heap).every((byte) => byte === 0xa5)).toBe(true);
});

test("what an image takes for static data holds all of the module's, and ends within its stack", () => {
  const base64 = packageWasm.slice(packageWasm.indexOf(",") + 1);
  const end = dataEnd(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
  const stackEnd = heapStart() - stackBytes;
  expect(end).toBeGreaterThan(10_000);
  // Data that begins as zeros lies between the two.
  expect(stackEnd).toBeGreaterThanOrEqual(end);
  expect(staticBytes).toBeGreaterThanOrEqual(stackEnd);
  expect(staticBytes).toBeLessThan(stackEnd + megabyte);
});

const kinds = [
  ["that gives its argument", "(x) => x"],
  ["that writes to its console", "(x) => { console.log(x); console.error({ x }) }"],
  ["that lets go of its console", "() => { delete globalThis.console; globalThis.kept = [] }"],
  ["that throws", "() => { throw new Error('x') }"],
  ["that does not parse", "function ("],
  ["that is no function", "42"],
  ["that awaits", "async (x) => { await null; return [x] }"],
  ["that never settles", "() => new Promise(() => {})"],
  ["that leaves work behind", "async () => { (async () => { for (;;) await null })(); return 1 }"],
  ["that loops", "() => { for (;;); }"],
  ["that recurses", "() => { const f = () => f() + 1; f() }"],
  ["that allocates too much at once", "() => 'x'.repeat(1e9)"],
  ["that spoils every built-in", spoilAll()],
  ["that takes two megabytes", "() => { globalThis.list = Array.from({ length: 1e5 }, (_, i) => ({ i })) }"],
  [
    "that uses dates and patterns",
    "() => [new Date(1e12).toString(), /(a+)+/u.exec('aaa'), 2n ** 500n > 1n]",
  ],
] as const;

function spoilAll(): string {
  return `() => {
    for (const key of Object.getOwnPropertyNames(globalThis)) {
      const owner = globalThis[key];
      if (owner === null || owner === globalThis || (typeof owner !== "object" && typeof owner !== "function")) continue;
      for (const name of Reflect.ownKeys(owner)) try { owner[name] = 1 } catch {}
      for (const name of Reflect.ownKeys(owner.prototype ?? {})) try { owner.prototype[name] = 1 } catch {}
    }
  }`;
}

test.each(kinds)("after code %s the memory is what it was, byte by byte", async (_, code) => {
  const maxMemoryBytes = 17 * megabyte;
  const sandbox = createSandbox({ maxSteps: 10_000_000, maxMemoryBytes });
  await sandbox.load();
  const instance = InstanceSlot.of(maxMemoryBytes).current!;
  const bytes = new Uint8Array(instance.memory.memory.buffer);
  const [start, end] = [heapStart(), heapStart() + 64 * 1024];
  const before = [bytes.slice(0, staticBytes), bytes.slice(start, end)];
  try {
    await sandbox.call({ code, args: ["text"], label });
  } catch {
    // Some of them fail on purpose.
  }
  expect(InstanceSlot.of(maxMemoryBytes).current === instance).toBe(true);
  const after = [bytes.subarray(0, staticBytes), bytes.subarray(start, end)];
  for (const [i, part] of before.entries())
    expect(part.findIndex((byte, at) => byte !== after[i]![at])).toBe(-1);
  expect(sandbox.call({ code: "(x) => (console.log(x), [x])", args: [1], label })).toEqual({
    value: [1],
    logs: [{ level: "log", text: "1" }],
  });
});

test("an instance whose memory has grown is replaced: what looked at the old one sees nothing any more", async () => {
  const maxMemoryBytes = 18 * megabyte;
  const sandbox = createSandbox({ maxMemoryBytes });
  await sandbox.load();
  const before = InstanceSlot.of(maxMemoryBytes).current!;
  expect(await sandbox.call({ code: "(x) => x.length", args: ["x".repeat(5e6)], label })).toEqual({
    value: 5e6,
    logs: [],
  });
  expect(InstanceSlot.of(maxMemoryBytes).current === undefined).toBe(true);
  const [large, small] = ["x".repeat(5e6), "x".repeat(10)];
  expect((await sandbox.call({ code: "(x) => x.length", args: [large], label })).value).toBe(5e6);
  const after = InstanceSlot.of(maxMemoryBytes).current!;
  expect(after.memory === before.memory).toBe(true);
  // It has what it needs now, and stays.
  for (const text of [small, large, small])
    expect(sandbox.call({ code: "(x) => x.length", args: [text], label })).toEqual({
      value: text.length,
      logs: [],
    });
  expect(InstanceSlot.of(maxMemoryBytes).current === after).toBe(true);
});
