/** The port behind which user code runs. The engine never evaluates code itself; see `actor/sandbox` for QuickJS behind it. */
import type { Json } from "../protocol/values.ts";

export interface SandboxRequest {
  /** Any JavaScript function expression or declaration, async too; it is called with `args`. */
  code: string;
  args: Json[];
  /** Named in error messages: `Node "754" (Code)`. */
  label: string;
}

export interface SandboxResult {
  /** What the function returned, through JSON: `undefined` where it returned nothing that JSON can hold. */
  value: Json | undefined;
  /** One entry per console call, in order; output above the limit is cut, and the last entry says so. */
  logs: LogEntry[];
}

export interface LogEntry {
  level: "debug" | "log" | "info" | "warn" | "error";
  text: string;
}

/**
 * Runs untrusted code without host objects, network, clock-based limits or state left over from another call.
 * Limits are counted (steps, bytes), since deployed clocks stand still inside pure work.
 */
export interface Sandbox {
  /**
   * Runs one function and gives its result; a Promise that the code returns is awaited inside the sandbox.
   * Synchronous once the sandbox is loaded, a Promise before.
   * @param taken is told how many steps the call took, however it ended
   * @throws SpellError `code_error` when the code does not parse or throws (its message, name and line),
   * `sandbox_limit` when it runs too long, needs too much memory, takes or returns too much, or gives a Promise that never settles.
   */
  call(request: SandboxRequest, taken?: (steps: number) => void): SandboxResult | Promise<SandboxResult>;
}
