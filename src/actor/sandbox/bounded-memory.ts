/** The memory of one QuickJS instance, which is also the limit of what code may allocate. */

const pageBytes = 65_536;
/** The module does not start with less. */
const initialPages = 256;
/** What the module takes before its heap begins, nearly all of it stack. */
const stackAndDataBytes = 5.5 * 1024 * 1024;

/**
 * QuickJS has a memory limit of its own, which does not hold in WebAssembly: there it takes a block of any size for 8 bytes
 * (`js_def_malloc_usable_size` in quickjs.c), so that 32 MB were 200 MB and more. The maximum of the memory does hold.
 */
export class BoundedMemory {
  readonly memory: WebAssembly.Memory;
  #isExceeded = false;
  #hasGrown = false;

  /** @param maxHeapBytes what may be allocated, at least 10.5 MB. */
  constructor(maxHeapBytes: number) {
    const wanted = Math.ceil((stackAndDataBytes + maxHeapBytes) / pageBytes);
    const maximum = Math.max(initialPages, wanted);
    const memory = new WebAssembly.Memory({ initial: initialPages, maximum });
    // Emscripten asks for a fifth more than it needs. It is given what is left, and traps at its end if it needed more.
    memory.grow = (pages) => {
      const left = maximum - memory.buffer.byteLength / pageBytes;
      this.#hasGrown = true;
      if (left > 0) return WebAssembly.Memory.prototype.grow.call(memory, Math.min(pages, left));
      this.#isExceeded = true;
      throw new RangeError("The memory of the sandbox is used up.");
    };
    this.memory = memory;
  }

  /** Whether more was asked for than there is: nothing that QuickJS did since is to be trusted. */
  get isExceeded(): boolean {
    return this.#isExceeded;
  }

  /** Whether its views are gone that were made before. */
  get hasGrown(): boolean {
    return this.#hasGrown;
  }

  /** Makes it as good as new: a module fills in its data, and counts on zeros everywhere else. */
  reset(): void {
    new Uint8Array(this.memory.buffer).fill(0);
    this.#isExceeded = false;
    this.#hasGrown = false;
  }
}
