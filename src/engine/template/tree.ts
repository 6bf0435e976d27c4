/** The tree that is evaluated: the parsed one with every name resolved to what it means. Plain data, shared by all renderings. */

/** Where a path begins. `slot` is a block parameter: how many programs outwards, and which of its names. */
export type Origin =
  | { from: "context" | "data" | "self"; depth: number }
  | { from: "param"; slot: readonly [number, number] };

export interface Path {
  kind: "path";
  line: number;
  origin: Origin;
  /** Names looked up from the origin on, in turn. */
  parts: string[];
  /** As written, without brackets. */
  original: string;
  /** A word alone, such as a helper might be called. */
  isName: boolean;
}

export interface Literal {
  kind: "literal";
  value: string | number | boolean | null | undefined;
}

export interface Arguments {
  params: Expression[];
  hash: [string, Expression][];
}

/** A call of a built-in helper; `block` is there in the form `{{#if …}}`. */
export interface Call extends Arguments {
  kind: "call";
  line: number;
  helper: string;
  block?: Branches;
}

/** Something written like a call of a helper that does not exist. */
export interface UnknownCall extends Arguments {
  kind: "unknown";
  line: number;
  path: Path;
}

export type Expression = Literal | Path | Call | UnknownCall;

/** The two sides of a block; a side that is absent renders as nothing. */
export interface Branches {
  program: Program | undefined;
  inverse: Program | undefined;
}

/** `{{#name}}…{{/name}}` without a helper: loops over a list, enters an object, tests anything else. */
export interface Section extends Branches {
  kind: "section";
  line: number;
  path: Path;
  /** Named by one word; matters only for how its value is added to what stands around it. */
  loose: boolean;
}

export interface Text {
  kind: "text";
  value: string;
}

/** Statements whose values are added up before they join the rest; see `lower-program.ts`. */
export interface Sum {
  kind: "sum";
  statements: Statement[];
}

export type Statement = Text | Expression | Section | Sum;

export interface Program {
  statements: Statement[];
  /** Adding begins with "". */
  fromText: boolean;
}
