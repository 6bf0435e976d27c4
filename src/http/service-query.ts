/** A service's query in an address: `type=task&data.status[$ne]=done&$sort[date]=-1&$or[0][type]=a`, values as texts. */
import { parseJson } from "../platform/json.ts";
import { SpellError } from "../protocol/errors.ts";

const maxParameters = 200;
const keyShape = /^([^[\]]+)((?:\[[^[\]]*\])*)$/;

/** Values by name, inner ones by theirs. Maps, so that no name means anything to an object. */
type Tree = Map<string, Tree | string>;

/**
 * The query as a service takes it. `$query` is one in JSON, for numbers, booleans and null, beside which nothing else stands.
 * @throws SpellError `bad_request`
 */
export function queryIn(parameters: URLSearchParams): unknown {
  const whole = parameters.get("$query");
  if (whole !== null) {
    if (parameters.size > 1) throw malformed("$query", "stands alone");
    return parseJson(whole);
  }
  if (parameters.size > maxParameters) throw malformed("", `more than ${maxParameters} parameters`);
  const tree: Tree = new Map();
  for (const [key, value] of parameters) put(tree, key, value);
  return valueOf(tree);
}

function put(tree: Tree, key: string, value: string): void {
  const [, first, rest = ""] = keyShape.exec(key) ?? [];
  if (first === undefined) throw malformed(key, "not a name with brackets");
  const path = [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? "")];
  if (path.length > 3) throw malformed(key, "nested deeper than three levels");
  // Lost on the way to the service, so that the query would find more than was asked for.
  if (path.includes("__proto__")) throw malformed(key, "no name of a field");
  let at = tree;
  for (const [i, part] of path.entries()) {
    // `a[]=x` and a name that comes again are the next of a list.
    const name = part === "" ? String(at.size) : part;
    if (i === path.length - 1) {
      if (at.has(name)) throw malformed(key, "given twice");
      at.set(name, value);
      return;
    }
    const inner = at.get(name) ?? new Map<string, Tree | string>();
    if (typeof inner === "string") throw malformed(key, "given as a value and as an object");
    at.set(name, inner);
    at = inner;
  }
}

/** A tree whose names count from 0 is a list. */
function valueOf(tree: Tree | string): unknown {
  if (typeof tree === "string") return tree;
  const entries = [...tree].map(([name, value]): [string, unknown] => [name, valueOf(value)]);
  const isList = entries.length > 0 && entries.every(([name], i) => name === String(i));
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

const malformed = (path: string, message: string): SpellError =>
  new SpellError(
    "bad_request",
    `The query cannot be taken: ${message}${path === "" ? "" : ` at \`${path}\``}.`,
    {
      errors: [{ path, message }],
    },
  );
