/**
 * Puts a counter into a WebAssembly module, so that no work in it can go on for ever: it exports the steps left as a
 * mutable global, takes one at each pass through the head of a loop, and traps below zero. See the README above.
 */
import { meterFunction } from "./meter-function.ts";
import { append, name, u32, WasmReader } from "./wasm-bytes.ts";

/** The exported global, an i32 that starts with all it can hold. */
export const stepsExport = "steps";
/** The module's first global, which is its stack pointer; at rest it is where the heap begins. Exported, too. */
export const stackExport = "stack";
/** The custom section that says what the module was made from. */
export const originSection = "metered-from";

const section = { custom: 0, type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const;
const headerBytes = 8;
const functionType = 0x60;
const mutableI32 = [0x7f, 1];
const greatestI32 = [0x41, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0b];
const exportedGlobal = 3;

/**
 * @param source a module of one memory, with numbers, bulk memory and reference types at most.
 * @param origin a text that tells a reader, and a test, from which release it comes.
 * @throws Error where the module holds what metering does not know, or has no globals or exports.
 */
export function meter(source: Uint8Array, origin: string): Uint8Array<ArrayBuffer> {
  const reader = new WasmReader(source, headerBytes);
  const output = [...source.subarray(0, headerBytes)];
  const parameters: number[] = [];
  const typeOfFunction: number[] = [];
  let globals = 0;
  const done = new Set<number>();
  const emit = (id: number, content: ArrayLike<number>) => {
    output.push(id, ...u32(content.length));
    append(output, content);
  };

  while (!reader.isAtEnd) {
    const id = reader.byte();
    const size = reader.u32();
    const start = reader.position;
    const end = start + size;
    let content: ArrayLike<number> = reader.slice(start, end);
    if (id === section.type) parameters.push(...parameterCounts(reader));
    if (id === section.import) globals += countImportedGlobals(reader);
    if (id === section.function) {
      for (let left = reader.u32(); left > 0; left--) typeOfFunction.push(reader.u32());
    }
    if (id === section.global) {
      const count = reader.u32();
      content = [...u32(count + 1), ...reader.slice(reader.position, end), ...mutableI32, ...greatestI32];
      globals += count;
    }
    if (id === section.export) {
      const count = reader.u32();
      const steps = [...name(stepsExport), exportedGlobal, ...u32(globals)];
      const stack = [...name(stackExport), exportedGlobal, ...u32(0)];
      content = [...u32(count + 2), ...reader.slice(reader.position, end), ...steps, ...stack];
    }
    if (id === section.code) {
      const countParameters = (index: number) => parameters[typeOfFunction[index]!]!;
      content = meterCode(reader, countParameters, globals);
    }
    emit(id, content);
    done.add(id);
    reader.position = end;
  }
  for (const needed of [section.global, section.export, section.code]) {
    if (!done.has(needed)) throw new Error(`The module has no section ${needed}: metering adds to it.`);
  }
  emit(section.custom, [...name(originSection), ...new TextEncoder().encode(origin)]);
  return Uint8Array.from(output);
}

/** How many parameters each function type has. */
function parameterCounts(reader: WasmReader): number[] {
  const counts: number[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    if (reader.byte() !== functionType) throw new Error("Metering knows function types only.");
    const count = reader.u32();
    counts.push(count);
    reader.skip(count);
    reader.skipBytes();
  }
  return counts;
}

function countImportedGlobals(reader: WasmReader): number {
  let globals = 0;
  const skipLimits = () => {
    const hasMaximum = (reader.byte() & 1) === 1;
    reader.skipLeb();
    if (hasMaximum) reader.skipLeb();
  };
  for (let left = reader.u32(); left > 0; left--) {
    reader.skipBytes();
    reader.skipBytes();
    const kind = reader.byte();
    if (kind === 0) reader.skipLeb();
    else if (kind === 1) {
      reader.skip(1);
      skipLimits();
    } else if (kind === 2) skipLimits();
    else if (kind === 3) {
      reader.skip(2);
      globals++;
    } else throw new Error(`Metering does not know imports of kind ${kind}.`);
  }
  return globals;
}

function meterCode(
  reader: WasmReader,
  countParameters: (index: number) => number,
  counter: number,
): number[] {
  const count = reader.u32();
  const code = u32(count);
  for (let index = 0; index < count; index++) {
    const size = reader.u32();
    const start = reader.position;
    reader.skip(size);
    const body = meterFunction(reader.slice(start), countParameters(index), counter);
    append(code, u32(body.length));
    append(code, body);
  }
  return code;
}
