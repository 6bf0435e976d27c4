/**
 * What of `@handlebars/parser` its declarations leave out: the generated parser, its lexer and the pass for white space.
 * Held to the pinned version by the comparison with the original in `test/engine/template`.
 */
import * as untyped from "@handlebars/parser";
import type { BlockNode, HashNode, Located, MustacheNode, Node, PathNode, ProgramNode } from "./syntax.ts";

export interface Lexer {
  /** What is not read yet: always an end of the source. */
  _input: string;
  yytext: string;
  yyleng: number;
  /** Counted from 0. */
  yylineno: number;
  yylloc: { first_line: number; last_line: number; first_column: number; last_column: number };
  match: string;
  /** All that was read, for messages that we do not use. */
  matched: string;
  /** One step; false where it found nothing worth a token. */
  next(): number | string | false;
  lex(): number | string;
  /** Gives back the text that was read last. */
  unput(text: string): Lexer;
}

/** Whether a tag takes the white space before and after it. */
export interface Strip {
  open: boolean;
  close: boolean;
}

interface Location {
  first_line: number;
}

/** A block's following side, as the grammar hands it to `prepareBlock`. */
interface InverseSide {
  strip: Strip;
  program: ProgramNode;
  /** True for `else if`. */
  chain?: boolean;
}

/** One name of a path, with and without its brackets. */
export interface Segment {
  part: string;
  original: string;
  separator?: string;
}

/** What the grammar calls to build a node; those that we do not touch are left out. */
export interface Builders {
  locInfo(location: Location): Located["loc"];
  syntax: { square: "string"; hash: (pairs: unknown, location: Located["loc"]) => never };
  stripFlags(open: string, close: string): Strip;
  preparePath(
    this: Builders,
    data: boolean,
    subexpression: unknown,
    segments: Segment[],
    location: Location,
  ): PathNode;
  prepareMustache(
    this: Builders,
    path: Node,
    params: Node[],
    hash: HashNode | undefined,
    open: string,
    strip: Strip,
    location: Location,
  ): MustacheNode;
  prepareBlock(
    this: Builders,
    open: unknown,
    program: ProgramNode,
    inverse: InverseSide | undefined,
    close: { strip: Strip } | undefined,
    inverted: boolean,
    location: Location,
  ): BlockNode;
}

export interface Parser {
  lexer: Lexer;
  yy: Builders;
  /** Names of tokens by number. */
  terminals_: Record<number, string>;
  parse(source: string): ProgramNode;
}

interface WhitespacePass {
  accept(program: ProgramNode): ProgramNode;
  BlockStatement(block: BlockNode): unknown;
}

const internals = untyped as unknown as {
  parser: Parser;
  WhitespaceControl: new () => WhitespacePass;
};

// The package hands its builders to the generated parser at the first parse only.
untyped.parseWithoutProcessing("");

export const jisonParser = internals.parser;

/**
 * The pass for white space as Handlebars 4.7 does it. The package strips the line of a closing tag inside every link of
 * an `else if` chain and finds the links by `chained`; 4.7 does not, so a link loses the flag once its block is done.
 */
export class WhitespaceControl extends internals.WhitespaceControl {
  override BlockStatement(block: BlockNode): unknown {
    const strip = super.BlockStatement(block);
    if (block.inverse !== undefined) block.inverse.chained = false;
    return strip;
  }
}
