/** Source to tree, in the language of Handlebars 4.7: `@handlebars/parser` knows a later one, and trusts its source. */
import { SpellError } from "../../protocol/spell-error.ts";
import { treeBuilders } from "./builders.ts";
import { jisonParser, WhitespaceControl, type Lexer, type Parser } from "./jison.ts";
import { maxSourceLength, shortened, templateError } from "./limits.ts";
import { Nesting } from "./nesting.ts";
import type { ProgramNode } from "./syntax.ts";

/**
 * Parses a template and applies its white space rules.
 * @throws SpellError `template_error` with the line where the source is too long, too deep or not a template
 */
export function parseTemplate(source: string): ProgramNode {
  if (source.length > maxSourceLength) {
    throw templateError(1, `the template is longer than ${maxSourceLength} characters. Shorten it.`);
  }
  const nesting = new Nesting();
  const lexer = guardedLexer(source, nesting);
  const parser = Object.create(jisonParser) as Parser;
  parser.lexer = lexer.lexer;
  parser.yy = treeBuilders();
  try {
    return new WhitespaceControl().accept(parser.parse(source));
  } catch (thrown) {
    throw faultOf(thrown, lexer.line(), nesting, lexer.rest());
  }
}

/** Tokens that end the parse at once, with the reason. */
const refusals = new Map([
  ["OPEN_PARTIAL", "partials are not supported. Put their text here."],
  ["OPEN_PARTIAL_BLOCK", "partials are not supported. Put their text here."],
  ["PRIVATE_SEP", '".#" has no meaning in a path. Write the name in brackets.'],
]);

interface GuardedLexer {
  lexer: Lexer;
  /** Where it is. */
  line(): number;
  /** What it has not read. */
  rest(): string;
}

/** A lexer that reports its tokens, and reads comments and `[names]` in linear time. */
function guardedLexer(source: string, nesting: Nesting): GuardedLexer {
  const lexer = Object.create(jisonParser.lexer) as Lexer;
  let line = 1;
  let rest = source;
  // A loop, where the original calls itself again for each stretch without a token.
  lexer.lex = function (this: Lexer) {
    let token;
    do token = this.next();
    while (token === false);
    line = this.yylineno + 1;
    rest = this._input;
    this.matched = "";
    const name = typeof token === "number" ? jisonParser.terminals_[token] : token;
    if (name !== undefined) {
      const refusal = refusals.get(name);
      if (refusal !== undefined) throw templateError(line, refusal);
      nesting.see(name, line);
    }
    return token;
  };
  // The original glues the text in front of the remaining source, which copies all of it at the next look.
  lexer.unput = function (this: Lexer, text: string) {
    this._input = source.slice(source.length - this._input.length - text.length);
    this.yytext = "";
    this.yyleng = 0;
    this.match = "";
    this.yylloc = { ...this.yylloc, last_column: this.yylloc.first_column };
    return this;
  };
  return { lexer, line: () => line, rest: () => rest };
}

/** Says in our words what the parser threw at a line, with the `rest` of the source still to come. */
function faultOf(thrown: unknown, line: number, nesting: Nesting, rest: string): SpellError {
  if (thrown instanceof SpellError) return thrown;
  const error = thrown as { message?: string; lineNumber?: number; hash?: { text: string; token: unknown } };
  if (error.hash !== undefined) {
    const { text, token } = error.hash;
    const opened = token === "EOF" ? nesting.openBlockLine : undefined;
    if (opened !== undefined) {
      return templateError(
        opened,
        "the block that opens here is not closed before the template ends.",
        thrown,
      );
    }
    if (!text.endsWith("}}") && !rest.includes("}}")) {
      return templateError(line, "the template ends inside a tag. Close it with }}.", thrown);
    }
    const found = text === "" ? "text that cannot be read" : JSON.stringify(shortened(text));
    return templateError(line, `unexpected ${found}. Check the tag around it.`, thrown);
  }
  if (error.lineNumber !== undefined) {
    return templateError(
      error.lineNumber,
      `${shortened(String(error.message).replace(/ - \d+:\d+$/, ""))}. Correct the tag.`,
      thrown,
    );
  }
  // A name in brackets as block parameter throws a TypeError in the parser, a huge literal a RangeError in its expressions.
  return templateError(line, "the tag cannot be read. Simplify its names and literals.", thrown);
}
