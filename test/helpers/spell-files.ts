/** Spell files in every format, to be damaged: own fixtures always, the real spells where they are at hand. */
import { inject } from "vitest";
import { importSpell } from "../../src/graph/import.ts";
import { eras, project } from "../fixtures/eras.ts";

export const spellFiles: readonly [name: string, file: unknown][] = [
  ...eras.map(({ era, file }): [string, unknown] => [era, file()]),
  ["a project", project()],
  ...eras.map(({ era, file }): [string, unknown] => [`${era}, native`, importSpell(file()).document]),
  ...Object.entries(inject("realSpells") ?? {})
    .filter(([name]) => name !== "manifest.json")
    .map(([name, text]): [string, unknown] => [name, JSON.parse(text)]),
];
