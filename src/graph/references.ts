/** Spell nodes that ask for spells by ids under which those were not saved. */
import type { SpellDocument, SpellNode } from "../protocol/spell.ts";
import type { Json } from "../protocol/values.ts";
import type { Catalogue } from "./catalogue.ts";

/** A copy of `document` whose Spell nodes ask for the new ids, those of spells carried inside too. */
export function pointedTo(
  document: SpellDocument,
  newIds: ReadonlyMap<string, string>,
  catalogue: Catalogue,
): SpellDocument {
  if (newIds.size === 0) return document;
  const { spells } = document;
  return {
    ...document,
    nodes: mapped(document.nodes, (node) => pointed(node, newIds, catalogue)),
    ...(spells === undefined
      ? {}
      : { spells: mapped(spells, (inner) => pointedTo(inner, newIds, catalogue)) }),
  };
}

function pointed(node: SpellNode, newIds: ReadonlyMap<string, string>, catalogue: Catalogue): SpellNode {
  const shape = catalogue.find(node.component);
  const ref = shape?.role === "spell" ? shape.spellOf?.(node.data) : undefined;
  const id = ref === undefined ? undefined : newIds.get(ref);
  if (id === undefined) return node;
  return { ...node, data: mapped(node.data, (value): Json => (value === ref ? id : value)) };
}

const mapped = <T>(record: Record<string, T>, map: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
