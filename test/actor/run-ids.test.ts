/** Ids of runs sort as they were made. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { RunIds } from "../../src/actor/run-ids.ts";

it("sort behind those before them, wherever the clock goes and however often the runner starts anew", () => {
  const step = fc.record({
    by: fc.integer({ min: -1e12, max: 1e12 }),
    count: fc.nat(5),
    starts: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let at = 1_795_781_113_688;
      const clock = { now: () => at };
      let ids = new RunIds(clock, null);
      const made: string[] = [];
      for (const { by, count, starts } of steps) {
        at = Math.max(0, Math.min(2 ** 47, at + by));
        if (starts) ids = new RunIds(clock, made.at(-1) ?? null);
        for (let i = 0; i < count; i++) made.push(ids.next());
      }
      expect(made).toEqual(made.toSorted());
      expect(new Set(made).size).toBe(made.length);
      for (const id of made)
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    }),
  );
});
