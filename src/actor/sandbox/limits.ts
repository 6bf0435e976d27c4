/** What one call may use. Everything is counted, nothing is timed: deployed clocks stand still inside pure work. */

export interface SandboxLimits {
  /**
   * Passes through the head of a loop inside QuickJS: each instruction of the code is one, and each pass of a native
   * function, of a regular expression, of the parser or the garbage collector. 110 to 800 of them take a microsecond.
   * At most 1 700 000 000.
   */
  maxSteps: number;
  /** Heap of one call in bytes, arguments included; at least 10.5 MB. Each limit in use has its own instance of QuickJS. */
  maxMemoryBytes: number;
  /**
   * Depth of recursion, in bytes of the WebAssembly stack, 170 for a plain call. Plain calls use up the stack of the host,
   * 1 MB in Workers, at 230 KB and some natives do before; that ends the call just as well, but costs the instance.
   */
  maxStackBytes: number;
  /** Code and arguments together, in bytes of UTF-8. */
  maxArgumentBytes: number;
  /** The result, in bytes of JSON. */
  maxResultBytes: number;
  /** Console output in bytes, 16 more for each entry; what goes beyond is cut, which is not an error. */
  maxLogBytes: number;
  /** Promise reactions: each `await` takes one to three. */
  maxJobs: number;
}

export const defaultSandboxLimits: Readonly<SandboxLimits> = {
  // Taken by `for (;;);` in 1 s, by a loop of Math.sqrt in 1.5 s, by the slowest work known, `for (;;) Date.now()`, in 4.4 s
  // (workerd, one core of a 2-core machine). Native work that cannot be asked to stop gets a quarter more.
  maxSteps: 500_000_000,
  maxMemoryBytes: 32 * 1024 * 1024,
  // 1 100 plain calls.
  maxStackBytes: 192 * 1024,
  maxArgumentBytes: 8 * 1024 * 1024,
  maxResultBytes: 1024 * 1024,
  maxLogBytes: 64 * 1024,
  maxJobs: 100_000,
};
