import { describe, expect, test } from "vitest";
import { refused, rendered } from "./cases.ts";
import { byHandlebars, byUs } from "./reference.ts";

describe("templates give what Handlebars gives", () => {
  for (const { behaviour, context, templates } of rendered) {
    test(behaviour, () => {
      for (const source of templates) {
        const expected = byHandlebars(source, context);
        expect(expected, `Handlebars must render ${source}`).not.toBeNull();
        expect(byUs(source, context), source).toBe(expected);
      }
    });
  }
});

describe("templates that Handlebars refuses are refused", () => {
  for (const { behaviour, context, templates } of refused) {
    test(behaviour, () => {
      for (const source of templates) {
        expect(byHandlebars(source, context), `Handlebars must refuse ${source}`).toBeNull();
        expect(byUs(source, context), source).toBeNull();
      }
    });
  }
});
