/** What a program sees while it renders: its context, those around it, private variables and block parameters. */
import type { JsonObject } from "../../protocol/values.ts";
import { shortened, type Meter } from "./limits.ts";
import { isNothing, looselyEqual, nullContext, propertyOf, type Value } from "./values.ts";
import type { Path } from "./tree.ts";

/** The values of one block's parameters, or undefined where the helper gave none. */
export type ParamFrame = Value[] | undefined;

export interface Scope {
  context: Value;
  outer: Scope | undefined;
  /** The contexts from this one outwards, as `..` counts them; there once someone has asked. */
  contexts?: Value[];
  /** The variables written with `@`; `_parent` holds those of the loop around. */
  data: JsonObject;
  /** One frame for each program from the present one outwards, the root excepted. */
  params: ParamFrame[];
}

/** What a helper passes into a block of its own. */
export interface Passed {
  data?: JsonObject;
  params?: ParamFrame;
}

export function rootScope(context: JsonObject): Scope {
  return { context, outer: undefined, data: { root: context }, params: [] };
}

/** The scope of a block inside `outer`. */
export function innerScope(outer: Scope, context: Value, passed: Passed): Scope {
  return { context, outer, data: passed.data ?? outer.data, params: [passed.params, ...outer.params] };
}

/** The variables of a loop inside those of `outer`. */
export function loopData(outer: JsonObject): JsonObject {
  return { ...outer, _parent: outer };
}

/**
 * The value of a path; undefined, or null, where one of its names leads nowhere.
 * @throws SpellError `template_error` for a block parameter that its helper gives no value
 */
export function read(path: Path, scope: Scope, meter: Meter): Value {
  const { origin, parts } = path;
  meter.count(Math.max(parts.length, 1));
  switch (origin.from) {
    case "self":
      return contextAt(scope, origin.depth, meter);
    case "context":
      return follow(contextAt(scope, origin.depth, meter), parts, 0);
    case "param": {
      const frame = scope.params[origin.slot[0]];
      if (frame === undefined) {
        throw meter.fault(
          `"${shortened(path.original)}" has no value: its block gives no parameters. Only each and with do.`,
        );
      }
      return follow(frame[origin.slot[1]], parts, 1);
    }
    default:
      return readData(scope.data, origin.depth, parts);
  }
}

/** Any falsy value ends the look-up here, not null alone: `@index.x` of 0 is 0. */
function readData(data: JsonObject, depth: number, parts: string[]): Value {
  let value: Value = data;
  for (let level = 0; level < depth && value; level++) value = propertyOf(value, "_parent");
  for (const part of parts) value = value && propertyOf(value, part);
  return value;
}

function contextAt(scope: Scope, depth: number, meter: Meter): Value {
  return depth === 0 ? scope.context : contextsOf(scope, meter)[depth];
}

/** `..` counts a level only where the context changes, by a loose comparison: 1 inside "1" is no change. */
function contextsOf(scope: Scope, meter: Meter): Value[] {
  if (scope.contexts !== undefined) return scope.contexts;
  const { context, outer } = scope;
  const around = outer === undefined ? [] : contextsOf(outer, meter);
  const nearest = around[0];
  const isSame =
    outer !== undefined &&
    (looselyEqual(context, nearest, meter) || (context === nullContext && nearest === null));
  scope.contexts = isSame ? around : [context, ...around];
  return scope.contexts;
}

function follow(start: Value, parts: string[], from: number): Value {
  let value = start;
  for (let index = from; index < parts.length && !isNothing(value); index++) {
    value = propertyOf(value, parts[index] as string);
  }
  return value;
}
