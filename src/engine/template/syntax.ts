/** The tree that `@handlebars/parser` builds, as far as we read it; the package declares it more loosely. */

interface Position {
  line: number;
  column: number;
}

export interface Located {
  loc: { start: Position; end: Position };
}

export interface PathNode extends Located {
  type: "PathExpression";
  /** Written with `@`: a private variable such as `@index`. */
  data: boolean;
  /** Number of `../`. */
  depth: number;
  /** Names after `this`, `.` and `..`. */
  parts: string[];
  /** As written, without brackets. */
  original: string;
}

export interface LiteralNode extends Located {
  type: "StringLiteral" | "NumberLiteral" | "BooleanLiteral" | "UndefinedLiteral" | "NullLiteral";
  original: string | number | boolean | null | undefined;
  value?: string | number | boolean | null;
}

export interface HashNode extends Located {
  type: "Hash";
  pairs: { key: string; value: Node }[];
}

/** What mustaches, blocks and subexpressions have in common. */
export interface CallNode extends Located {
  path: Node;
  params: readonly Node[];
  hash: HashNode | undefined;
}

export interface SubExpressionNode extends CallNode {
  type: "SubExpression";
}

export interface MustacheNode extends CallNode {
  type: "MustacheStatement" | "Decorator";
  strip: unknown;
}

export interface BlockNode extends CallNode {
  type: "BlockStatement";
  program?: ProgramNode;
  inverse?: ProgramNode;
  closeStrip?: unknown;
}

export interface ContentNode extends Located {
  type: "ContentStatement";
  /** What is left of the text once white space control has run. */
  value: string;
}

/** Comments are skipped, the rest is refused. */
export interface OtherNode extends Located {
  type: "CommentStatement" | "DecoratorBlock";
}

export type Node =
  | PathNode
  | LiteralNode
  | SubExpressionNode
  | MustacheNode
  | BlockNode
  | ContentNode
  | OtherNode;

export interface ProgramNode {
  type: "Program";
  body: Node[];
  blockParams?: string[];
  /** Set on the program that an `else if` makes of itself. */
  chained?: boolean;
}
