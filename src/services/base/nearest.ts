/** Exact search among vectors: by the angle between them. */

/**
 * The nearest, nearest first, with `distance`: 1 - cosine. Rows without a vector of that length are left out; a vector of zeros is
 * like nothing.
 */
export function nearest<Row>(
  rows: readonly Row[],
  vectorOf: (row: Row) => readonly number[] | undefined,
  wanted: readonly number[],
  limit: number,
): (Row & { distance: number })[] {
  const length = norm(wanted);
  const found: { row: Row; distance: number }[] = [];
  for (const row of rows) {
    const vector = vectorOf(row);
    if (vector === undefined || vector.length !== wanted.length) continue;
    const lengths = length * norm(vector);
    const cosine = lengths === 0 ? 0 : dot(wanted, vector) / lengths;
    found.push({ row, distance: Math.min(2, Math.max(0, 1 - cosine)) });
  }
  return found
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ row, distance }) => ({ ...row, distance }));
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

const norm = (vector: readonly number[]): number => Math.sqrt(dot(vector, vector));
