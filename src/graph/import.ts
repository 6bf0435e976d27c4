/** The front door for spells in any format: tells the format and gives the native document with what could not be carried. */
import { SpellError } from "../protocol/errors.ts";
import { maxSpellNodes, type SpellDocument } from "../protocol/spell.ts";
import { isJsonObject, type JsonObject } from "../protocol/values.ts";
import type { ImportedSpell } from "./imported.ts";
import { importNative } from "./native.ts";
import { importRete } from "./rete.ts";

export interface ImportOptions {
  /** Wins over the id in the file. */
  id?: string;
}

/** The graph of a Thoth or Magick spell: `chain`, `graph`, `data` of a bare module, or the file itself. */
function reteGraph(value: JsonObject): JsonObject | undefined {
  for (const candidate of [value.chain, value.graph, value.data, value])
    if (isJsonObject(candidate) && isJsonObject(candidate.nodes)) return candidate;
  return undefined;
}

/**
 * Reads a spell.
 * @param value parsed JSON: a native document, or Thoth's formats of 2021 to 2022
 * @throws SpellError `bad_request` for what is no spell, `too_large` above 5 000 nodes
 */
export function importSpell(value: unknown, options: ImportOptions = {}): ImportedSpell {
  if (!isJsonObject(value)) {
    const found = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
    throw new SpellError("bad_request", `A spell is a JSON object with nodes; this is ${found}.`, {
      errors: [{ path: "", message: `expected an object, found ${found}` }],
    });
  }
  const imported = value.format === "spellrunner@1" ? importNative(value) : importForeign(value);
  const { document } = imported;
  const count = countNodes(document);
  if (count > maxSpellNodes)
    throw new SpellError(
      "too_large",
      `This spell has ${count} nodes, its sub-spells included; at most ${maxSpellNodes} are taken.`,
    );
  if (options.id !== undefined) document.id = options.id;
  return imported;
}

function importForeign(value: JsonObject): ImportedSpell {
  if (typeof value.format === "string")
    throw new SpellError(
      "bad_request",
      `Unknown spell format "${value.format.slice(0, 100)}"; the native one is "spellrunner@1".`,
      {
        errors: [{ path: "format", message: 'expected "spellrunner@1"' }],
      },
    );
  const graph = reteGraph(value);
  if (graph === undefined)
    throw new SpellError(
      "bad_request",
      "This is no spell: it has neither `nodes` nor a `chain` or `graph` with `nodes`.",
      {
        errors: [{ path: "nodes", message: "expected an object of nodes" }],
      },
    );
  return importRete(value, graph);
}

function countNodes(document: SpellDocument): number {
  let count = Object.keys(document.nodes).length;
  for (const inner of Object.values(document.spells ?? {})) count += countNodes(inner);
  return count;
}
