/** Rewrites the body of one WebAssembly function so that it counts its loops. */
import { append, u32, WasmReader } from "./wasm-bytes.ts";

const loop = 0x03;
const copyBytes = 10;
const fillBytes = 11;
/** Bytes that a bulk copy moves for one step, as a shift: 64. */
const bytesPerStepShift = 6;

/**
 * @param body locals and instructions, without the size before them.
 * @param parameters how many the function has; its locals are numbered after them.
 * @param counter index of the global that holds the steps left.
 * @returns the body, which takes a step at each pass through the head of a loop and for each 64 bytes of a bulk copy or fill.
 */
export function meterFunction(body: Uint8Array, parameters: number, counter: number): number[] {
  const reader = new WasmReader(body);
  const groups = reader.u32();
  const firstGroup = reader.position;
  let locals = 0;
  for (let group = 0; group < groups; group++) {
    locals += reader.u32();
    reader.skip(1);
  }
  const metered = [...u32(groups + 1), ...reader.slice(firstGroup), 1, 0x7f];
  const scratch = u32(parameters + locals);
  const steps = u32(counter);
  // scratch = top of the stack; steps = scratch; if (scratch < 0) trap
  const settle = [0x22, ...scratch, 0x24, ...steps, 0x20, ...scratch, 0x41, 0, 0x48, 0x04, 0x40, 0x00, 0x0b];
  // steps - 1
  const takeOne = [0x23, ...steps, 0x41, 1, 0x6b, ...settle];
  // steps - (size >>> shift), where the size is on the stack and stays there
  const stepsForSize = [0x41, bytesPerStepShift, 0x76];
  const takeBulk = [0x22, ...scratch, 0x23, ...steps, 0x20, ...scratch, ...stepsForSize, 0x6b, ...settle];
  while (!reader.isAtEnd) {
    const start = reader.position;
    const operation = reader.byte();
    const bulk = skipImmediates(reader, operation);
    if (bulk) append(metered, takeBulk);
    append(metered, reader.slice(start));
    if (operation === loop) append(metered, takeOne);
  }
  return metered;
}

/** Passes the immediates. @returns true for a bulk copy or fill. @throws Error for an instruction it does not know. */
function skipImmediates(reader: WasmReader, operation: number): boolean {
  switch (true) {
    // block, loop, if; br, br_if, call; locals, globals, tables; memory.size and grow; i32.const, i64.const; ref.null, ref.func
    case operation >= 0x02 && operation <= 0x04:
    case operation === 0x0c || operation === 0x0d || operation === 0x10:
    case operation >= 0x20 && operation <= 0x26:
    case operation >= 0x3f && operation <= 0x42:
    case operation === 0xd0 || operation === 0xd2:
      reader.skipLeb();
      return false;
    // br_table
    case operation === 0x0e:
      for (let labels = reader.u32(); labels >= 0; labels--) reader.skipLeb();
      return false;
    // call_indirect; loads and stores
    case operation === 0x11:
    case operation >= 0x28 && operation <= 0x3e:
      reader.skipLeb();
      reader.skipLeb();
      return false;
    // select with types
    case operation === 0x1c:
      reader.skipBytes();
      return false;
    // f32.const, f64.const
    case operation === 0x43:
      reader.skip(4);
      return false;
    case operation === 0x44:
      reader.skip(8);
      return false;
    case operation === 0xfc:
      return skipExtended(reader);
    // unreachable, nop; else, end; return; drop, select; comparisons, arithmetic, conversions; ref.is_null
    case operation <= 0x01 || operation === 0x05 || operation === 0x0b || operation === 0x0f:
    case operation === 0x1a || operation === 0x1b || operation === 0xd1:
    case operation >= 0x45 && operation <= 0xc4:
      return false;
    default:
      throw new Error(`Metering does not know the instruction 0x${operation.toString(16)}.`);
  }
}

function skipExtended(reader: WasmReader): boolean {
  const operation = reader.u32();
  // Below are the saturating conversions, which have no immediates.
  if (operation < 8) return false;
  if (operation !== copyBytes && operation !== fillBytes) {
    throw new Error(`Metering does not know the instruction 0xfc ${operation}.`);
  }
  reader.skip(operation === copyBytes ? 2 : 1);
  return true;
}
