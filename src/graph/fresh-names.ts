/** Names that nobody has yet, found without counting from the start for each: files may want one name thousands of times. */
export class FreshNames {
  readonly #taken: Set<string>;
  /** The last number tried, by name. */
  readonly #last = new Map<string, number>();

  /** @param taken is added to */
  constructor(taken: Set<string>) {
    this.#taken = taken;
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** Itself where nobody has it, else with a number. */
  take(wanted: string, separator = "-"): string {
    if (this.#taken.has(wanted)) return this.takeNumbered(wanted, separator);
    this.#taken.add(wanted);
    return wanted;
  }

  takeNumbered(wanted: string, separator = "-"): string {
    const base = `${wanted}${separator}`;
    let n = (this.#last.get(base) ?? 1) + 1;
    while (this.#taken.has(`${base}${n}`)) n += 1;
    this.#last.set(base, n);
    this.#taken.add(`${base}${n}`);
    return `${base}${n}`;
  }
}
