/** QuickJS itself: loaded at the first need, shared by the sandboxes of the isolate, replaced once it is broken. */
import variant from "@jitl/quickjs-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSWASMModule } from "quickjs-emscripten-core";
import { BoundedMemory } from "./bounded-memory.ts";
import { stackExport, stepsExport } from "./metering/meter.ts";
import { Realm } from "./realm.ts";
import wasm from "./quickjs.wasm";

/** What {@link QuickJsInstance.steps} holds at most. */
export const mostSteps = 2 ** 31 - 1;

export interface QuickJsInstance {
  readonly quickjs: QuickJSWASMModule;
  readonly realm: Realm;
  /** The steps that it may take before it traps, see the README beside: a positive i32, to be set before each use. */
  readonly steps: WebAssembly.Global;
  readonly memory: BoundedMemory;
}

/** The place of an instance. There is one for each memory limit in use, as the limit is that of the instance. */
export class InstanceSlot {
  static readonly #byLimit = new Map<number, InstanceSlot>();
  readonly #maxMemoryBytes: number;
  #current: QuickJsInstance | undefined;
  #loading: Promise<QuickJsInstance> | undefined;
  /** Of the instance discarded last: used again, since the collector lets them pile up to gigabytes first. */
  #spareMemory: BoundedMemory | undefined;

  private constructor(maxMemoryBytes: number) {
    this.#maxMemoryBytes = maxMemoryBytes;
  }

  static of(maxMemoryBytes: number): InstanceSlot {
    const slot = InstanceSlot.#byLimit.get(maxMemoryBytes) ?? new InstanceSlot(maxMemoryBytes);
    InstanceSlot.#byLimit.set(maxMemoryBytes, slot);
    return slot;
  }

  /** The loaded instance, or undefined before {@link load} and after {@link discard}. */
  get current(): QuickJsInstance | undefined {
    return this.#current;
  }

  /** Loads the instance, once for all who ask at the same time. */
  load(): Promise<QuickJsInstance> {
    if (this.#current !== undefined) return Promise.resolve(this.#current);
    this.#loading ??= this.#instantiate()
      .then((instance) => (this.#current = instance))
      .finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  /** Forgets an instance whose state may be inconsistent; the next call loads another. */
  discard(instance: QuickJsInstance): void {
    if (this.#current !== instance) return;
    this.#current = undefined;
    this.#spareMemory = instance.memory;
  }

  async #instantiate(): Promise<QuickJsInstance> {
    const memory = this.#spareMemory ?? new BoundedMemory(this.#maxMemoryBytes);
    if (memory === this.#spareMemory) memory.reset();
    this.#spareMemory = undefined;
    const silent = () => {};
    let exported: WebAssembly.Exports = {};
    const emscriptenModule = {
      wasmMemory: memory.memory,
      // Synchronous, so that loading needs microtasks alone: it may begin in one request and be awaited in another.
      instantiateWasm(imports: WebAssembly.Imports, onSuccess: (instance: WebAssembly.Instance) => void) {
        const instance = new WebAssembly.Instance(wasm, imports);
        exported = instance.exports;
        onSuccess(instance);
        return exported;
      },
      // Emscripten would print the assertions of an abort, paths of its build included.
      print: silent,
      printErr: silent,
    };
    const quickjs = await newQuickJSWASMModuleFromVariant(newVariant(variant, { emscriptenModule }));
    const heapStart = Number((exported[stackExport] as WebAssembly.Global).value);
    const realm = new Realm(quickjs, memory.memory, this.#maxMemoryBytes, heapStart);
    return { quickjs, realm, memory, steps: exported[stepsExport] as WebAssembly.Global };
  }
}
