/** Reads spells of the Rete 1 generation: Thoth from 2021 on, its fork, and Magick until January 2024. */
import type { SpellDocument, SpellIssue, SpellNode } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { Dialect } from "./dialect.ts";
import { idFrom, type ImportedSpell, unsavedId } from "./imported.ts";
import { edgesFrom } from "./rete-edges.ts";
import { idsOf, nodeFrom } from "./rete-nodes.ts";
import { objectInText } from "./json-tree.ts";
import { objectOf, Remainder, sourceOf, without } from "./remainder.ts";

const maxName = 300;

/** A graph and the key of the wrapper under which it stood; none where the file is the graph. */
export interface FoundGraph {
  graph: JsonObject;
  key?: string;
}

export function importRete(spell: JsonObject, found: FoundGraph): ImportedSpell {
  const issues: SpellIssue[] = [];
  return { document: documentFrom(spell, found, issues), issues };
}

function documentFrom(spell: JsonObject, { graph, key }: FoundGraph, issues: SpellIssue[]): SpellDocument {
  const remainder = new Remainder(issues);
  const written = objectOf(graph.nodes);
  const nodes = new Map(
    Object.entries(written).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])),
  );
  const dialect = new Dialect(nodes);
  const ids = idsOf(Object.keys(written), remainder);
  const converted = [...ids].map(([at, id]): [string, SpellNode] => [
    id,
    nodeFrom(at, id, written[at], dialect, remainder),
  ]);
  const edges = edgesFrom({ nodes, ids, dialect }, remainder);
  const taken = new Set(["id", "modules", ...(key === undefined ? ["nodes", "comments"] : [key])]);
  const name = nameOf(spell, taken, remainder);
  const state = stateOf(spell, taken, remainder);
  const { spells, left: modules } = modulesOf(spell.modules, issues);
  warnOfOtherGraphs(spell, taken, remainder);
  const graphLeft = key === undefined ? undefined : without(graph, new Set(["id", "nodes", "comments"]));
  const ours: JsonObject = {
    format: "rete-v1",
    ...(spell.id === undefined ? {} : { id: spell.id }),
    ...(graph.id === undefined ? {} : { graphId: graph.id }),
    ...(dialect.isPrototype ? { triggersWere: "data" } : {}),
    ...(graphLeft === undefined ? {} : { graph: graphLeft }),
    ...(modules.length === 0 ? {} : { modules }),
    ...remainder.kept(),
  };
  return {
    format: "spellrunner@1",
    id: idFrom(spell.id) ?? idFrom(spell._id) ?? unsavedId,
    name,
    version: 0,
    nodes: Object.fromEntries(converted),
    edges,
    ...(graph.comments === undefined ? {} : { comments: graph.comments }),
    ...(state === undefined ? {} : { state }),
    ...(spells.size === 0 ? {} : { spells: Object.fromEntries(spells) }),
    source: sourceOf(ours, without(spell, taken)),
  };
}

function nameOf({ name }: JsonObject, taken: Set<string>, remainder: Remainder): string {
  if (typeof name !== "string") return "";
  if (name.length <= maxName) taken.add("name");
  else remainder.lost(`The spell's name was cut to ${maxName} characters.`);
  return name.slice(0, maxName);
}

/** The state that a spell begins with: an object, or the text of one as it lay in a database. */
function stateOf(spell: JsonObject, taken: Set<string>, remainder: Remainder): JsonObject | undefined {
  for (const key of ["gameState", "game_state"]) {
    const value = spell[key];
    const state = typeof value === "string" ? objectInText(value) : value;
    if (isJsonObject(state)) {
      taken.add(key);
      return state;
    }
    if (value !== undefined && value !== null && value !== "")
      remainder.lost(`\`${key}\` is no object and was left out; it is kept in \`source\`.`);
  }
  return undefined;
}

/** Sub-spells of 2021, carried inside by the names that Module nodes use. */
function modulesOf(
  modules: Json | undefined,
  issues: SpellIssue[],
): { spells: Map<string, SpellDocument>; left: Json[] } {
  const spells = new Map<string, SpellDocument>();
  const left: Json[] = [];
  const entries = isJsonObject(modules) ? Object.values(modules) : (modules ?? []);
  for (const module of Array.isArray(entries) ? entries : [entries]) {
    const name = isJsonObject(module) && typeof module.name === "string" ? module.name : undefined;
    const message = faultOfModule(module, name, spells);
    if (isJsonObject(module) && name !== undefined && message === undefined)
      spells.set(name, documentFrom(module, { graph: objectOf(module.data), key: "data" }, issues));
    else {
      issues.push({ severity: "warning", code: "not_carried", message: `${message} and was left out.` });
      left.push(module);
    }
  }
  return { spells, left };
}

function faultOfModule(
  module: Json,
  name: string | undefined,
  spells: ReadonlyMap<string, SpellDocument>,
): string | undefined {
  if (!isJsonObject(module)) return "An entry of `modules` is no module";
  if (name === undefined || name === "__proto__") return "A module without a name";
  const called = JSON.stringify(name.slice(0, 100));
  if (!isJsonObject(objectOf(module.data).nodes)) return `The module ${called} has no nodes`;
  return spells.has(name)
    ? `A further module called ${called}, of which Module nodes find the first,`
    : undefined;
}

function warnOfOtherGraphs(spell: JsonObject, taken: ReadonlySet<string>, remainder: Remainder): void {
  for (const key of ["chain", "graph", "data"])
    if (!taken.has(key) && objectOf(spell[key]).nodes !== undefined)
      remainder.lost(`A second graph, under \`${key}\`, was left out; it is kept in \`source\`.`);
}
