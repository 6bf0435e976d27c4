/** Checks values by the protocol's schemas as plain data: the part of JSON Schema that these use. */
import { SpellError } from "../../src/protocol/spell-error.ts";
import { defs } from "./message-shapes.ts";

/** JSON Schema as `z.toJSONSchema` writes it; `$ref` names a definition. Empty, it takes anything. */
export interface Shape {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: string | number | boolean | null;
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly anyOf?: readonly Shape[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Shape;
  readonly propertyNames?: Shape;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** A shape that says of which type what fits it is; `type` is for the compiler alone. */
export type ShapeOf<T> = Shape & { readonly "~type"?: T };

/** A value that does not fit: where, and what was expected there. */
export interface Misfit {
  /** As in `runs.0.status`, empty for the whole. */
  path: string;
  expected: string;
}

/** Null where `value`, which came out of JSON.parse or goes into JSON.stringify, fits. */
export function misfitOf(shape: Shape, value: unknown, path = ""): Misfit | null {
  if (shape.$ref !== undefined) return misfitOf(defs[shape.$ref] ?? {}, value, path);
  if (shape.anyOf !== undefined) return misfitOfAll(shape.anyOf, value, path);
  if ("const" in shape && value !== shape.const) return { path, expected: JSON.stringify(shape.const) };
  if (shape.enum !== undefined && !shape.enum.includes(value as string))
    return { path, expected: `one of ${shape.enum.join(", ")}` };
  if (shape.type !== undefined && !isOfType(value, shape.type)) return { path, expected: shape.type };
  if (typeof value === "number") return misfitOfNumber(shape, value, path);
  if (typeof value === "string") return misfitOfText(shape, value, path);
  if (Array.isArray(value)) return misfitOfList(shape, value, path);
  if (typeof value === "object" && value !== null)
    return misfitOfObject(shape, value as Record<string, unknown>, path);
  return null;
}

/**
 * `value`, once it fits.
 * @throws SpellError `protocol_error` that says where it does not
 */
export function checked<T>(shape: ShapeOf<T>, value: unknown, what: string): T {
  const misfit = misfitOf(shape, value);
  if (misfit === null) return value as T;
  const where = misfit.path === "" ? "" : ` at ${misfit.path}`;
  throw new SpellError(
    "protocol_error",
    `${what} does not fit the protocol${where}: expected ${misfit.expected}. Are client and server of the same version?`,
    { errors: [{ path: misfit.path, message: `expected ${misfit.expected}` }] },
  );
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "number") return typeof value === "number" && Number.isFinite(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function misfitOfNumber(shape: Shape, value: number, path: string): Misfit | null {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = shape;
  if (value >= minimum && value <= maximum && value > exclusiveMinimum) return null;
  return { path, expected: "another number" };
}

function misfitOfText(shape: Shape, value: string, path: string): Misfit | null {
  const { minLength = 0, maxLength = Infinity, pattern } = shape;
  if (value.length < minLength || value.length > maxLength)
    return { path, expected: `${minLength} to ${maxLength} characters` };
  if (pattern === undefined || new RegExp(pattern).test(value)) return null;
  return { path, expected: `a text like ${pattern}` };
}

function misfitOfList(shape: Shape, value: readonly unknown[], path: string): Misfit | null {
  const { minItems = 0, maxItems = Infinity, items } = shape;
  if (value.length < minItems || value.length > maxItems)
    return { path, expected: `${minItems} to ${maxItems} items` };
  if (items === undefined) return null;
  for (const [i, item] of value.entries()) {
    const misfit = misfitOf(items, item, within(path, String(i)));
    if (misfit !== null) return misfit;
  }
  return null;
}

function misfitOfObject(shape: Shape, value: Record<string, unknown>, path: string): Misfit | null {
  const { properties = {}, required = [], additionalProperties: more = true, propertyNames } = shape;
  for (const key of required)
    if (!Object.hasOwn(value, key)) return { path: within(path, key), expected: "to be there" };
  for (const [key, inner] of Object.entries(value)) {
    // JSON has no undefined: such a member is not sent.
    if (inner === undefined && !required.includes(key)) continue;
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known === undefined && more === false) return { path: within(path, key), expected: "no such member" };
    const name = propertyNames === undefined ? null : misfitOf(propertyNames, key, within(path, key));
    if (name !== null) return name;
    const misfit =
      known !== undefined || typeof more === "object"
        ? misfitOf(known ?? (more as Shape), inner, within(path, key))
        : null;
    if (misfit !== null) return misfit;
  }
  return null;
}

/** Messages name their variant by `type`: that one says where it does not fit, and no other is tried. */
function misfitOfAll(shapes: readonly Shape[], value: unknown, path: string): Misfit | null {
  const type = (value as { type?: unknown } | null | undefined)?.type;
  const meant = typeof type === "string" ? variantOf(shapes, type) : undefined;
  if (meant !== undefined) return misfitOf(meant, value, path);
  if (shapes.some((shape) => misfitOf(shape, value, path) === null)) return null;
  return { path, expected: "something else" };
}

function variantOf(shapes: readonly Shape[], type: string): Shape | undefined {
  for (const shape of shapes) {
    const known = shape.$ref === undefined ? shape : (defs[shape.$ref] ?? {});
    const found =
      known.anyOf === undefined
        ? known.properties?.type?.const === type
          ? known
          : undefined
        : variantOf(known.anyOf, type);
    if (found !== undefined) return found;
  }
  return undefined;
}

const within = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
