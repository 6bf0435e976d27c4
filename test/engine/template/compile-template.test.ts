import { describe, expect, test } from "vitest";
import { compileTemplate } from "../../../src/engine/template/index.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import type { Context } from "./reference.ts";

/** The error of a template, which must have one. */
function faultOf(source: string, context: Context = {}): SpellError {
  try {
    compileTemplate(source).render(context);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(SpellError);
    return thrown as SpellError;
  }
  throw new Error(`No error from ${source}`);
}

describe("errors", () => {
  test("name the line and the problem, and have the code template_error", () => {
    const fault = faultOf("one\ntwo {{#each list}}\n{{summarise this}}\n{{/each}}", { list: [1] });
    expect(fault.code).toBe("template_error");
    expect(fault.message).toBe(
      'Template line 3: Missing helper: "summarise". The helpers are if, unless, each, with, lookup and log.',
    );
  });

  test.for([
    [
      "an unknown helper with arguments",
      'a\n{{foo.bar "x"}}',
      /^Template line 2: Missing helper: "foo\.bar"\./,
    ],
    [
      "a block that stays open",
      "\n\n{{#if a}}\n{{#each b}}{{/each}}\n",
      /^Template line 3: the block that opens here/,
    ],
    ["a tag that stays open", "a\nb {{c", /^Template line 2: the template ends inside a tag/],
    ["a block closed by another name", "{{#if a}}\n{{/each}}", /^Template line 1: if doesn't match each\./],
    ["a stray closing tag", "a\n{{/if}}", /^Template line 2: unexpected "\{\{\/"/],
    ["a broken name", "\n{{a!b}}", /^Template line 2: unexpected /],
    ["this inside a path", "\n{{a.this}}", /^Template line 2: "this" cannot follow a name/],
    ["a partial", "a\n  {{> card}}\n", /^Template line 2: partials are not supported/],
    ["a partial with a block", "{{#> card}}a{{/card}}", /^Template line 1: partials are not supported/],
    ["a partial behind a condition", "{{#if a}}{{~> (lookup . 'x') ~}}{{/if}}", /partials are not supported/],
    ["a decorator", "\n\n{{* mark a}}", /^Template line 3: decorators are not supported/],
    [
      "a decorator with a block",
      '{{#*inline "a"}}b{{/inline}}',
      /^Template line 1: decorators are not supported/,
    ],
    [
      "a helper without its argument",
      "{{#if\n}}{{/if}}",
      /^Template line 1: #if takes exactly one argument, and has 0/,
    ],
    ["a helper without its block", "\n{{each list}}", /^Template line 2: each needs a block/],
    ["a value called as a helper", "{{name 1}}", /^Template line 1: "name" is a value and not a helper/],
    [
      "a block parameter without a value",
      "{{#if name as |n|}}\n{{n}}{{/if}}",
      /^Template line 2: "n" has no value/,
    ],
  ] as const)("tell of %s", ([, source, message]) => {
    expect(faultOf(source, { name: "Ann", list: [1] })).toMatchObject({
      code: "template_error",
      message: expect.stringMatching(message),
    });
  });

  test("of a template are the same at every attempt", () => {
    expect(faultOf("{{#if a}}").message).toBe(faultOf("{{#if a}}").message);
  });

  test("quote no more than a hundred characters of the template", () => {
    const long = "x".repeat(100_000);
    const sources = [
      `{{#${long}}}{{/y}}`,
      `{{a "b" "${long}" =}}`,
      `{{${long} 1}}`,
      `{{#if 1 as |${long}|}}{{${long}}}{{/if}}`,
    ];
    for (const source of sources) expect(faultOf(source).message.length).toBeLessThan(250);
  });

  test("leave the next rendering alone", () => {
    const template = compileTemplate("{{#each list}}{{lookup . 'x' 'y'}}{{else}}none{{/each}}");
    expect(() => template.render({ list: [1] })).toThrow("lookup takes exactly two arguments");
    expect(template.render({ list: [] })).toBe("none");
  });
});

describe("templates", () => {
  test("render any number of times, each with its own context", () => {
    const template = compileTemplate(
      "{{#each list as |item index|}}{{@index}}{{item}}{{index}} {{/each}}{{n}}",
    );
    expect(template.render({ list: ["a", "b"], n: 1 })).toBe("0a0 1b1 1");
    expect(template.render({ list: [] })).toBe("");
    expect(template.render({ list: ["c"], n: 2 })).toBe("0c0 2");
  });

  test("change neither their context nor each other", () => {
    const context = { list: [{ a: 1 }, null], o: { b: [2] } };
    const before = structuredClone(context);
    compileTemplate("{{#each list}}{{#with ../o}}{{b}}{{@index}}{{/with}}{{/each}}{{#o}}{{b}}{{/o}}").render(
      context,
    );
    expect(context).toEqual(before);
    expect(Object.keys({})).toEqual([]);
  });

  test("render a frozen context and one without a prototype", () => {
    const context = Object.freeze(
      Object.assign(Object.create(null) as Context, { a: Object.freeze([1, 2]) }),
    );
    expect(compileTemplate("{{a}}{{#each a}}-{{.}}{{/each}}").render(context)).toBe("1,2-1-2");
  });

  test("of equal sources are parsed once while they are in use", () => {
    const source = "cached {{a}}";
    const template = compileTemplate(source);
    for (let index = 0; index < 200; index++) {
      compileTemplate(`other ${index}`);
      expect(compileTemplate(["cached ", "{{a}}"].join(""))).toBe(template);
    }
  });

  test("are forgotten when 64 others were used since", () => {
    const template = compileTemplate("forgotten {{a}}");
    for (let index = 0; index < 64; index++) compileTemplate(`later ${index}`);
    expect(compileTemplate("forgotten {{a}}")).not.toBe(template);
    expect(compileTemplate("forgotten {{a}}").render({ a: 1 })).toBe("forgotten 1");
  });

  test("are forgotten when long ones were used since, and very long ones are never kept", () => {
    const template = compileTemplate("small {{a}}");
    const veryLong = "x".repeat(200_000);
    expect(compileTemplate(veryLong)).not.toBe(compileTemplate(veryLong));
    expect(compileTemplate("small {{a}}")).toBe(template);
    compileTemplate("y".repeat(128 * 1024 - 5));
    expect(compileTemplate("small {{a}}")).not.toBe(template);
  });
});
