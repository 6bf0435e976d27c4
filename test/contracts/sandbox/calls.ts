/** What the contract suite of the sandbox shares: how its sandboxes are made and called. */
import type { LoadableSandbox, SandboxLimits } from "../../../src/actor/sandbox/index.ts";
import type { LogEntry, SandboxResult } from "../../../src/engine/sandbox.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import type { Json } from "../../../src/protocol/values.ts";

export interface SandboxesUnderTest {
  create: (limits?: Partial<SandboxLimits>) => LoadableSandbox;
  /** What was logged up to a failure. */
  logsOf: (error: unknown) => readonly LogEntry[];
}

export const label = 'Node "754" (Code)';

/** Calls of one sandbox, unless another is named. */
export function callsOn(shared: LoadableSandbox) {
  async function run(code: string, args: Json[] = [], sandbox = shared): Promise<SandboxResult> {
    return await sandbox.call({ code, args, label });
  }
  async function valueOf(code: string, args: Json[] = [], sandbox = shared): Promise<Json | undefined> {
    return (await run(code, args, sandbox)).value;
  }
  /** The error with which the call ends. @throws Error where it ends without one. */
  async function failureOf(code: string, args: Json[] = [], sandbox = shared): Promise<SpellError> {
    try {
      await sandbox.call({ code, args, label });
    } catch (error) {
      if (error instanceof SpellError) return error;
      throw error;
    }
    throw new Error(`The call did not fail: ${code}`);
  }
  return { shared, run, valueOf, failureOf };
}
