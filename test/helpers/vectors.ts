/** Embeddings that a test can foretell: a text is the bag of its words. */

export const dimensions = 32;

/** The same text always gives the same vector; texts that share words are near. */
export function embeddingOf(text: string): number[] {
  const vector: number[] = Array.from({ length: dimensions }, () => 0);
  for (const word of wordsOf(text)) {
    let hash = 7;
    for (const letter of word) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
    vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + 1;
  }
  if (!vector.some((part) => part !== 0)) vector[0] = 1;
  return vector;
}

export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

export function distanceOf(a: readonly number[], b: readonly number[]): number {
  let dot = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] ?? 0) * (b[i] ?? 0);
    lengthA += (a[i] ?? 0) ** 2;
    lengthB += (b[i] ?? 0) ** 2;
  }
  const cosine = lengthA === 0 || lengthB === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
  return Math.min(2, Math.max(0, 1 - cosine));
}

/** Those with a vector of that length, nearest first. */
export function nearestOf<Row>(
  rows: readonly Row[],
  vectorOf: (row: Row) => readonly number[] | undefined,
  wanted: readonly number[],
): (Row & { distance: number })[] {
  return rows
    .flatMap((row) => {
      const vector = vectorOf(row);
      return vector?.length === wanted.length ? [{ ...row, distance: distanceOf(vector, wanted) }] : [];
    })
    .toSorted((a, b) => a.distance - b.distance);
}

/** Those that have a word of the query, best first, by BM25. */
export function rankedOf<Row>(
  rows: readonly Row[],
  textOf: (row: Row) => string,
  asked: string,
): (Row & { score: number })[] {
  const bags = rows.map((row) => wordsOf(textOf(row)));
  const meanLength = bags.reduce((sum, bag) => sum + bag.length, 0) / Math.max(1, bags.length);
  const terms = [...new Set(wordsOf(asked))];
  return rows
    .map((row, i) => {
      const bag = bags[i] ?? [];
      const score = terms.reduce((sum, term) => {
        const count = bag.filter((word) => word === term).length;
        const having = bags.filter((other) => other.includes(term)).length;
        const rarity = Math.log(1 + (bags.length - having + 0.5) / (having + 0.5));
        return sum + (rarity * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * bag.length) / meanLength));
      }, 0);
      return { ...row, score };
    })
    .filter((row) => row.score > 0)
    .toSorted((a, b) => b.score - a.score);
}
