/** Parsed tree to evaluated tree: decides what each name means, and refuses what is not supported. */
import { templateError } from "./limits.ts";
import { isBuiltIn } from "./helpers.ts";
import { pathOf, ParamNames } from "./lower-path.ts";
import type { BlockNode, CallNode, Node, ProgramNode } from "./syntax.ts";
import type { Arguments, Branches, Expression, Program, Statement } from "./tree.ts";

/**
 * Takes `node` apart on the way, so that both trees of a large template are never there as a whole.
 * @throws SpellError `template_error` for decorators and for tags that begin with a subexpression
 */
export function lowerProgram(node: ProgramNode, outer?: ParamNames): Program {
  const names = new ParamNames(node.blockParams, outer);
  // A program of one node is that node's value; others begin with "" where a section comes first.
  const isSingle = node.body.length === 1;
  const statements: Statement[] = [];
  node.body.reverse();
  for (let child = node.body.pop(); child !== undefined; child = node.body.pop()) {
    const statement = lowerStatement(child, names);
    if (statement !== undefined) statements.push(statement);
  }
  const fromText = !isSingle && statements[0] !== undefined && isLooseSection(statements[0]);
  return { statements: grouped(statements), fromText };
}

/**
 * The code that Handlebars generates with `noEscape` joins its pieces by `+` and not as text, so `{{a}}{{b}}` of 1 and 2
 * is "3". Pieces are added one by one from the left, except that what stands between two sections named by one word
 * is added up first. Prompts have been written against this; we give the same.
 */
function grouped(statements: Statement[]): Statement[] {
  const first = statements.findIndex(isLooseSection);
  const last = statements.findLastIndex(isLooseSection);
  if (first === last) return statements;
  const between: Statement[] = [];
  for (const statement of statements.slice(first, last)) {
    const previous = between.at(-1);
    if (isLooseSection(statement)) between.push(statement);
    else if (previous?.kind === "sum") previous.statements.push(statement);
    else between.push({ kind: "sum", statements: [statement] });
  }
  return [...statements.slice(0, first), ...between, ...statements.slice(last)];
}

const isLooseSection = (statement: Statement): boolean => statement.kind === "section" && statement.loose;

function lowerStatement(node: Node, names: ParamNames): Statement | undefined {
  switch (node.type) {
    case "ContentStatement":
      return node.value === "" ? undefined : { kind: "text", value: node.value };
    case "CommentStatement":
      return undefined;
    case "MustacheStatement":
      return lowerCall(node, node.params.length > 0 || node.hash !== undefined, names);
    case "BlockStatement":
      return lowerBlock(node, names);
    case "Decorator":
    case "DecoratorBlock":
      throw templateError(node.loc.start.line, "decorators are not supported. Remove the tag.");
    default:
      throw templateError(node.loc.start.line, `${node.type} is not a statement.`);
  }
}

function lowerBlock(node: BlockNode, names: ParamNames): Statement {
  const block: Branches = {
    program: node.program && lowerProgram(node.program, names),
    inverse: node.inverse && lowerProgram(node.inverse, names),
  };
  const head = lowerCall(node, node.params.length > 0 || node.hash !== undefined, names);
  if (head.kind === "call") return { ...head, block };
  if (head.kind !== "path") return head;
  const loose = head.isName && head.origin.from !== "param";
  return { kind: "section", line: node.loc.start.line, path: head, loose, ...block };
}

/** `certain`: it is written as a call, with arguments or in parentheses. A word alone is a call where a helper has its name. */
function lowerCall(
  node: CallNode,
  certain: boolean,
  names: ParamNames,
): Exclude<Expression, { kind: "literal" }> {
  const line = node.loc.start.line;
  const path = pathOf(node.path, names);
  const helper = path.parts[0];
  // Even where the arguments turn out to be ignored they must be sound.
  const args = lowerArguments(node, names);
  const isParam = path.isName && path.origin.from === "param";
  if (!isParam && helper !== undefined && (certain || path.isName) && isBuiltIn(helper)) {
    return { kind: "call", line, helper, ...args };
  }
  if (certain && !isParam) return { kind: "unknown", line, path, ...args };
  return path;
}

function lowerArguments(node: CallNode, names: ParamNames): Arguments {
  const hash = new Map<string, Expression>();
  for (const { key, value } of node.hash?.pairs ?? []) {
    const lowered = lowerExpression(value, names);
    // Of equal keys the first counts; `__proto__` counts never. Neither is evaluated then, as in the original.
    if (key !== "__proto__" && !hash.has(key)) hash.set(key, lowered);
  }
  return { params: node.params.map((param) => lowerExpression(param, names)), hash: [...hash] };
}

function lowerExpression(node: Node, names: ParamNames): Expression {
  switch (node.type) {
    case "PathExpression":
      return pathOf(node, names);
    case "SubExpression":
      return lowerCall(node, true, names);
    case "StringLiteral":
    case "NumberLiteral":
    case "BooleanLiteral":
    case "UndefinedLiteral":
    case "NullLiteral":
      return { kind: "literal", value: node.original };
    default:
      throw templateError(node.loc.start.line, `${node.type} is not a value.`);
  }
}
