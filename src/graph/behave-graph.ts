/** What the nodes of a behave-graph file share: its variables, custom events and public sockets, read without trust. */
import type { SpellIssue } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { emptyValue, plainValue } from "./behave-values.ts";

export interface BehaveVariable {
  name: string;
  /** Its name in the state. */
  key: string;
  type: string;
  initial: Json;
}

export interface BehaveSocket {
  name: string;
  type: string;
  /** Of a custom event's parameter. */
  initial?: Json;
}

export interface BehaveGraph {
  /** By id. */
  variables: Map<string, BehaveVariable>;
  /** Parameters by the event's id. */
  customEvents: Map<string, BehaveSocket[]>;
  /** Of a sub-spell: what it takes and gives, flows among them. */
  inputs: BehaveSocket[];
  outputs: BehaveSocket[];
}

/** Ids were written as numbers and as texts. */
export const keyOf = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;

/** No document has such a key: see json-tree.ts. */
const noKey = "__proto__";

export const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

export function readSharedParts(graph: JsonObject, issues: SpellIssue[]): BehaveGraph {
  return {
    variables: readVariables(listOf(graph.variables), issues),
    customEvents: readCustomEvents(listOf(graph.customEvents), issues),
    inputs: readSockets(listOf(graph.graphInputs)),
    outputs: readSockets(listOf(graph.graphOutputs)),
  };
}

/** Sockets as configurations list them: `{name, valueType}`, some by `key`. The first of a name counts. */
export function readSockets(list: Json[]): BehaveSocket[] {
  const sockets = new Map<string, BehaveSocket>();
  for (const entry of list) {
    if (!isJsonObject(entry)) continue;
    const name = keyOf(entry.name) ?? keyOf(entry.key) ?? "";
    if (name === "" || name === noKey || name.length > 200 || sockets.has(name)) continue;
    const type = entry.valueType ?? entry.valueTypeName;
    const initial = entry.defaultValue ?? undefined;
    sockets.set(name, {
      name,
      type: typeof type === "string" && type !== "" ? type : "any",
      ...(initial === undefined ? {} : { initial }),
    });
  }
  return [...sockets.values()];
}

function readVariables(list: Json[], issues: SpellIssue[]): Map<string, BehaveVariable> {
  const variables = new Map<string, BehaveVariable>();
  const keys = new Set<string>();
  for (const entry of list) {
    const id = isJsonObject(entry) ? keyOf(entry.id) : undefined;
    if (!isJsonObject(entry) || id === undefined || id === noKey || variables.has(id)) {
      const message =
        id === undefined || id === noKey
          ? "A variable without an id was left out."
          : `A further variable with the id "${id}" was left out.`;
      issues.push({ severity: "warning", code: "not_carried", message });
      continue;
    }
    const name = keyOf(entry.name) ?? id;
    const type = typeof entry.valueTypeName === "string" ? entry.valueTypeName : "string";
    const key = keys.has(name) || name === noKey ? id : name;
    keys.add(key);
    const given = entry.initialValue;
    const initial = given === undefined || given === null ? undefined : plainValue(type, given);
    if (initial === undefined && given !== undefined && given !== null)
      issues.push({
        severity: "warning",
        code: "not_carried",
        message: `The initial value of the variable "${name}" is no ${type}; it starts empty.`,
      });
    variables.set(id, { name, key, type, initial: initial ?? emptyValue(type) });
  }
  return variables;
}

function readCustomEvents(list: Json[], issues: SpellIssue[]): Map<string, BehaveSocket[]> {
  const events = new Map<string, BehaveSocket[]>();
  for (const entry of list) {
    const id = isJsonObject(entry) ? keyOf(entry.id) : undefined;
    if (!isJsonObject(entry) || id === undefined || events.has(id)) {
      const message =
        id === undefined
          ? "A custom event without an id was left out."
          : `A further custom event with the id "${id}" was left out.`;
      issues.push({ severity: "warning", code: "not_carried", message });
      continue;
    }
    // `flow` is the socket of the trigger itself.
    events.set(
      id,
      readSockets(listOf(entry.parameters)).filter(({ name }) => name !== "flow"),
    );
  }
  return events;
}
