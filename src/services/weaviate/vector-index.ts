/**
 * Vectors of a class in memory, as long as there is room: a search then reads no row. Filled from the rows when it is first asked for,
 * and kept as they are by each change.
 */

/** Of all classes together; the isolate has 128 MB for every actor in it. */
const maxBytes = 32 * 1024 * 1024;

export interface Near {
  seq: number;
  /** 1 - cosine. */
  distance: number;
}

/** Vectors that are looked at together. */
const block = 8;

/** Vectors of one class and length, each of length 1 (or of zeros), one behind the other. */
class Matrix {
  readonly dimensions: number;
  #data: Float32Array;
  readonly #seqs: number[] = [];
  readonly #places = new Map<number, number>();
  /** Of the block that was looked at last. */
  readonly #products = new Float64Array(block);

  constructor(dimensions: number, capacity: number) {
    this.dimensions = dimensions;
    this.#data = new Float32Array(dimensions * Math.max(16, capacity));
  }

  get bytes(): number {
    return this.#data.byteLength;
  }

  put(seq: number, vector: Float32Array): void {
    const place = this.#places.get(seq) ?? this.#seqs.push(seq) - 1;
    this.#places.set(seq, place);
    if ((place + 1) * this.dimensions > this.#data.length) {
      const larger = new Float32Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    const length = Math.sqrt(dot(vector, vector, 0, this.dimensions));
    const start = place * this.dimensions;
    for (let i = 0; i < this.dimensions; i++)
      this.#data[start + i] = length === 0 ? 0 : (vector[i] as number) / length;
  }

  /** The last one takes its place. */
  remove(seq: number): void {
    const place = this.#places.get(seq);
    const last = this.#seqs.pop();
    if (place === undefined || last === undefined) {
      if (last !== undefined) this.#seqs.push(last);
      return;
    }
    this.#places.delete(seq);
    if (last === seq) return;
    this.#seqs[place] = last;
    this.#places.set(last, place);
    const from = this.#seqs.length * this.dimensions;
    this.#data.copyWithin(place * this.dimensions, from, from + this.dimensions);
  }

  nearest(wanted: Float32Array, certainty: number, limit: number): Near[] {
    const length = Math.sqrt(dot(wanted, wanted, 0, this.dimensions));
    const count = this.#seqs.length;
    const best: Near[] = [];
    let worst = Number.POSITIVE_INFINITY;
    for (let first = 0; first < count; first += block) {
      this.#dotBlock(wanted, first);
      for (let place = first; place < Math.min(first + block, count); place++) {
        const product = this.#products[place - first] as number;
        const distance = Math.min(2, Math.max(0, 1 - (length === 0 ? 0 : product / length)));
        if (distance >= worst || 1 - distance / 2 < certainty) continue;
        // Kept in order: as many as are wanted, of however many there are.
        const at = best.findIndex((one) => one.distance > distance);
        best.splice(at === -1 ? best.length : at, 0, { seq: this.#seqs[place] as number, distance });
        if (best.length > limit) best.pop();
        if (best.length === limit) worst = best.at(-1)?.distance ?? worst;
      }
    }
    return best;
  }

  /** Products with eight vectors at once: each number of the wanted one is read once for all, which halves the time. */
  #dotBlock(wanted: Float32Array, first: number): void {
    const { dimensions } = this;
    const data = this.#data;
    const a = first * dimensions;
    if (a + block * dimensions > data.length) {
      for (let n = 0; n < block; n++) this.#products[n] = dot(wanted, data, a + n * dimensions, dimensions);
      return;
    }
    const [b, c, d] = [a + dimensions, a + 2 * dimensions, a + 3 * dimensions];
    const [e, f, g, h] = [a + 4 * dimensions, a + 5 * dimensions, a + 6 * dimensions, a + 7 * dimensions];
    let [pa, pb, pc, pd] = [0, 0, 0, 0];
    let [pe, pf, pg, ph] = [0, 0, 0, 0];
    for (let i = 0; i < dimensions; i++) {
      const x = wanted[i] as number;
      pa += x * (data[a + i] as number);
      pb += x * (data[b + i] as number);
      pc += x * (data[c + i] as number);
      pd += x * (data[d + i] as number);
      pe += x * (data[e + i] as number);
      pf += x * (data[f + i] as number);
      pg += x * (data[g + i] as number);
      ph += x * (data[h + i] as number);
    }
    this.#products.set([pa, pb, pc, pd, pe, pf, pg, ph]);
  }
}

export class VectorIndex {
  readonly #matrices = new Map<string, Matrix>();

  /**
   * The nearest of a class, exactly.
   * @param rows its vectors of that length, read only where they are not in memory
   */
  nearest(
    className: string,
    wanted: Float32Array,
    certainty: number,
    limit: number,
    rows: () => { count: number; vectors: Iterable<{ seq: number; vector: ArrayBuffer }> },
  ): Near[] {
    const key = keyOf(className, wanted.length);
    let matrix = this.#matrices.get(key);
    if (matrix === undefined) {
      const { count, vectors } = rows();
      matrix = new Matrix(wanted.length, count);
      for (const { seq, vector } of vectors) matrix.put(seq, new Float32Array(vector));
      this.#matrices.set(key, matrix);
      this.#makeRoom(key);
    }
    return matrix.nearest(wanted, certainty, limit);
  }

  put(className: string, seq: number, vector: readonly number[] | undefined): void {
    for (const [key, matrix] of this.#matrices)
      if (vector === undefined || key !== keyOf(className, vector.length)) matrix.remove(seq);
      else matrix.put(seq, Float32Array.from(vector));
  }

  remove(seq: number): void {
    for (const matrix of this.#matrices.values()) matrix.remove(seq);
  }

  clear(): void {
    this.#matrices.clear();
  }

  /** Those that were there first go first; one that is too large by itself is not kept at all. */
  #makeRoom(newest: string): void {
    let bytes = 0;
    for (const matrix of this.#matrices.values()) bytes += matrix.bytes;
    for (const [key, matrix] of this.#matrices) {
      if (bytes <= maxBytes) return;
      if (key === newest && matrix.bytes <= maxBytes) continue;
      this.#matrices.delete(key);
      bytes -= matrix.bytes;
    }
  }
}

const keyOf = (className: string, dimensions: number): string => `${dimensions} ${className}`;

/** Of `a` and as many of `b` from `start` on. Four sums, so that the processor need not wait for one. */
function dot(a: Float32Array, b: Float32Array, start: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += (a[i] as number) * (b[start + i] as number);
    s1 += (a[i + 1] as number) * (b[start + i + 1] as number);
    s2 += (a[i + 2] as number) * (b[start + i + 2] as number);
    s3 += (a[i + 3] as number) * (b[start + i + 3] as number);
  }
  for (; i < length; i++) s0 += (a[i] as number) * (b[start + i] as number);
  return s0 + s1 + s2 + s3;
}
