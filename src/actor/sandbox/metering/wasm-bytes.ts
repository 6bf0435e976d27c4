/** Reads and writes the few encodings of WebAssembly that metering needs. */

export class WasmReader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.position++];
    if (byte === undefined) throw new Error(`The module ends within a value at byte ${this.position - 1}.`);
    return byte;
  }

  /** An unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** Passes a LEB128 of any size and sign. */
  skipLeb(): void {
    while (this.byte() >= 128);
  }

  skip(count: number): void {
    this.position += count;
  }

  /** Passes a vector of bytes, a name for instance, with its length before it. */
  skipBytes(): void {
    const count = this.u32();
    this.skip(count);
  }

  slice(start: number, end = this.position): Uint8Array {
    return this.#bytes.subarray(start, end);
  }
}

/** `value` as an unsigned LEB128. */
export function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** The UTF-8 of `text` with its length before it. */
export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...u32(bytes.length), ...bytes];
}

/** Appends without spreading, which a large array would not survive. */
export function append(target: number[], bytes: ArrayLike<number>): void {
  for (let i = 0; i < bytes.length; i++) target.push(bytes[i]!);
}
