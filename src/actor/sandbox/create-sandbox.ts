/** The sandbox behind the port of the engine: QuickJS in WebAssembly, a realm that nobody has used for every call. */
import type { Sandbox, SandboxRequest, SandboxResult } from "../../engine/sandbox.ts";
import { SpellError } from "../../protocol/errors.ts";
import { brokenSandbox, outOfMemory, ranTooLong, withLogs } from "./failures.ts";
import { defaultSandboxLimits, type SandboxLimits } from "./limits.ts";
import { InstanceSlot, type QuickJsInstance } from "./quickjs-instance.ts";
import { SandboxCall } from "./sandbox-call.ts";

export interface LoadableSandbox extends Sandbox {
  /** Loads QuickJS unless it is there, a few milliseconds: afterwards {@link Sandbox.call} is synchronous. */
  load(): Promise<void>;
}

/**
 * A sandbox with these limits. Sandboxes of the isolate share an instance of QuickJS, and nothing in it. The call after one
 * that broke the instance, by its depth of recursion for example, gives a Promise while another is loaded.
 */
export function createSandbox(limits: Partial<SandboxLimits> = {}): LoadableSandbox {
  const allLimits: SandboxLimits = { ...defaultSandboxLimits, ...limits };
  const slot = InstanceSlot.of(allLimits.maxMemoryBytes);
  return {
    async load() {
      await slot.load();
    },
    call(request, taken = () => {}) {
      const instance = slot.current;
      return instance === undefined
        ? callLater(request, taken)
        : callIn(slot, instance, request, allLimits, taken);
    },
  };

  async function callLater(request: SandboxRequest, taken: (steps: number) => void): Promise<SandboxResult> {
    // Another call that waited for the same instance may have broken it already.
    while (slot.current === undefined) await slot.load();
    return callIn(slot, slot.current, request, allLimits, taken);
  }
}

function callIn(
  slot: InstanceSlot,
  instance: QuickJsInstance,
  request: SandboxRequest,
  limits: SandboxLimits,
  taken: (steps: number) => void,
): SandboxResult {
  let call: SandboxCall | undefined;
  let isBroken = false;
  try {
    call = new SandboxCall(instance, request, limits);
    const result = call.run();
    if (instance.memory.isExceeded) throw outOfMemory(request.label, limits);
    return result;
  } catch (thrown) {
    isBroken = !(thrown instanceof SpellError);
    const failure = call?.isExhausted
      ? ranTooLong(request.label, limits)
      : instance.memory.isExceeded
        ? outOfMemory(request.label, limits)
        : thrown instanceof SpellError
          ? thrown
          : brokenSandbox(request.label, thrown, limits);
    throw withLogs(failure, call?.logs ?? []);
  } finally {
    taken(call?.stepsTaken ?? 0);
    if (isBroken || instance.memory.hasGrown) slot.discard(instance);
    else instance.realm.leave();
  }
}
