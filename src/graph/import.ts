/** The front door for spells in any format: tells the format and gives the native document with what could not be carried. */
import { SpellError } from "../protocol/errors.ts";
import type { SpellDocument } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { importBehave } from "./behave.ts";
import { checkNodeCount, ImportBudget } from "./import-budget.ts";
import type { ImportedSpell } from "./imported.ts";
import { checkTree, maxForeignDepth, maxTreeDepth, objectInText } from "./json-tree.ts";
import { importNative } from "./native.ts";
import { importProject, isProject } from "./projects.ts";
import { type FoundGraph, importRete } from "./rete.ts";

export interface ImportOptions {
  /** Wins over the id in the file. */
  id?: string;
}

/**
 * Reads a spell, or a project of several.
 * @param value parsed JSON: a native document, or a file of Thoth, its fork, or Magick
 * @throws SpellError `bad_request` for what is no spell, `too_large` above 5 000 nodes, and for more
 *   than an import may add or a project may hold
 */
export function importSpell(value: unknown, options: ImportOptions = {}): ImportedSpell {
  if (!isJsonObject(value)) throw noObject(value);
  const isNative = value.format === "spellrunner@1";
  checkTree(value, isNative ? maxTreeDepth : maxForeignDepth);
  const budget = new ImportBudget();
  const imported =
    !isNative && isProject(value)
      ? importProject(value, (spell) => importOne(spell, budget))
      : importOne(value, budget);
  if (options.id !== undefined) imported.document.id = options.id;
  return imported;
}

function importOne(value: Json, budget: ImportBudget): ImportedSpell {
  if (!isJsonObject(value)) throw noObject(value);
  const imported = value.format === "spellrunner@1" ? importNative(value) : importForeign(value, budget);
  checkNodeCount(countNodes(imported.document));
  return imported;
}

function importForeign(value: JsonObject, budget: ImportBudget): ImportedSpell {
  if (typeof value.format === "string")
    throw new SpellError(
      "bad_request",
      `Unknown spell format "${value.format.slice(0, 100)}"; the native one is "spellrunner@1".`,
      { errors: [{ path: "format", message: 'expected "spellrunner@1"' }] },
    );
  const found = graphOf(value);
  if (found === undefined)
    throw new SpellError(
      "bad_request",
      "This is no spell: it has neither `nodes` nor a `chain` or `graph` with `nodes`.",
      { errors: [{ path: "nodes", message: "expected an object of nodes" }] },
    );
  return Array.isArray(found.graph.nodes)
    ? importBehave(value, found.graph, budget)
    : importRete(value, found);
}

/** `chain`, `graph`, `data` of a bare module, each an object or the text of one; or the file itself. */
function graphOf(value: JsonObject): FoundGraph | undefined {
  for (const key of ["chain", "graph", "data"]) {
    const written = value[key];
    const graph = typeof written === "string" ? objectInText(written) : written;
    if (isJsonObject(graph) && hasNodes(graph)) return { graph, key };
  }
  return hasNodes(value) ? { graph: value } : undefined;
}

/** An object of them in Rete's formats, a list in those of behave-graph. */
const hasNodes = ({ nodes }: JsonObject): boolean => isJsonObject(nodes) || Array.isArray(nodes);

function noObject(value: unknown): SpellError {
  const found = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  return new SpellError("bad_request", `A spell is a JSON object with nodes; this is ${found}.`, {
    errors: [{ path: "", message: `expected an object, found ${found}` }],
  });
}

function countNodes(document: SpellDocument): number {
  let count = Object.keys(document.nodes).length;
  for (const inner of Object.values(document.spells ?? {})) count += countNodes(inner);
  return count;
}
