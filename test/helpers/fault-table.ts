/** A table of faults: each row a test. */
import { it } from "vitest";
import { trustTable } from "./trust-table.ts";

/**
 * @returns `row`, which declares one: the fault, what must hold, and its check, which gives how many cases it tried (1 unless it says)
 */
export function faultTable() {
  const table = trustTable("faults");
  return function row(
    fault: string,
    holds: string,
    check: () => Promise<number | void> | number | void,
  ): void {
    it(`${fault}: ${holds}`, async () => {
      try {
        table.tried((await check()) ?? 1);
        table.row(fault, holds);
      } catch (error) {
        table.tried();
        table.row(fault, `FAILED: ${holds}`);
        throw error;
      }
    });
  };
}
