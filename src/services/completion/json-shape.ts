/**
 * Whether a value is of the shape that a JSON Schema tells, in a counted number of steps: schema and answer are both of a user's
 * making, and patterns or references that double at each turn would hold the whole isolate. What only a pattern could tell
 * (`pattern`, `patternProperties`, `format`) is for the provider, and so are `if`, `contains` and `dependent…`.
 * https://json-schema.org/draft/2020-12/json-schema-validation
 */
import * as z from "zod";
import { canonicalJson } from "../../platform/json.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";

/** A part of a schema held against a part of a value is one, and so are a few letters of a text that is looked at whole. */
const maxSteps = 1_000_000;
const lettersPerStep = 16;
/** Schemas within schemas, and parts within parts: beyond, one leads back to itself without end. */
const maxDepth = 1000;
const maxLength = 65_536;
const maxReferences = 100;

const typeName = z.enum(["null", "boolean", "object", "array", "number", "string", "integer"]);
const count = z.number().int().nonnegative();
/** The words that are checked; others are allowed and mean nothing here. */
const words = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([typeName, z.array(typeName).min(1)]).optional(),
  enum: z.array(z.unknown()).optional(),
  get properties() {
    return z.record(z.string(), schemaPart).optional();
  },
  required: z.array(z.string()).optional(),
  get additionalProperties() {
    return schemaPart.optional();
  },
  minProperties: count.optional(),
  maxProperties: count.optional(),
  get items() {
    return schemaPart.optional();
  },
  get prefixItems() {
    return z.array(schemaPart).optional();
  },
  minItems: count.optional(),
  maxItems: count.optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  get anyOf() {
    return z.array(schemaPart).min(1).optional();
  },
  get oneOf() {
    return z.array(schemaPart).min(1).optional();
  },
  get allOf() {
    return z.array(schemaPart).min(1).optional();
  },
  get not() {
    return schemaPart.optional();
  },
});
type Words = z.infer<typeof words>;
const schemaPart: z.ZodType<boolean | Words> = z.lazy(() => z.union([z.boolean(), words]));

/** @throws SpellError `bad_request` for a schema that says nothing, or leads nowhere */
export function shapeOf(schema: JsonObject): JsonShape {
  if (JSON.stringify(schema).length > maxLength) throw refusal(`it has more than ${maxLength} characters`);
  const references = [...referencesIn(schema)];
  if (references.length > maxReferences) throw refusal(`it has more than ${maxReferences} references`);
  for (const reference of ["#", ...references]) {
    const [issue] = shapeAt(schema, reference).safeParse(target(schema, reference)).error?.issues ?? [];
    if (issue !== undefined) throw refusal(`${[reference, ...issue.path].join("/")}: ${issue.message}`);
  }
  return new JsonShape(schema);
}

/** The whole is no boolean, of which a union of both would tell less. */
const shapeAt = (schema: JsonObject, reference: string): z.ZodType =>
  typeof target(schema, reference) === "object" ? words : z.boolean();

const refusal = (why: string): SpellError =>
  new SpellError("bad_request", `completion: request.format.schema is no JSON Schema to check by: ${why}`, {
    errors: [{ path: "request.format.schema", message: why }],
  });

/** Wherever they stand: what is no schema has none. */
function referencesIn(part: unknown, found = new Set<string>()): Set<string> {
  if (typeof part !== "object" || part === null) return found;
  for (const [name, value] of Object.entries(part))
    if (name === "$ref" && typeof value === "string") found.add(value);
    else referencesIn(value, found);
  return found;
}

/** By a JSON Pointer: RFC 6901. */
function target(root: unknown, reference: string): unknown {
  if (!/^#(?:\/|$)/.test(reference)) return undefined;
  let found = root;
  for (const part of reference.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

export class JsonShape {
  readonly #root: Words;
  #stepsLeft = 0;
  #depth = 0;

  /** @param schema one that was checked */
  constructor(schema: JsonObject) {
    this.#root = schema;
  }

  /** What is wrong with a value, with its path; undefined for nothing. @throws SpellError `bad_request` for a schema that takes too long */
  faultOf(value: Json): string | undefined {
    [this.#stepsLeft, this.#depth] = [maxSteps, 0];
    return this.#fault(this.#root, value, []);
  }

  #take(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw refusal(`it takes more than ${maxSteps} steps`);
  }

  #fault(shape: boolean | Words, value: Json, path: readonly string[]): string | undefined {
    this.#take(1);
    if (this.#depth > maxDepth) throw refusal("it leads back to itself without end");
    this.#depth += 1;
    const fault = this.#faultIn(shape, value, path);
    this.#depth -= 1;
    return fault;
  }

  #faultIn(shape: boolean | Words, value: Json, path: readonly string[]): string | undefined {
    if (typeof shape === "boolean") return shape ? undefined : faulty(path, "is not wanted");
    if (shape.$ref !== undefined) {
      const fault = this.#fault(target(this.#root, shape.$ref) as Words, value, path);
      if (fault !== undefined) return fault;
    }
    return (
      this.#ofValue(shape, value, path) ??
      this.#ofParts(shape, value, path) ??
      this.#joined(shape, value, path)
    );
  }

  #ofValue(shape: Words, value: Json, path: readonly string[]): string | undefined {
    const types = shape.type === undefined ? [] : [shape.type].flat();
    if (types.length > 0 && !types.some((type) => isOf(type, value)))
      return faulty(path, `is no ${types.join(" or ")}`);
    const allowed = "const" in shape ? [shape["const"]] : shape.enum;
    if (allowed !== undefined) {
      const [text = "", ...texts] = [value, ...allowed].map(canonicalJson);
      this.#take(texts.reduce((sum, one) => sum + one.length, text.length) / lettersPerStep);
      if (!texts.includes(text)) return faulty(path, "is none of those allowed");
    }
    if (typeof value === "string") {
      if (shape.minLength === undefined && shape.maxLength === undefined) return undefined;
      this.#take(value.length / lettersPerStep);
      return bounded(path, Array.from(value).length, shape.minLength, shape.maxLength);
    }
    if (typeof value !== "number") return undefined;
    const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = shape;
    if (above !== undefined && value <= above) return faulty(path, `is not above ${above}`);
    if (below !== undefined && value >= below) return faulty(path, `is not below ${below}`);
    // As whole as numbers of two parts can be.
    const times = multipleOf === undefined ? 0 : value / multipleOf;
    if (Math.abs(times - Math.round(times)) > 1e-9) return faulty(path, `is no multiple of ${multipleOf}`);
    return bounded(path, value, minimum, maximum);
  }

  #ofParts(shape: Words, value: Json, path: readonly string[]): string | undefined {
    if (Array.isArray(value)) {
      this.#take(value.length);
      const { prefixItems = [], items = true, minItems, maxItems } = shape;
      const parts = value.map((item, i) => [String(i), prefixItems[i] ?? items, item] as const);
      return bounded(path, value.length, minItems, maxItems) ?? this.#first(parts, path);
    }
    if (typeof value !== "object" || value === null) return undefined;
    this.#take(Object.keys(value).length);
    const { properties = {}, required = [], minProperties, maxProperties } = shape;
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) return faulty([...path, missing], "is missing");
    // A property may be one that a pattern allows.
    const others = "patternProperties" in shape ? true : (shape.additionalProperties ?? true);
    const parts = Object.entries(value).map(
      ([name, part]) =>
        [name, Object.hasOwn(properties, name) ? (properties[name] ?? true) : others, part] as const,
    );
    return bounded(path, parts.length, minProperties, maxProperties) ?? this.#first(parts, path);
  }

  #joined(shape: Words, value: Json, path: readonly string[]): string | undefined {
    const { anyOf, oneOf, allOf = [], not } = shape;
    const fits = (one: boolean | Words): boolean => this.#fault(one, value, path) === undefined;
    if (anyOf !== undefined && !anyOf.some(fits))
      return faulty(path, "is none of the shapes that it may have");
    if (oneOf !== undefined && oneOf.filter(fits).length !== 1)
      return faulty(path, "is not exactly one of the shapes that it may have");
    if (not !== undefined && fits(not)) return faulty(path, "has the shape that it may not have");
    for (const one of allOf) {
      const fault = this.#fault(one, value, path);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #first(
    parts: readonly (readonly [name: string, shape: boolean | Words, value: Json])[],
    path: readonly string[],
  ): string | undefined {
    for (const [name, shape, value] of parts) {
      if (shape === true) continue;
      const fault = this.#fault(shape, value, [...path, name]);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}

const faulty = (path: readonly string[], what: string): string =>
  `${path.length === 0 ? "the whole" : path.join(".").slice(0, 200)}: ${what}`;

function bounded(
  path: readonly string[],
  size: number,
  least: number | undefined,
  most: number | undefined,
): string | undefined {
  if (least !== undefined && size < least) return faulty(path, `is below ${least}`);
  return most !== undefined && size > most ? faulty(path, `is above ${most}`) : undefined;
}

function isOf(type: z.infer<typeof typeName>, value: Json): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
