import * as fc from "fast-check";
import { expect, test } from "vitest";
import { context } from "./random-contexts.ts";
import { scraps, template } from "./random-templates.ts";
import { byHandlebars, byUs } from "./reference.ts";

const runs = 1500;

test(
  "random templates with random contexts give what Handlebars gives, errors included",
  { timeout: 120_000 },
  () => {
    let renderings = 0;
    fc.assert(
      fc.property(template, context, (source, values) => {
        const expected = byHandlebars(source, values);
        if (expected !== null) renderings += 1;
        expect(byUs(source, values)).toBe(expected);
      }),
      { numRuns: runs },
    );
    // A comparison of errors alone would show little.
    expect(renderings).toBeGreaterThan(runs / 3);
  },
);

test("scraps of the language make no other error than template_error", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(scraps, context, (source, values) => {
      expect(byUs(source, values)).toBe(byHandlebars(source, values));
    }),
    { numRuns: runs },
  );
});
