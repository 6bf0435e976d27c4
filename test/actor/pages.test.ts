import { expect, it } from "vitest";
import { inPages } from "../../src/actor/pages.ts";

it("gives every row once, and reads each page to its end", () => {
  for (const count of [0, 1, 15, 16, 17, 32, 100]) {
    const asked: (number | undefined)[] = [];
    const rows = inPages<number>((limit, last) => {
      asked.push(last);
      const from = last === undefined ? 0 : last + 1;
      return Array.from({ length: Math.min(limit, count - from) }, (_, i) => from + i);
    });
    expect([...rows]).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(asked).toHaveLength(Math.floor(count / 16) + 1);
  }
});

it("reads no page before somebody wants it", () => {
  let pages = 0;
  const rows = inPages<number>((limit) => {
    pages += 1;
    return Array.from({ length: limit }, (_, i) => i);
  });
  for (const row of rows) if (row === 15) break;
  expect(pages).toBe(1);
});
