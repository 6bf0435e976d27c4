/** Gathers what nodes inside loops gave, for a reader outside them. */
import type { Json } from "../protocol/values.ts";
import type { Scope } from "./scope.ts";
import type { Visit } from "./visit.ts";

/** What the sources of `reader`'s input gave in the scopes inside its own: by iteration, whenever they were over. */
export function collect(reader: Visit, socket: string): Json[] {
  const { frame, node } = reader;
  const outer = reader.scope ?? reader.readScope;
  const found: { path: number[]; value: Json }[] = [];
  node.sourceNodes.forEach((source, edge) => {
    if (node.inputSockets[node.sourceInputs[edge] as number] !== socket) return;
    const output = node.sourceSockets[edge] as string;
    for (const visit of frame.collectedOf(source)) {
      const value = Object.hasOwn(visit.outputs, output) ? visit.outputs[output] : undefined;
      if (value !== undefined && visit.scope !== undefined && isInside(visit.scope, outer))
        found.push({ path: ordinalsOf(visit.visit), value });
    }
  });
  return found.toSorted((a, b) => byOrdinals(a.path, b.path)).map(({ value }) => value);
}

function isInside(scope: Scope, outer: Scope): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}

const ordinalsOf = (visit: string): number[] => visit.split(/[.~]/).map(Number);

function byOrdinals(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
