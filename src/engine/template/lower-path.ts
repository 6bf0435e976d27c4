/** What a path in a template refers to. */
import { templateError } from "./limits.ts";
import type { LiteralNode, Node } from "./syntax.ts";
import type { Path } from "./tree.ts";

/** The block parameters in sight of a program: its own and those around it. */
export class ParamNames {
  readonly #own = new Map<string, number>();
  readonly #outer: ParamNames | undefined;

  constructor(names: string[] | undefined, outer: ParamNames | undefined) {
    this.#outer = outer;
    // Of equal names the first counts.
    names?.forEach((name, index) => {
      if (!this.#own.has(name)) this.#own.set(name, index);
    });
  }

  /** How many programs outwards the name is declared and which parameter it is; undefined for other names. */
  find(name: string): readonly [number, number] | undefined {
    const index = this.#own.get(name);
    if (index !== undefined) return [0, index];
    const outer = this.#outer?.find(name);
    return outer && [outer[0] + 1, outer[1]];
  }
}

/**
 * The path that a node at the head of a tag stands for; a literal there is a name.
 * @throws SpellError `template_error` for a subexpression, which no tag may begin with
 */
export function pathOf(node: Node, names: ParamNames): Path {
  const { line, parts, original, depth, data } = written(node);
  const isScoped = /^\.|this\b/.test(original);
  const name = parts[0];
  const slot = depth === 0 && !isScoped && name !== undefined ? names.find(name) : undefined;
  const isName = parts.length === 1 && depth === 0 && !isScoped;
  const path = { kind: "path", line, original, parts, isName } as const;
  if (slot !== undefined) return { ...path, origin: { from: "param", slot } };
  // An empty name, `[]`, is the context as well, whatever follows it.
  if (name === undefined || name === "") return { ...path, origin: { from: "self", depth } };
  return { ...path, origin: { from: data ? "data" : "context", depth } };
}

interface Written {
  line: number;
  parts: string[];
  original: string;
  depth: number;
  data: boolean;
}

function written(node: Node): Written {
  const line = node.loc.start.line;
  switch (node.type) {
    case "PathExpression":
      return { line, parts: node.parts, original: node.original, depth: node.depth, data: node.data };
    case "StringLiteral":
    case "NumberLiteral":
    case "BooleanLiteral":
    case "UndefinedLiteral":
    case "NullLiteral":
      return { line, ...nameOf(node), depth: 0, data: false };
    default:
      throw templateError(line, "a tag cannot begin with a subexpression. Begin it with a name.");
  }
}

function nameOf(node: LiteralNode): { parts: string[]; original: string } {
  const name = String(node.original);
  return { parts: [name], original: name };
}
