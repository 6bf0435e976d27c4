/** Projects of Magick: agents, spells and documents in one file. Every spell is imported; the rest has no place yet. */
import { SpellError } from "../protocol/errors.ts";
import type { SpellDocument, SpellIssue } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { FreshNames } from "./fresh-names.ts";
import { type ImportedSpell, unsavedId } from "./imported.ts";
import { maxToldIssues } from "./told-issues.ts";

/** More would be as many writes in one request. */
export const maxProjectSpells = 200;

/** A project has a list of spells and no graph of its own. */
export const isProject = (value: JsonObject): boolean =>
  Array.isArray(value.spells) && value.nodes === undefined && value.format === undefined;

interface Entry {
  written: Json;
  index: number;
}

/**
 * Imports all spells of a project. One that is no spell is left out with a warning, as the others are still of use.
 * @throws SpellError `bad_request` where none of them is a spell, `too_large` above `maxProjectSpells`; what else `importOne` throws
 */
export function importProject(
  { spells, ...rest }: JsonObject,
  importOne: (spell: Json) => ImportedSpell,
): ImportedSpell {
  const listed = Array.isArray(spells) ? spells : [];
  if (listed.length > maxProjectSpells)
    throw new SpellError(
      "too_large",
      `This project has ${listed.length} spells; at most ${maxProjectSpells} are taken.`,
    );
  const documents: SpellDocument[] = [];
  const issues: SpellIssue[] = [];
  const faulty: (Entry & { message: string })[] = [];
  for (const [index, spell] of listed.entries()) {
    const imported = attempt(() => importOne(spell));
    if (imported instanceof SpellError) faulty.push({ written: spell, index, message: imported.message });
    else {
      const isFirst = documents.push(imported.document) === 1;
      // One by one: there may be more of them than a call takes arguments.
      for (const issue of isFirst ? imported.issues : issuesOf(imported.document, imported.issues))
        issues.push(issue);
    }
  }
  const [first, ...more] = documents;
  if (first === undefined) throw noSpells(faulty);
  for (const entry of faulty)
    issues.push(notCarried(`${called("The spell", entry)} was left out: ${entry.message}`));
  issues.push(...withoutPlace("agents", "The agent", rest.agents));
  issues.push(...withoutPlace("documents", "The document", rest.documents));
  issues.push(...separate(documents));
  keepAtFirst(first, { ...rest, spells: faulty.map(({ written }) => written) });
  return { document: first, issues, ...(more.length === 0 ? {} : { more }) };
}

/** Each by its name as far as an answer could tell them, the rest in one. */
function withoutPlace(kind: string, what: string, part: Json | undefined): SpellIssue[] {
  const entries = listOf(part);
  const issues = entries
    .slice(0, maxToldIssues)
    .map((written, index) =>
      notCarried(
        `${called(what, { written, index })} has no place in a spell; it is kept in the \`source\` of the project's first spell.`,
      ),
    );
  const left = entries.length - issues.length;
  if (left > 0)
    issues.push(
      notCarried(`${left} more of its ${kind} have no place in a spell; they are kept there, too.`),
    );
  return issues;
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
  const fresh = new FreshNames(new Set(documents.map(({ id }) => id)));
  const seen = new Set<string>();
  const issues: SpellIssue[] = [];
  for (const document of documents) {
    const { id } = document;
    if (id !== unsavedId && seen.has(id)) {
      document.id = fresh.takeNumbered(id.slice(0, 120));
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
