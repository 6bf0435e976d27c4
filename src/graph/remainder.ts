/** What an importer cannot carry: told as warnings, kept under the document's `source`. */
import type { SpellIssue } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";

export class Remainder {
  readonly #issues: SpellIssue[];
  readonly #nodes = new Map<string, Map<string, Json>>();
  readonly #edges = new Map<string, Json>();
  readonly #wires: Json[] = [];

  constructor(issues: SpellIssue[]) {
    this.#issues = issues;
  }

  /** A node that was not what it should be; it stands nevertheless. */
  invalid(nodeId: string, message: string): void {
    this.#issues.push({ severity: "warning", code: "invalid_node", nodeId, message });
  }

  lost(message: string, nodeId?: string): void {
    const where = nodeId === undefined ? {} : { nodeId };
    this.#issues.push({ severity: "warning", code: "not_carried", ...where, message });
  }

  keepOfNode(nodeId: string, key: string, value: Json): void {
    const kept = this.#nodes.get(nodeId) ?? new Map<string, Json>();
    this.#nodes.set(nodeId, kept.set(key, value));
  }

  keepOfEdge(edgeId: string, value: Json): void {
    this.#edges.set(edgeId, value);
  }

  keepWire(wire: JsonObject): void {
    this.#wires.push(wire);
  }

  /** For `source`. */
  kept(): JsonObject {
    const nodes = [...this.#nodes].map(([id, kept]): [string, Json] => [id, Object.fromEntries(kept)]);
    return {
      ...(nodes.length === 0 ? {} : { nodes: Object.fromEntries(nodes) }),
      ...(this.#edges.size === 0 ? {} : { edges: Object.fromEntries(this.#edges) }),
      ...(this.#wires.length === 0 ? {} : { wires: this.#wires }),
    };
  }
}

/** The keys of an object that nothing else took; undefined when there are none. */
export function without(value: JsonObject, taken: ReadonlySet<string>): JsonObject | undefined {
  const left = Object.entries(value).filter(([key]) => !taken.has(key));
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** `source` of a document: what the original had beside; keys that are ours are kept apart under `original`. */
export function sourceOf(ours: JsonObject, theirs: JsonObject | undefined): JsonObject {
  const source: JsonObject = { ...ours };
  const hidden: JsonObject = {};
  for (const [key, value] of Object.entries(theirs ?? {}))
    (Object.hasOwn(ours, key) || key === "original" ? hidden : source)[key] = value;
  return Object.keys(hidden).length === 0 ? source : { ...source, original: hidden };
}

export const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
