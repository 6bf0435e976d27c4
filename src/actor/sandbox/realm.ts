/** The runtime and context of an instance, with the prelude run: made once, and put back to what they were after each call. */
import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { MemoryImage } from "./memory-image.ts";
import { prelude, preludeFile } from "./prelude.ts";

/** Type "global" and not detected: an `import` in the code must not turn it into a module. */
export const asScript = { type: "global" } as const;

/** The call that is under way. */
export interface RealmUser {
  /** Whether the code must stop. */
  readonly isExhausted: boolean;
  /** Takes console output. @returns whether more is wanted */
  write(level: string, json: QuickJSHandle): boolean;
}

export class Realm {
  readonly runtime: QuickJSRuntime;
  readonly context: QuickJSContext;
  /** The functions of the prelude. */
  readonly begin: QuickJSHandle;
  readonly run: QuickJSHandle;
  readonly describe: QuickJSHandle;
  /** Held, so that code which lets go of its console does not free it on the host, where nothing is put back. */
  readonly #write: QuickJSHandle;
  readonly #image: MemoryImage;
  #user: RealmUser | null = null;

  /** @param heapStart of the memory, see {@link MemoryImage} */
  constructor(
    quickjs: QuickJSWASMModule,
    memory: WebAssembly.Memory,
    maxMemoryBytes: number,
    heapStart: number,
  ) {
    this.runtime = quickjs.newRuntime({
      memoryLimitBytes: maxMemoryBytes,
      interruptHandler: () => this.#user?.isExhausted === true,
    });
    const context = this.runtime.newContext();
    this.context = context;
    this.#write = context.newFunction("write", (level, json) =>
      this.#user?.write(context.getString(level), json) === true ? context.true : context.false,
    );
    const install = context.unwrapResult(context.evalCode(prelude, preludeFile, asScript));
    const installed = context.unwrapResult(context.callFunction(install, context.undefined, this.#write));
    this.begin = context.getProp(installed, "begin");
    this.run = context.getProp(installed, "run");
    this.describe = context.getProp(installed, "describe");
    this.#image = new MemoryImage(memory, heapStart);
  }

  /** @param maxStackBytes see SandboxLimits */
  enter(user: RealmUser, maxStackBytes: number): void {
    this.#user = user;
    this.runtime.setMaxStackSize(maxStackBytes);
  }

  /** Undoes all that the call did: its handles are worth nothing from now on, and need not be freed. */
  leave(): void {
    this.#user = null;
    this.#image.restore();
  }
}
