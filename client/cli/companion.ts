/** A module that is started for the time of one run, and says with which settings: a provider on this machine, say. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { SpellError } from "../../src/protocol/errors.ts";

export interface Companion {
  settings: Record<string, string>;
  close(): void | Promise<void>;
}

const settings = z.record(z.string(), z.string());

/** @throws SpellError `not_found`, `bad_request` for a module that is no companion */
export async function startCompanion(path: string | undefined): Promise<Companion> {
  if (path === undefined) return { settings: {}, close: () => undefined };
  const file = resolve(path);
  if (!existsSync(file)) throw new SpellError("not_found", `--with: there is no file ${path}.`);
  const { start } = (await import(pathToFileURL(file).href)) as { start?: () => Promise<Companion> };
  if (typeof start !== "function")
    throw new SpellError("bad_request", `--with: ${path} has no function \`start\`.`);
  const companion = await start();
  if (!settings.safeParse(companion.settings).success || typeof companion.close !== "function")
    throw new SpellError(
      "bad_request",
      `--with: \`start\` of ${path} must give {settings, close}, settings by their names as texts.`,
    );
  return companion;
}
