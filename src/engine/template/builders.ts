/**
 * How the parser builds its nodes, where Handlebars 4.7 differs from `@handlebars/parser` or where nodes can be smaller:
 * a source of 1 MB may hold 200 000 tags, and an isolate has 128 MB.
 */
import { jisonParser, type Builders, type Segment, type Strip } from "./jison.ts";
import { maxPaths, templateError } from "./limits.ts";
import type { Located, Node, PathNode } from "./syntax.ts";

const noParams: readonly Node[] = [];

/** Marks of white space control, by whether the tag opens and closes with `~`. */
const strips: readonly Strip[] = [false, true].flatMap((open) => [
  { open, close: false },
  { open, close: true },
]);

/** Builders for one parse. */
export function treeBuilders(): Builders {
  return {
    ...jisonParser.yy,
    locInfo: lineInfo(),
    syntax: {
      square: "string",
      hash: (_pairs, { start }) => {
        throw templateError(start.line, "a name is missing before the arguments. Begin the tag with it.");
      },
    },
    stripFlags: (open, close) => strips[(open[2] === "~" ? 2 : 0) + (close.at(-3) === "~" ? 1 : 0)] as Strip,
    preparePath: pathBuilder(),
    prepareMustache(path, params, hash, open, strip, location) {
      const type = open.includes("*") ? "Decorator" : "MustacheStatement";
      const own = params.length === 0 ? noParams : params;
      return { type, path, params: own, hash, strip, loc: this.locInfo(location) };
    },
    // In 4.7 the link of an `else if` chain takes its closing marks from what follows it, not from the closing tag.
    prepareBlock(open, program, inverse, close, inverted, location) {
      const unchained = inverse && { ...inverse, chain: false };
      const args = [open, program, unchained, close, inverted, location] as const;
      const block = jisonParser.yy.prepareBlock.apply(this, [...args]);
      const link = inverse?.chain === true ? inverse.program.body[0] : undefined;
      if (link?.type === "BlockStatement") link.closeStrip = close?.strip;
      return block;
    },
  };
}

/** Nodes on one line share one location; columns are not kept. */
function lineInfo(): Builders["locInfo"] {
  let last: Located["loc"] | undefined;
  return ({ first_line: line }) => {
    if (last?.start.line !== line) {
      const start = { line, column: 0 };
      last = { start, end: start };
    }
    return last;
  };
}

function pathBuilder(): Builders["preparePath"] {
  let paths = 0;
  return function (data, subexpression, segments, location) {
    const loc = this.locInfo(location);
    paths += 1;
    if (paths > maxPaths) {
      throw templateError(loc.start.line, `the template has more than ${maxPaths} names. Shorten it.`);
    }
    if (subexpression) {
      throw templateError(loc.start.line, "a subexpression cannot be followed by a path. Use lookup.");
    }
    return { type: "PathExpression", data, loc, ...stepsOf(data, segments, loc.start.line) };
  };
}

function stepsOf(
  data: boolean,
  segments: Segment[],
  line: number,
): Pick<PathNode, "depth" | "parts" | "original"> {
  let original = data ? "@" : "";
  let depth = 0;
  const parts: string[] = [];
  for (const { part, original: written, separator } of segments) {
    original += (separator ?? "") + part;
    // In brackets these are names like any other.
    const isStep = part === written && (part === ".." || part === "." || part === "this");
    if (!isStep) parts.push(part);
    else if (parts.length > 0) {
      throw templateError(line, `"${part}" cannot follow a name in a path. Put it first.`);
    } else if (part === "..") depth += 1;
  }
  return { depth, parts, original };
}
