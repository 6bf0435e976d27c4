/** How the commands fail: an expected failure with its message, any other with its stack, both with exit code 1. */
import { SpellError } from "../src/protocol/errors.ts";

export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof SpellError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
