/** Templates at random and damaged: what Handlebars gives where both take them, else template_error, within bounds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refused, rendered } from "../../engine/template/cases.ts";
import { context } from "../../engine/template/random-contexts.ts";
import { scraps, template } from "../../engine/template/random-templates.ts";
import { byHandlebars, byUs, type Context } from "../../engine/template/reference.ts";
import { campaign, campaignTimeoutMs } from "../../helpers/campaign.ts";
import { isJsonObject } from "../../../src/protocol/values.ts";
import { nastyValues } from "../../helpers/nasty-values.ts";
import { spellFiles } from "../../helpers/spell-files.ts";
import { splices, splicedText } from "../../helpers/text-mutations.ts";

const { check } = campaign("templates");

/** What people wrote: every text of the spells that has a tag. */
function* templatesIn(value: unknown): Generator<string> {
  if (typeof value === "string" && value.includes("{{") && value.length < 5000) yield value;
  if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* templatesIn(inner);
}

const written = [
  ...new Set([
    ...[...rendered, ...refused].flatMap(({ templates }) => templates),
    ...spellFiles.flatMap(([, file]) => [...templatesIn(file)]),
  ]),
];

const contexts: fc.Arbitrary<Context> = fc.oneof(
  context,
  fc.constantFrom(...[...rendered, ...refused].map((cases) => cases.context)),
  // Without those that have no text at all, at which the original breaks where no text is asked for.
  fc
    .constantFrom(...nastyValues.filter((value) => !isJsonObject(value)))
    .map((value) => ({ a: value, b: value })),
);

const same = ([source, values]: [string, Context]): void => {
  const before = JSON.stringify(values);
  const ours = byUs(source, values);
  expect(JSON.stringify(values)).toBe(before);
  const theirs = byHandlebars(source, values);
  if (theirs !== null && ours !== null) expect(ours).toBe(theirs);
};

describe("a template", () => {
  it("at random gives what Handlebars gives", { timeout: campaignTimeoutMs }, () =>
    check(fc.tuple(fc.oneof(template, scraps), contexts), 150, same),
  );

  it("that was written and then damaged does, too", { timeout: campaignTimeoutMs }, () =>
    check(
      fc
        .tuple(fc.constantFrom(...written), splices, contexts)
        .map(([source, changes, values]): [string, Context] => [splicedText(source, changes), values]),
      300,
      same,
    ),
  );

  it("of any characters is taken or refused in words", { timeout: campaignTimeoutMs }, () =>
    check(fc.string({ unit: "binary", maxLength: 200 }), 200, (source) => void byUs(source, {})),
  );
});
