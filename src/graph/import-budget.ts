/** Bounds of what one file may become: a few shared lists, given to each of many nodes, are far more than was sent. */
import { SpellError } from "../protocol/errors.ts";
import { maxSpellBytes, maxSpellNodes } from "../protocol/spell.ts";

/** Sockets, edges, nodes, values and warnings that an import adds, all spells of a project together. */
export const maxAddedParts = 50_000;
/** Characters of values that nodes share, counted for each node: a document holds them once for each. */
export const maxSharedText = 4 * maxSpellBytes;

export type AddedPart = "sockets" | "edges" | "nodes" | "values" | "warnings";

/** One for each import. */
export class ImportBudget {
  readonly #added = new Map<AddedPart, number>();
  #parts = 0;
  #sharedText = 0;
  /** Lengths of what was measured: each is measured once, however many share it. */
  readonly #lengths = new WeakMap<object, number>();

  /** @throws SpellError `too_large` above `maxAddedParts` */
  add(part: AddedPart, count = 1): void {
    this.#parts += count;
    this.#added.set(part, (this.#added.get(part) ?? 0) + count);
    if (this.#parts <= maxAddedParts) return;
    const counts = [...this.#added].map(([name, added]) => `${added} ${name}`).join(", ");
    throw new SpellError(
      "too_large",
      `Importing this file adds more than ${maxAddedParts} parts: ${counts} and counting. Give fewer nodes to its lists of sockets, parameters or cases, or shorten those.`,
    );
  }

  /** @throws SpellError `too_large` above `maxSharedText` */
  share(value: object): void {
    const length = this.#lengths.get(value) ?? JSON.stringify(value).length;
    this.#lengths.set(value, length);
    this.#sharedText += length;
    if (this.#sharedText <= maxSharedText) return;
    throw new SpellError(
      "too_large",
      `Values that nodes share (of variables and custom events) take more than ${maxSharedText} characters, counted for each node. Shorten them or use them in fewer nodes.`,
    );
  }
}

/** @throws SpellError `too_large` above what a spell may have */
export function checkNodeCount(count: number): void {
  if (count <= maxSpellNodes) return;
  throw new SpellError(
    "too_large",
    `This spell has ${count} nodes, its sub-spells included; at most ${maxSpellNodes} are taken.`,
  );
}
