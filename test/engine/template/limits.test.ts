import { describe, expect, test } from "vitest";
import { compileTemplate } from "../../../src/engine/template/index.ts";
import type { Json } from "../../../src/protocol/values.ts";
import type { Context } from "./reference.ts";

const megabyte = 1024 * 1024;
const render = (source: string, context: Context = {}): string => compileTemplate(source).render(context);
const numbers = (length: number): Json[] => Array.from({ length }, (_, index) => index);
const nested = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + close.repeat(levels);

/** Matches an error of ours, which a RangeError of the engine is not. */
const fault = (message: string): object =>
  expect.objectContaining({ code: "template_error", message: expect.stringContaining(message) });

describe("source", { timeout: 30_000 }, () => {
  test("of 1 MB renders, be it text or tags", () => {
    const text = `${"lorem ipsum\n".repeat(megabyte / 12 - 10)}{{a}}`;
    expect(render(text, { a: "end" })).toBe(`${text.slice(0, -5)}end`);
    expect(render("{{a}}".repeat(megabyte / 5), { a: "x" })).toBe("x".repeat(megabyte / 5));
  });

  test("of 1 MB of comments and bracketed names renders, which the parser alone would read for minutes", () => {
    expect(render("{{!-- x --}}".repeat(megabyte / 12))).toBe("");
    expect(render("{{[a]}}".repeat(megabyte / 7), { a: "y" })).toBe("y".repeat(megabyte / 7));
  });

  test("of 1 MB may be one literal, one name or one path", () => {
    const long = "x".repeat(megabyte - 100);
    expect(render(`{{lookup this "${long}"}}`, { [long]: "found" })).toBe("found");
    expect(render(`{{[${long}]}}{{${long.slice(0, 20)}}}`, { [long]: "found" })).toBe("found");
    expect(render(`{{a${".a".repeat(megabyte / 2 - 100)}}}`, { a: { a: 1 } })).toBe("");
  });

  test("above 1 MB is refused", () => {
    expect(() => compileTemplate("x".repeat(megabyte + 1))).toThrow(fault("longer than 1048576 characters"));
  });

  test("with more names than any sensible template has is refused", () => {
    expect(() => compileTemplate(`{{log ${"a ".repeat(262_145)}}}`)).toThrow(fault("more than 262144 names"));
  });
});

describe("nesting", () => {
  test("of 200 levels renders, of blocks, chains and subexpressions alike", () => {
    expect(render(`${"{{#a}}".repeat(200)}x${"{{/a}}".repeat(200)}`, { a: true })).toBe("x");
    expect(render(`{{#if b}}${"{{else if b}}".repeat(198)}{{else if a}}x{{/if}}`, { a: true })).toBe("x");
    expect(
      render(`{{lookup ${"(lookup ".repeat(199)}this 'a') ${"'a') ".repeat(198)} 'a'}}`, deep(200)),
    ).toBe("end");
  });

  test.for([201, 10_000, 80_000])("of %i levels is refused before it can overflow a stack", (levels) => {
    const message = "nested more than 200 deep";
    expect(() => compileTemplate(nested("{{#a}}", "{{/a}}", levels))).toThrow(fault(message));
    expect(() => compileTemplate(nested("{{^a}}", "{{/a}}", levels))).toThrow(fault(message));
    expect(() => compileTemplate(nested("{{#if a}}", "", levels))).toThrow(fault(message));
    expect(() => compileTemplate(`{{a ${nested("(b ", ")", levels)}}}`)).toThrow(fault(message));
    expect(() => compileTemplate(`{{#if a}}${"{{else if b}}".repeat(levels)}{{/if}}`)).toThrow(
      fault(message),
    );
  });

  test("is counted by what is open, not by what there was", () => {
    expect(
      render("{{#a}}{{#if (lookup . 'x')}}{{else if .}}x{{/if}}{{/a}}".repeat(1000), { a: true }),
    ).toHaveLength(1000);
  });

  test("is not counted up by one subexpression after another", () => {
    expect(render("{{lookup (lookup . 'x') 'y'}}".repeat(300), { x: { y: "z" } })).toBe("z".repeat(300));
  });

  test("of the context has no bound", () => {
    let list: Json = ["x"];
    for (let level = 0; level < 100_000; level++) list = [list];
    expect(render("{{list}}", { list })).toBe("x");
  });
});

describe("output", () => {
  const kilobyte = "x".repeat(1024);

  test("of 8 MB renders", () => {
    expect(
      render("{{#each list}}{{@root.text}}{{/each}}", { list: numbers(8 * 1024), text: kilobyte }),
    ).toHaveLength(8 * megabyte);
  });

  test("above 8 MB is refused, whichever way it grows", () => {
    const message = "the output is larger than 8388608 bytes";
    expect(() =>
      render("{{#each list}}{{@root.text}}{{/each}}x", { list: numbers(8 * 1024), text: kilobyte }),
    ).toThrow(fault(message));
    expect(() => render("{{#if a}}{{a}}{{/if}}", { a: "x".repeat(8 * megabyte + 1) })).toThrow(
      fault(message),
    );
    expect(() => render("{{list}}", { list: numbers(9).map(() => "x".repeat(megabyte)) })).toThrow(
      fault(message),
    );
  });

  test("is measured in bytes of UTF-8", () => {
    const message = "the output is larger than 8388608 bytes";
    for (const [letter, bytes] of [
      ["é", 2],
      ["€", 3],
      ["😀", 4],
      ["\ud800", 3],
    ] as const) {
      const most = Math.floor((8 * megabyte) / bytes);
      expect(render("{{text}}", { text: letter.repeat(most) })).toHaveLength(most * letter.length);
      expect(() => render("{{text}}", { text: letter.repeat(most + 1) })).toThrow(fault(message));
    }
  });
});

describe("evaluation", () => {
  const message = "rendering takes more than 1000000 steps";
  const list = numbers(1000);

  test("of a long loop renders", () => {
    expect(
      render("{{#each list}}{{#each ../few}}{{.}}{{/each}}{{/each}}", { list, few: numbers(100) }),
    ).toHaveLength(190_000);
  });

  test("of loops within loops is bounded, even of empty ones", () => {
    expect(() => render("{{#each list}}{{#each ../list}}{{.}}{{/each}}{{/each}}", { list })).toThrow(
      fault(message),
    );
    expect(() => render("{{#each list}}{{#each ../list}}{{/each}}{{/each}}", { list })).toThrow(
      fault(message),
    );
    expect(() =>
      render("{{#list}}{{#../list}}{{#../../list}}{{/../../list}}{{/../list}}{{/list}}", { list }),
    ).toThrow(fault(message));
    expect(() => render("{{^each list}}x{{/each}}", { list: numbers(1_000_001) })).toThrow(fault(message));
  });

  test("counts what it costs to write lists and to walk paths", () => {
    expect(() =>
      render("{{#each list}}{{lookup . ../list}}{{#if ../../list}}{{/if}}{{/each}}", { list: numbers(2000) }),
    ).toThrow(fault(message));
    expect(() => render(`{{#each list}}{{a${".b".repeat(2000)}}}{{/each}}`, { list })).toThrow(
      fault(message),
    );
  });

  test("counts each rendering by itself", () => {
    const template = compileTemplate("{{#each list}}{{#if .}}.{{/if}}{{/each}}");
    for (let time = 0; time < 5; time++)
      expect(template.render({ list: numbers(100_000) })).toHaveLength(99_999);
  });

  test("says at which line it gave up", () => {
    expect(() => render("\n{{#each list}}\n{{#each ../list}}{{.}}{{/each}}\n{{/each}}", { list })).toThrow(
      /^Template line 3: /,
    );
  });
});

/** `levels` objects inside one another, each under "a", the last one the word "end". */
function deep(levels: number): Context {
  let value: Json = "end";
  for (let level = 0; level < levels; level++) value = { a: value };
  return value as Context;
}
