/** Counts the cases of a matrix, so that one that fails does not hide the others; told in a line that `trust:` begins. */
import { expect } from "vitest";

export class Tally {
  readonly #name: string;
  readonly #failures: string[] = [];
  #cases = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** @param faults what is wrong with the case; none where it is as it should be */
  add(what: string, ...faults: (string | false | undefined)[]): void {
    this.#cases += 1;
    for (const fault of faults) if (typeof fault === "string") this.#failures.push(`${what}: ${fault}`);
  }

  /** @param atLeast fewer cases are a matrix that was not tried */
  end(atLeast: number): void {
    console.log(`trust: ${this.#name}: ${this.#cases} cases, ${this.#failures.length} failures`);
    expect(this.#failures).toEqual([]);
    expect(this.#cases).toBeGreaterThanOrEqual(atLeast);
  }
}
