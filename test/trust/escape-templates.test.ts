/** Templates attacked: what they may look up, what they may call, and how much of it. As bad as the escapes of other engines. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileTemplate } from "../../src/engine/template/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { countCases } from "../helpers/count-cases.ts";
import { hostileTexts } from "../helpers/hostile-texts.ts";

const tried = countCases("escape suite");
beforeEach(() => tried());
afterEach(() => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect((globalThis as { ran?: unknown }).ran).toBeUndefined();
});

const megabyte = 1024 * 1024;
const context: JsonObject = {
  text: "text",
  number: 5,
  yes: true,
  nothing: null,
  list: [1, { a: 1 }, "three"],
  object: { a: { b: 1 } },
  own: JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": "own"}}') as JsonObject,
};

/** The text, or the code of the error. */
function rendered(source: string, values: JsonObject = context): string {
  try {
    return compileTemplate(source).render(values);
  } catch (error) {
    const { code, message } = SpellError.from(error);
    expect(message.length).toBeLessThan(1000);
    return code;
  }
}

/** Names by which other engines were left. */
const names = [
  "constructor",
  "__proto__",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "isPrototypeOf",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "toLocaleString",
  "propertyIsEnumerable",
  "call",
  "apply",
  "bind",
  "caller",
  "arguments",
  "then",
  "toJSON",
  "process",
  "globalThis",
  "global",
  "require",
  "this",
  "self",
  "root",
];

describe("A template looks up nothing that is not the context's own:", () => {
  const bases = [
    "",
    "text.",
    "number.",
    "yes.",
    "list.",
    "object.",
    "object.a.",
    "@root.",
    "@root.object.",
    "this.",
    "nothing.",
  ];
  it.each(names)("%s", (name) => {
    for (const base of bases) {
      for (const path of [
        `${base}${name}`,
        `${base}[${name}]`,
        `${base}${name}.constructor`,
        `${base}${name}.${name}`,
      ]) {
        // `this` and `root` mean the context itself; a call of "call" is of no helper.
        const shown = rendered(`{{${path}}}`);
        expect([path, shown.replace("[object Object]", "")]).toEqual([
          path,
          expect.stringMatching(/^(?:|template_error)$/),
        ]);
      }
      const looked = rendered(`{{lookup ${base === "" ? "this" : base.slice(0, -1)} "${name}"}}`);
      expect(looked.replace("[object Object]", "")).toMatch(/^(?:|template_error)$/);
    }
    tried(bases.length * 5 - 1);
  });
  it.each(names.filter((name) => !["this", "root"].includes(name)))(
    "%s as a block, a helper, a parameter, a private name",
    (name) => {
      for (const source of [
        `{{#${name}}}in{{/${name}}}`,
        `{{#with object.${name}}}in{{/with}}`,
        `{{#each object.${name}}}in{{/each}}`,
        `{{#if object.${name}}}in{{/if}}`,
        `{{#each list as |${name}|}}{{${name}.constructor}}{{/each}}`,
        `{{@${name}}}`,
        `{{@root.${name}.${name}}}`,
        `{{#with @root}}{{${name}}}{{/with}}`,
        `{{lookup (lookup object "${name}") "${name}"}}`,
        `{{#each @root}}{{lookup this "${name}"}}{{/each}}`,
        `{{lookup object name}}`.replace("name", `(lookup names 0)`),
        `{{${name} text}}`,
        `{{${name} "return 1"}}`,
        `{{#${name} text}}in{{/${name}}}`,
        `{{{${name}}}}`,
        `{{&${name}}}`,
        `{{../${name}}}`,
      ]) {
        const shown = rendered(source, { ...context, names: [name] });
        // The context's own key of that name is what a lookup among its values may find.
        expect([source, shown.replaceAll("own", "").replaceAll("[object Object]", "")]).toEqual([
          source,
          expect.stringMatching(/^(?:|template_error)$/),
        ]);
      }
      tried(16);
    },
  );
  it("a key of its own may be called as it likes", () => {
    expect(
      rendered("{{own.constructor.prototype}} {{own.__proto__.polluted}} {{lookup own '__proto__'}}"),
    ).toBe("own 1 [object Object]");
  });
});

describe("A template calls nothing but the helpers that there are:", () => {
  it.each([
    // https://mahmoudsec.blogspot.com/2019/04/handlebars-template-injection-and-rce.html, its idea
    '{{#with "s" as |string|}}{{#with "e"}}{{#with split as |conslist|}}{{this.pop}}{{this.push (lookup string.sub "constructor")}}{{/with}}{{/with}}{{/with}}',
    '{{#with (lookup this "constructor") as |F|}}{{F "return process"}}{{/with}}',
    "{{#each (lookup this 'constructor')}}{{this}}{{/each}}",
    "{{helperMissing}}",
    "{{blockHelperMissing text}}",
    "{{#blockHelperMissing text}}in{{/blockHelperMissing}}",
    "{{lookup helpers 'if'}}",
    "{{log.constructor}}",
    "{{if.constructor 'return 1'}}",
    "{{each.call text}}",
    "{{(lookup list 'map').call}}",
    "{{lookup list 'push' 1}}",
    "{{lookup}}",
    "{{lookup this}}",
    "{{#if}}{{/if}}",
    "{{#with}}{{/with}}",
    "{{#each}}{{/each}}",
    "{{> partial}}",
    "{{> (lookup this 'text')}}",
    "{{> @partial-block}}",
    "{{#> layout}}x{{/layout}}",
    '{{#*inline "x"}}y{{/inline}}{{> x}}',
    "{{* decorator}}",
    "{{#* decorator}}x{{/decorator}}",
    "{{{{raw}}}}{{{{/raw}}}}",
    "{{text constructor=(lookup this 'constructor')}}",
    "{{lookup this __proto__=own}}",
    "{{#if yes __proto__=own}}{{polluted}}{{/if}}",
    "{{#each list as |__proto__ constructor|}}{{polluted}}{{/each}}",
    "<%= process %>${process}#{process}{% raw %}{{= 7 * 7 }}",
    "{{7 * 7}}",
    "{{text.constructor.constructor('return process')()}}",
    "{{this['constructor']}}",
    "{{`x`}}",
    "{{a=1}}",
    "{{!--",
    "{{\u0000}}",
    "{{[}}",
    "{{'}}",
    "{{#each list}}",
    "{{/each}}",
    "{{else}}",
    "{{^}}",
    "{{&}}",
  ])("%s", (source) => {
    const shown = rendered(source);
    expect(shown).not.toMatch(/native code|function|process\.|\[object (?!Object)|^49$/);
  });
});

describe("A template ends:", () => {
  const list = (length: number): Json[] => Array.from({ length }, (_, i) => i);
  const long = "x".repeat(megabyte);
  it.each<[string, string, JsonObject]>([
    ["loops within loops", "{{#each l}}".repeat(20) + "x" + "{{/each}}".repeat(20), { l: [[[[1]]]] }],
    [
      "loops over the whole context",
      "{{#each @root}}{{#each @root}}{{#each @root}}{{#each @root}}{{.}}{{/each}}{{/each}}{{/each}}{{/each}}",
      Object.fromEntries(list(100).map((n, i) => [`k${i}`, n])),
    ],
    [
      "a doubling of what it doubles",
      "{{#each l}}{{#each @root.l}}{{#each @root.l}}{{@root.long}}{{/each}}{{/each}}{{/each}}",
      { l: list(1000), long },
    ],
    [
      "a list of itself many times",
      "{{#each l}}{{@root.l}}{{/each}}",
      { l: Array.from({ length: 1000 }, () => list(1000)) },
    ],
    [
      "long texts compared with each context",
      "{{#each l}}{{#with @root.long}}{{#with @root.long}}{{../../x}}{{/with}}{{/with}}{{/each}}",
      { l: list(100_000), long },
    ],
    ["lists written as keys", "{{#each l}}{{lookup @root @root.l}}{{/each}}", { l: list(5000) }],
    ["long paths in a loop", `{{#each l}}{{@root${".a".repeat(1000)}}}{{/each}}`, { l: list(10_000) }],
    ["many tags", "{{a}}".repeat(megabyte / 20), { a: long }],
    ["many blocks", "{{#if a}}{{/if}}".repeat(megabyte / 64), { a: 1 }],
    ["many else ifs", `{{#if a}}${"{{else if a}}".repeat(70_000)}{{/if}}`, {}],
    ["many parameters", `{{lookup ${"a ".repeat(40_000)}}}`, {}],
    ["many names in a hash", `{{log ${Array.from({ length: 20_000 }, (_, i) => `k${i}=a`).join(" ")}}}`, {}],
    [
      "many block parameters",
      `{{#each l as |${Array.from({ length: 20_000 }, (_, i) => `p${i}`).join(" ")}|}}{{p1}}{{/each}}`,
      { l: list(10) },
    ],
    ["a path up and up", `{{${"../".repeat(80_000)}a}}`, { a: 1 }],
    ["depth", "{{#a}}".repeat(50_000), {}],
    ["depth of subexpressions", `{{lookup ${"(lookup ".repeat(100_000)}`, {}],
    [
      "a deep context written out",
      "{{deep}}",
      { deep: JSON.parse("[".repeat(50_000) + "]".repeat(50_000)) as Json },
    ],
    ["white space", `{{~a~}}${" ".repeat(megabyte / 8)}{{~a~}}${"\n".repeat(megabyte / 8)}{{~a~}}`, { a: 1 }],
    [
      "white space around many standing tags",
      "  {{#if a}}  \n".repeat(150) + " ".repeat(megabyte / 8) + "  {{/if}}  \n".repeat(150),
      { a: 1 },
    ],
    ["escapes", "\\{{a}}\\\\{{a}}".repeat(20_000), { a: 1 }],
    ["comments", "{{!--".repeat(40_000), {}],
    ["comments that end elsewhere", `{{!--${"--}".repeat(80_000)}`, {}],
    ["a literal that does not end", `{{lookup this "${"\\\\".repeat(80_000)}`, {}],
    ["a name in brackets that does not end", `{{[${"a".repeat(megabyte - 10)}`, {}],
    ["raw blocks", "{{{{a}}}}".repeat(20_000), {}],
  ])("%s", (_, source, values) => {
    const shown = rendered(source, values);
    expect(shown.length).toBeLessThanOrEqual(8 * megabyte);
  });
  it.each(Object.entries(hostileTexts(megabyte / 4)))("%s", (_, source) => {
    expect(rendered(source, { a: "x" }).length).toBeLessThanOrEqual(8 * megabyte);
  });
});
