/** Spells as files: one that is to be run, and those beside it. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { wantedSpells } from "../../src/graph/compile.ts";
import { importSpell } from "../../src/graph/import.ts";
import { unsavedId } from "../../src/graph/imported.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import { maxSpellBytes, type SpellDocument, type SpellIssue } from "../../src/protocol/spell.ts";
import { gatherSpells, idFromText, type SpellAtHand } from "./sub-spells.ts";

export interface SpellProject {
  /** The spell of the file itself. */
  id: string;
  /** What has to be saved for it to run, itself last. */
  documents: SpellDocument[];
  /** What of the files could not be carried over. */
  issues: SpellIssue[];
  /** Sub-spells that no file beside it holds. */
  missing: string[];
}

/** The path of a file; undefined when there is none. Relative to where npm was called, not to where it then went. */
export function findFile(name: string): string | undefined {
  const bases =
    process.env.npm_lifecycle_event === "spell" ? [process.env.INIT_CWD, process.cwd()] : [process.cwd()];
  return bases
    .flatMap((base) => (base === undefined ? [] : [resolve(base, name)]))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

/** @throws SpellError `bad_request` for what is no spell */
export function readSpellFile(path: string): SpellProject {
  const { spells, issues } = readSpells(path);
  const [main, ...inside] = spells;
  if (main === undefined) throw new SpellError("bad_request", `${path} holds no spell.`);
  const beside = (): SpellAtHand[] =>
    readdirSync(dirname(path))
      .filter((name) => name.endsWith(".json") && name !== basename(path))
      .toSorted()
      .flatMap((name) => tryToRead(join(dirname(path), name)));
  const { documents, missing } = gatherSpells(
    main,
    () => [...inside, ...beside()],
    (document) => wantedSpells(document, catalogue),
  );
  return { id: main.document.id, documents, issues, missing };
}

function readSpells(path: string): { spells: SpellAtHand[]; issues: SpellIssue[] } {
  const text = readFileSync(path, "utf8");
  if (Buffer.byteLength(text) > maxSpellBytes)
    throw new SpellError("too_large", `${path} is larger than ${maxSpellBytes} bytes.`);
  const value = parse(text, path);
  const stem = basename(path, ".json");
  try {
    const { document, issues, more = [] } = importSpell(value);
    if (document.id === unsavedId) document.id = idFromText(stem);
    if (document.name === "") document.name = stem;
    return {
      spells: [document, ...more].map((each) => ({
        stem: each === document ? stem : each.id,
        document: each,
      })),
      issues,
    };
  } catch (error) {
    if (error instanceof SpellError)
      throw new SpellError(error.code, `${path}: ${error.message}`, { errors: error.errors ?? [] });
    throw error;
  }
}

function parse(text: string, path: string): unknown {
  try {
    // Editors on Windows begin files with a byte order mark, which is no JSON.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : "unreadable";
    throw new SpellError("bad_request", `${path} is not JSON: ${reason}.`);
  }
}

/** None for a file that is no spell: whatever else lies in the folder is nobody's mistake. */
function tryToRead(path: string): SpellAtHand[] {
  try {
    return readSpells(path).spells;
  } catch {
    return [];
  }
}
