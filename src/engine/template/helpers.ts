/** The helpers that Handlebars 4.7 brings along. There are no others. */
import type { JsonObject } from "../../protocol/values.ts";
import type { Meter } from "./limits.ts";
import { loopData, type Passed } from "./scope.ts";
import { add, isEmpty, propertyOf, textOf, type Value } from "./values.ts";

/** One side of a block, to be rendered as often as the helper likes. An absent side gives "". */
export type Render = (context: Value, passed?: Passed) => Value;

export interface Block {
  main: Render;
  inverse: Render;
}

export interface Invocation {
  args: Value[];
  hash: Map<string, Value>;
  /** The context of the call; an empty object stands for null. */
  self: Value;
  /** The variables written with `@` at the call. */
  data: JsonObject;
  /** Undefined where the helper is called without a block. */
  block: Block | undefined;
  meter: Meter;
}

type Helper = (call: Invocation) => Value;

const helpers = new Map<string, Helper>([
  ["if", (call) => chooseBlock("if", call, true)],
  ["unless", (call) => chooseBlock("unless", call, false)],
  ["each", each],
  ["with", withContext],
  ["lookup", lookup],
  // There is nobody at the console.
  ["log", () => undefined],
  ["helperMissing", ({ meter }) => refuse("helperMissing", meter)],
  ["blockHelperMissing", ({ meter }) => refuse("blockHelperMissing", meter)],
]);

export const isBuiltIn = (name: string): boolean => helpers.has(name);

/** @throws SpellError `template_error` where the helper is called in a way that it does not understand */
export function callHelper(name: string, call: Invocation): Value {
  const helper = helpers.get(name);
  if (helper === undefined) throw call.meter.fault(`Missing helper: "${name}".`);
  return helper(call);
}

function chooseBlock(name: string, call: Invocation, wanted: boolean): Value {
  const block = blockOf(name, call);
  const [value] = call.args;
  const isTrue = (Boolean(call.hash.get("includeZero")) || Boolean(value)) && !isEmpty(value);
  return isTrue === wanted ? block.main(call.self) : block.inverse(call.self);
}

function each(call: Invocation): Value {
  return loop(call.args[0], blockOf("each", call), call);
}

/** Renders the block for each entry of a list or an object, and its other side where there is none. */
export function loop(value: Value, block: Block, call: Pick<Invocation, "self" | "data" | "meter">): Value {
  if (typeof value !== "object" || value === null) return block.inverse(call.self);
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  const length = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (length === 0) return block.inverse(call.self);
  const data = loopData(call.data);
  let output: Value = "";
  let index = 0;
  for (const [key, item] of entries) {
    call.meter.count();
    Object.assign(data, { key, index, first: index === 0, last: index === length - 1 });
    output = add(output, block.main(item, { data, params: [item, key] }), call.meter);
    index += 1;
  }
  return output;
}

function withContext(call: Invocation): Value {
  const block = blockOf("with", call);
  const [value] = call.args;
  return isEmpty(value) ? block.inverse(call.self) : block.main(value, { params: [value] });
}

function lookup({ args, meter }: Invocation): Value {
  const [object, name] = args;
  if (args.length > 0 && !object) return object;
  if (args.length !== 2) throw meter.fault("lookup takes exactly two arguments, an object and a name.");
  return propertyOf(object, textOf(name, meter));
}

function blockOf(name: string, { args, block, meter }: Invocation): Block {
  if (args.length !== 1) throw meter.fault(`#${name} takes exactly one argument, and has ${args.length}.`);
  if (block === undefined) throw meter.fault(`${name} needs a block: {{#${name} …}} … {{/${name}}}.`);
  return block;
}

function refuse(name: string, meter: Meter): never {
  throw meter.fault(`${name} cannot be called by name.`);
}
