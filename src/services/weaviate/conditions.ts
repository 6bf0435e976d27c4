/** A query of Feathers' language as what a Weaviate server is asked. */
import { SpellError } from "../../protocol/errors.ts";
import type { ParsedQuery } from "../../protocol/services.ts";
import type { Comparison, Where } from "./graphql.ts";

/** Types of a class's properties, by their names. */
export type PropertyTypes = ReadonlyMap<string, string>;

export const propertyName = /^[A-Za-z_][A-Za-z0-9_]*$/;

const comparisons: Readonly<Record<string, Comparison>> = {
  $ne: "NotEqual",
  $gt: "GreaterThan",
  $gte: "GreaterThanEqual",
  $lt: "LessThan",
  $lte: "LessThanEqual",
};

/** Undefined where nothing is asked. @throws SpellError `bad_request` for what the server cannot be asked */
export function conditionsOf(
  { where, or }: Pick<ParsedQuery, "where" | "or">,
  types: PropertyTypes,
): Where | undefined {
  const operands = Object.entries(where).flatMap(([field, value]) => ofField(field, value, types));
  if (or.length > 0)
    operands.push({
      operator: "Or",
      operands: or.map((part) => {
        const all = Object.entries(part).flatMap(([field, value]) => ofField(field, value, types));
        if (all.length === 0) throw unaskable("$or", "each of its parts names a property");
        return { operator: "And", operands: all };
      }),
    });
  return operands.length === 0 ? undefined : { operator: "And", operands };
}

function ofField(field: string, value: unknown, types: PropertyTypes): Where[] {
  const property = propertyOf(field);
  const type = types.get(property) ?? "text";
  const compared = (operator: Comparison, operand: unknown): Where => {
    if (typeof operand === "string" || typeof operand === "number" || typeof operand === "boolean")
      return { property, operator, value: operand, type };
    throw unaskable(field, "it is compared with texts, numbers and booleans");
  };
  if (typeof value !== "object" || value === null) return [compared("Equal", value)];
  return Object.entries(value).flatMap(([name, operand]: [string, unknown]): Where[] => {
    if (operand === undefined) return [];
    if (name === "$nin" && Array.isArray(operand)) return operand.map((one) => compared("NotEqual", one));
    if (name === "$in" && Array.isArray(operand)) {
      if (operand.length === 0) throw unaskable(field, "a list has one value or more");
      return [{ operator: "Or", operands: operand.map((one) => compared("Equal", one)) }];
    }
    return [compared(comparisons[name] ?? "Equal", operand)];
  });
}

/** `properties.name`, or the object's `id`. @throws SpellError `bad_request` */
export function propertyOf(field: string): string {
  if (field === "id") return "id";
  const [, name = ""] = /^properties\.(.+)$/.exec(field) ?? [];
  if (propertyName.test(name)) return name;
  throw unaskable(field, "id, or properties.NAME");
}

const unaskable = (field: string, why: string): SpellError =>
  new SpellError("bad_request", `weaviate: "${field}" cannot be asked so of a Weaviate server: ${why}.`, {
    errors: [{ path: `query.${field}`, message: why }],
  });
