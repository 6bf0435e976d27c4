/** The original, to compare with: real Handlebars compiles to source text, which only a test may evaluate where the runtime forbids `eval`. */
import Handlebars from "handlebars";
import { expect } from "vitest";
import { compileTemplate } from "../../../src/engine/template/index.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import type { Json } from "../../../src/protocol/values.ts";

// {{log}} would write to the console of the test run.
Handlebars.logger.level = Infinity;

export type Context = Record<string, Json>;
/** What a template gives; null where it throws. */
export type Outcome = string | null;

export function byHandlebars(source: string, context: Context): Outcome {
  try {
    const specification = Handlebars.precompile(source, { noEscape: true }) as string;
    // The Workers test pool lets `new Function` through, though not `Function()` as Handlebars.compile calls it.
    // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- it is how the original works
    const template = Handlebars.template(new Function(`return ${specification}`)() as TemplateSpecification);
    // Said explicitly, these defaults do not warn on the console.
    return template(context, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
  } catch {
    return null;
  }
}

/** Our outcome; anything thrown that is no template_error with a line fails the test. */
export function byUs(source: string, context: Context): Outcome {
  try {
    return compileTemplate(source).render(context);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(SpellError);
    expect(thrown).toMatchObject({
      code: "template_error",
      message: expect.stringMatching(/^Template line \d+: /),
    });
    return null;
  }
}
