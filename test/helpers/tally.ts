/** Counts the cases of a matrix, so that one that fails does not hide the others. */
import { expect } from "vitest";
import { type TrustTable, trustTable } from "./trust-table.ts";

export class Tally {
  readonly #table: TrustTable;
  readonly #failures: string[] = [];
  #cases = 0;

  /** To be made at the top of a test file. */
  constructor(name: string) {
    this.#table = trustTable(name);
  }

  /** @param faults what is wrong with the case; none where it is as it should be */
  add(what: string, ...faults: (string | false | undefined)[]): void {
    const wrong = faults.filter((fault) => typeof fault === "string");
    this.#failures.push(...wrong.map((fault) => `${what}: ${fault}`));
    this.#cases += 1;
    this.#table.tried();
    if (wrong.length > 0) this.#table.failed();
  }

  /** @param atLeast fewer cases are a matrix that was not tried */
  end(atLeast: number): void {
    expect(this.#failures).toEqual([]);
    expect(this.#cases).toBeGreaterThanOrEqual(atLeast);
  }
}
