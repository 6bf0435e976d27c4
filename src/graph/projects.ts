/** Projects of Magick: agents, spells and documents in one file. Every spell is imported; the rest has no place yet. */
import { SpellError } from "../protocol/errors.ts";
import type { SpellDocument, SpellIssue } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { type ImportedSpell, unsavedId } from "./imported.ts";

/** A project has a list of spells and no graph of its own. */
export const isProject = (value: JsonObject): boolean =>
  Array.isArray(value.spells) && value.nodes === undefined && value.format === undefined;

interface Entry {
  written: Json;
  index: number;
}

/**
 * Imports all spells of a project. One that is no spell is left out with a warning, as the others are still of use.
 * @throws SpellError `bad_request` where none of them is a spell; what else `importOne` throws
 */
export function importProject(
  { spells, ...rest }: JsonObject,
  importOne: (spell: Json) => ImportedSpell,
): ImportedSpell {
  const documents: SpellDocument[] = [];
  const issues: SpellIssue[] = [];
  const faulty: (Entry & { message: string })[] = [];
  for (const [index, written] of (Array.isArray(spells) ? spells : []).entries()) {
    const imported = attempt(() => importOne(written));
    if (imported instanceof SpellError) faulty.push({ written, index, message: imported.message });
    else {
      const isFirst = documents.push(imported.document) === 1;
      issues.push(...(isFirst ? imported.issues : issuesOf(imported.document, imported.issues)));
    }
  }
  const [first, ...more] = documents;
  if (first === undefined) throw noSpells(faulty);
  for (const entry of faulty)
    issues.push(notCarried(`${called("The spell", entry)} was left out: ${entry.message}`));
  for (const [kind, what] of [
    ["agents", "The agent"],
    ["documents", "The document"],
  ] as const)
    for (const [index, written] of listOf(rest[kind]).entries())
      issues.push(
        notCarried(
          `${called(what, { written, index })} has no place in a spell; it is kept in the \`source\` of the project's first spell.`,
        ),
      );
  issues.push(...separate(documents));
  keepAtFirst(first, { ...rest, spells: faulty.map(({ written }) => written) });
  return { document: first, issues, ...(more.length === 0 ? {} : { more }) };
}

/** Issues of another spell than the one that is answered for. */
export const issuesOf = ({ name, id }: SpellDocument, issues: readonly SpellIssue[]): SpellIssue[] =>
  issues.map((issue) => ({
    ...issue,
    message: `In the project's spell ${JSON.stringify(name === "" ? id : name)}: ${issue.message}`,
  }));

function attempt(importing: () => ImportedSpell): ImportedSpell | SpellError {
  try {
    return importing();
  } catch (error) {
    if (error instanceof SpellError && error.code === "bad_request") return error;
    throw error;
  }
}

function noSpells(faulty: readonly (Entry & { message: string })[]): SpellError {
  const errors = faulty.slice(0, 50).map(({ index, message }) => ({ path: `spells.${index}`, message }));
  const [first] = errors;
  return new SpellError(
    "bad_request",
    `This project holds no spell${first === undefined ? "." : `: ${first.path}: ${first.message}`}`,
    { errors: first === undefined ? [{ path: "spells", message: "expected spells" }] : errors },
  );
}

const notCarried = (message: string): SpellIssue => ({ severity: "warning", code: "not_carried", message });

/** A part of a project by its name, its id, or its number. */
function called(what: string, { written, index }: Entry): string {
  const parts = isJsonObject(written) ? [written.name, written.title, written.id] : [];
  const name = parts.find((part) => typeof part === "string" && part !== "");
  return typeof name === "string"
    ? `${what} ${JSON.stringify(name.slice(0, 100))}`
    : `${what} number ${index + 1}`;
}

/** Projects were also written with null for what they have none of. */
const listOf = (part: Json | undefined): readonly Json[] =>
  Array.isArray(part) ? part : part == null ? [] : [part];

/** Two spells of one id could not be told apart by the nodes that run them: the first keeps it. */
function separate(documents: readonly SpellDocument[]): SpellIssue[] {
  const taken = new Set(documents.map(({ id }) => id));
  const seen = new Set<string>();
  const issues: SpellIssue[] = [];
  for (const document of documents) {
    const { id } = document;
    if (id !== unsavedId && seen.has(id)) {
      for (let n = 2; taken.has(document.id); n++) document.id = `${id.slice(0, 120)}-${n}`;
      taken.add(document.id);
      issues.push(
        notCarried(
          `A second spell with the id "${id}" has "${document.id}" now: Spell nodes find the first.`,
        ),
      );
    }
    seen.add(id);
  }
  return issues;
}

function keepAtFirst(first: SpellDocument, parts: JsonObject): void {
  const source: JsonObject = { ...first.source };
  const hidden: JsonObject = {};
  for (const [key, part] of Object.entries(parts)) {
    if (part === null || (Array.isArray(part) && part.length === 0)) continue;
    (Object.hasOwn(source, key) || key === "project" ? hidden : source)[key] = part;
  }
  first.source = Object.keys(hidden).length === 0 ? source : { ...source, project: hidden };
}
