/** The memory of an instance as it was at one moment, to be put back. */

/** Holds all of the module's static data, 90 KB; what follows is the far end of its stack, 5 MB long, which no call reaches. */
export const staticBytes = 128 * 1024;
const pageBytes = 4096;

/**
 * What lies in between, the stack, is left as it is, and so is what the heap had not taken yet: a module writes to both
 * before it reads them.
 */
export class MemoryImage {
  readonly #parts: readonly { place: Uint8Array; kept: Uint8Array }[];

  /**
   * @param memory zero beyond what its heap has taken. Should it grow, the image is good for nothing: the views of it are gone.
   * @param heapStart where the stack ends
   */
  constructor(memory: WebAssembly.Memory, heapStart: number) {
    const { buffer } = memory;
    const words = new Uint32Array(buffer);
    let last = words.length - 1;
    // The allocator marks the end of what it has taken.
    while (words[last] === 0) last -= 1;
    const heapEnd = Math.ceil(((last + 1) * words.BYTES_PER_ELEMENT) / pageBytes) * pageBytes;
    this.#parts = [
      [0, staticBytes],
      [heapStart, heapEnd],
    ].map(([start = 0, end = 0]) => {
      const place = new Uint8Array(buffer, start, end - start);
      return { place, kept: place.slice() };
    });
  }

  restore(): void {
    for (const { place, kept } of this.#parts) place.set(kept);
  }
}
