/** What the tests of the sandbox share. */
import type { SandboxResult } from "../../../src/engine/sandbox.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import type { Json } from "../../../src/protocol/values.ts";
import { createSandbox, type LoadableSandbox } from "../../../src/actor/sandbox/index.ts";

export const label = 'Node "754" (Code)';
export const shared = createSandbox();

export async function run(code: string, args: Json[] = [], sandbox = shared): Promise<SandboxResult> {
  return await sandbox.call({ code, args, label });
}

export async function valueOf(code: string, args: Json[] = [], sandbox = shared): Promise<Json | undefined> {
  return (await run(code, args, sandbox)).value;
}

/** The error with which the call ends. @throws Error where it ends without one. */
export async function failureOf(
  code: string,
  args: Json[] = [],
  sandbox: LoadableSandbox = shared,
): Promise<SpellError> {
  try {
    await sandbox.call({ code, args, label });
  } catch (error) {
    if (error instanceof SpellError) return error;
    throw error;
  }
  throw new Error(`The call did not fail: ${code}`);
}
