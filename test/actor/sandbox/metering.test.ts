import packageWasm from "@jitl/quickjs-wasmfile-release-sync/wasm?url&inline";
import manifest from "@jitl/quickjs-wasmfile-release-sync/package.json";
import { expect, test } from "vitest";
import { meter, originSection, stackExport, stepsExport } from "../../../src/actor/sandbox/metering/meter.ts";
import { name, u32, WasmReader } from "../../../src/actor/sandbox/metering/wasm-bytes.ts";
import wasm from "../../../src/actor/sandbox/quickjs.wasm";
import meteredWasm from "../../../src/actor/sandbox/quickjs.wasm?url&inline";

const bytesOf = (dataUrl: string) =>
  Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(",") + 1)), (c) => c.charCodeAt(0));
const origin = `${manifest.name}@${manifest.version}`;

/** A module with one global, one exported function `run` and this body, whose locals come first. */
function moduleWith(body: number[]): Uint8Array<ArrayBuffer> {
  const code = [1, ...u32(body.length), ...body];
  const sections: [id: number, content: number[]][] = [
    [1, [1, 0x60, 1, 0x7f, 0]],
    [3, [1, 0]],
    [5, [1, 0, 1]],
    [6, [1, 0x7f, 1, 0x41, 0, 0x0b]],
    [7, [1, ...name("run"), 0, 0]],
    [10, code],
  ];
  const bytes = sections.flatMap(([id, content]) => [id, ...u32(content.length), ...content]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]);
}

test("quickjs.wasm is what metering makes of the installed package; if not, run node scripts/meter-sandbox.ts", () => {
  const [section] = WebAssembly.Module.customSections(wasm, originSection);
  expect(new TextDecoder().decode(section)).toBe(origin);
  const expected = meter(bytesOf(packageWasm), origin);
  const actual = bytesOf(meteredWasm);
  expect(actual.length).toBe(expected.length);
  expect(actual.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
});

test("a metered module exports its steps and its stack beside what it exported before", () => {
  const exported = WebAssembly.Module.exports(wasm);
  expect(exported).toContainEqual({ name: stepsExport, kind: "global" });
  expect(exported).toContainEqual({ name: stackExport, kind: "global" });
  expect(exported.length).toBe(77);
});

test("every loop of the package is metered", () => {
  const source = bytesOf(packageWasm);
  expect(WebAssembly.validate(source)).toBe(true);
  expect(WebAssembly.validate(meter(source, origin))).toBe(true);
  // Each loop takes 20 bytes or more.
  expect(meter(source, origin).length - source.length).toBeGreaterThan(1000 * 20);
});

test.each([
  ["an empty body", [0, 0x0b]],
  ["a loop", [0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b]],
  [
    "loops within loops, with locals",
    [2, 1, 0x7f, 3, 0x7e, 0x03, 0x40, 0x03, 0x40, 0x20, 0, 0x0d, 1, 0x0b, 0x0b, 0x0b],
  ],
  [
    "a bulk copy and a fill",
    [0, 0x20, 0, 0x41, 0, 0x41, 5, 0xfc, 10, 0, 0, 0x20, 0, 0x41, 0, 0x41, 5, 0xfc, 11, 0, 0x0b],
  ],
  [
    "constants whose bytes look like a loop",
    [0, 0x44, 3, 0x40, 3, 0x40, 3, 0x40, 3, 0x40, 0x1a, 0x43, 3, 0x40, 3, 0x40, 0x1a, 0x42, 3, 0x1a, 0x0b],
  ],
  ["a table of branches", [0, 0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 2, 0, 1, 0, 0x0b, 0x0b, 0x0b]],
  [
    "loads, stores and a size of the memory",
    [0, 0x41, 0, 0x28, 2, 0x80, 0x01, 0x1a, 0x41, 0, 0x41, 1, 0x36, 2, 0, 0x3f, 0, 0x1a, 0x0b],
  ],
  ["a conversion that saturates", [0, 0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a, 0x0b]],
  ["a select with a type", [0, 0x41, 1, 0x41, 2, 0x41, 3, 0x1c, 1, 0x7f, 0x1a, 0x0b]],
])("%s stays valid when it is metered", (_, body) => {
  const source = moduleWith(body);
  expect(WebAssembly.validate(source)).toBe(true);
  expect(WebAssembly.validate(meter(source, "test"))).toBe(true);
});

test("an instruction that metering does not know is refused", () => {
  const atomic = moduleWith([0, 0xfe, 0x03, 0, 0x0b]);
  expect(() => meter(atomic, "test")).toThrow("Metering does not know the instruction 0xfe.");
  const tableCopy = moduleWith([0, 0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 14, 0, 0, 0x0b]);
  expect(() => meter(tableCopy, "test")).toThrow("Metering does not know the instruction 0xfc 14.");
});

test("a module without code or exports is refused", () => {
  const empty = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  expect(() => meter(empty, "test")).toThrow(/The module has no section 6/);
});

test.each([0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1])(
  "the number %d is written as it is read",
  (value) => {
    const reader = new WasmReader(Uint8Array.from(u32(value)));
    expect(reader.u32()).toBe(value);
    expect(reader.isAtEnd).toBe(true);
  },
);
