/** Random templates of the whole language, most of them valid. */
import * as fc from "fast-check";
import { name } from "./random-contexts.ts";

type Source = fc.Arbitrary<string>;

const one = (...texts: string[]): Source => fc.constantFrom(...texts);
const often = (...choices: [weight: number, Source][]): Source =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const sequence = (...parts: (string | Source)[]): Source =>
  fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((texts) => texts.join(""));
const list = (part: Source, most: number, separator = ""): Source =>
  fc
    .array(part, { minLength: separator === "" ? 0 : 1, maxLength: most })
    .map((texts) => texts.join(separator));

const oddName = one(
  "length",
  "[0]",
  "[b c]",
  "constructor",
  "__proto__",
  "toString",
  "[this]",
  "[if]",
  "x-this",
  "[]",
);
const start = often([8, one("")], [3, one("../", "../../", "./", "this.", "@root.", "../this/")]);
const path = often(
  [6, sequence(start, list(often([12, name], [1, oddName]), 3, "."))],
  [1, sequence(start, list(name, 2, "/"))],
  [3, one("this", ".", "..", "@index", "@key", "@first", "@last", "@root")],
  [1, one("@../index", "@../key", "@_parent.key", "@index.x", "p", "i")],
);
const literal = one(
  "1",
  "0",
  "-1",
  "1.5",
  "true",
  "false",
  "null",
  "undefined",
  '"a"',
  "'b'",
  '""',
  `'it\\'s'`,
);
const tilde = often([9, one("")], [1, one("~")]);
const text = often(
  [6, one("", "", "t", " ", "\n", "  \n", "\n  ", " \n \n ", "x\n", "\r\n", "{", "}", "\t\n", "1")],
  [1, one("\\", "\\\\", "\\{{a}}", "\\\\{{a}}", "\\{{a}} {{b}}", "{{{{a}}}} {{b}} {{{{/a}}}}")],
  [1, one("{{! c }}", "{{!-- c }} --}}", "{{~!-- {{a}} --~}}", "{{!}}", "{{!----~}}")],
  [1, fc.string({ maxLength: 4 })],
);
const broken = one(
  "{{",
  "}}",
  "{{a",
  "{{else}}",
  "{{/a}}",
  "{{(a)}}",
  "{{a=1}}",
  "{{foo a}}",
  "{{if a}}",
  "{{a.#b}}",
  "{{a}",
);

interface Grammar {
  expression: string;
  call: string;
  statement: string;
  body: string;
  block: string;
}

const grammar = fc.letrec((tie: fc.LetrecTypedTie<Grammar>) => {
  const condition = sequence(
    tie("expression"),
    often([9, one("")], [1, one(" includeZero=true", " k=b includeZero=a")]),
  );
  const helper = one("if", "if", "unless", "each", "each", "with");
  const params = one("", "", "", "", " as |p|", " as |p i|", " as |a|", " as |i i|");
  const body = tie("body");
  const otherwise = sequence("{{", tilde, one("else", "^", " else "), tilde, "}}", body);
  const link = sequence(
    "{{",
    tilde,
    "else ",
    often([3, sequence(helper, " ", condition)], [1, path]),
    params,
    tilde,
    "}}",
    body,
  );

  /** A block whose closing tag repeats `word`, whatever stands behind it in the opening one. */
  const block = (word: Source, rest: Source): Source =>
    fc
      .tuple(
        word,
        rest,
        one("#", "#", "#", "^"),
        fc.tuple(tilde, tilde, tilde, tilde),
        params,
        body,
        list(link, 2),
        otherwise,
        fc.boolean(),
      )
      .map(([closing, behind, kind, [a, b, c, d], names, inside, links, last, hasLast]) => {
        const opening = `{{${a}${kind}${closing}${behind}${names}${b}}}`;
        // An inverted block has no chain.
        return `${opening}${inside}${kind === "#" ? links : ""}${hasLast ? last : ""}{{${c}/${closing}${d}}}`;
      });

  return {
    expression: fc.oneof(
      { maxDepth: 2 },
      { arbitrary: often([3, path], [1, literal]), weight: 5 },
      { arbitrary: sequence("(", tie("call"), ")"), weight: 1 },
    ),
    call: often(
      [9, sequence("lookup ", tie("expression"), " ", tie("expression"))],
      [1, one("log 1", "foo k=1", "lookup null", "foo", "if a")],
    ),
    statement: fc.oneof(
      { maxDepth: 4, depthIdentifier: "statement" },
      { arbitrary: text, weight: 4 },
      { arbitrary: sequence("{{", tilde, one("", "", "&", " "), path, tilde, "}}"), weight: 6 },
      { arbitrary: sequence("{{", tilde, "{", path, "}", tilde, "}}"), weight: 1 },
      { arbitrary: sequence("{{", often([2, tie("call")], [1, literal]), "}}"), weight: 1 },
      { arbitrary: tie("block"), weight: 8 },
    ),
    body: fc
      .array(tie("statement"), { maxLength: 3, depthIdentifier: "statement" })
      .map((statements) => statements.join("")),
    block: often(
      [3, block(helper, sequence(" ", condition))],
      [2, block(path, one(""))],
      [1, block(one("log"), sequence(" ", condition))],
    ),
  };
});

export const template: Source = sequence(
  grammar.statement,
  grammar.body,
  often([15, one("")], [1, broken]),
  grammar.body,
);

const signs = `{{ }} {{{ }}} {{# {{/ {{^ {{else if each a . / .. this @ [ ] ( ) | as = " ' ~ ! -- & \\ {{{{ }}}} 1 -`;
const token = one(...signs.split(" "), " ", "\n", "\0");

/** Pieces of the language in no order; most of it is no template. */
export const scraps: Source = list(token, 20);
