/**
 * Writes client/lib/message-shapes.ts: the protocol's schemas as plain data, which a page checks messages by without zod (27 KB
 * of gzip, against the 40 that a page may have). `--check` fails where the file is not what the schemas say.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { runCommand } from "./command.ts";
import { makeMessageShapes } from "./make-message-shapes.ts";
import { inProject } from "./project.ts";
import { SpellError } from "../src/protocol/errors.ts";

const path = inProject("client/lib/message-shapes.ts");

await runCommand(async () => {
  const text = await makeMessageShapes(path);
  if (!process.argv.includes("--check")) return writeFileSync(path, text);
  if (readFileSync(path, "utf8") !== text)
    throw new SpellError(
      "conflict",
      "client/lib/message-shapes.ts is not what src/protocol says. Run `npm run shapes`.",
    );
});
