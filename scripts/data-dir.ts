/** The folder of the local server's data, for its owner alone: it holds the secret that tokens are signed with. */
import { mkdirSync } from "node:fs";
import { SpellError } from "../src/protocol/errors.ts";

/** Creates it where it is missing. @throws SpellError `not_configured` when it cannot be */
export function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SpellError(
      "not_configured",
      `The data folder ${dataDir} cannot be made (${code}). Set DATA_DIR to another one.`,
    );
  }
}
