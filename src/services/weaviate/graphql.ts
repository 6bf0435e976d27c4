/** Questions in Weaviate's GraphQL. Whatever a caller wrote stands in them as a literal, or is a name that was checked. */
import type { Json } from "../../protocol/values.ts";

/** A word of the language, not a text. */
class Word {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Literal = Json | Word | undefined | readonly Literal[] | { readonly [name: string]: Literal };

/** An argument's value. JSON's texts are GraphQL's, escapes and all; names of fields are not quoted. */
function literal(value: Literal): string {
  if (value instanceof Word) return value.text;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{${fields(value as Record<string, Literal>)}}`;
  return JSON.stringify(value ?? null);
}

const fields = (given: Readonly<Record<string, Literal>>): string =>
  Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${literal(value)}`)
    .join(", ");

/** A condition on a property of an object. */
export interface Condition {
  /** `id` is the object's own. */
  property: string;
  operator: "Equal" | "NotEqual" | "GreaterThan" | "GreaterThanEqual" | "LessThan" | "LessThanEqual";
  value: string | number | boolean;
}

const valueFieldOf = (value: Condition["value"]): string =>
  typeof value === "string" ? "valueText" : typeof value === "boolean" ? "valueBoolean" : "valueNumber";

export function whereOf(conditions: readonly Condition[]): Literal {
  const operands = conditions.map(({ property, operator, value }) => ({
    path: [property],
    operator: new Word(operator),
    [valueFieldOf(value)]: value,
  }));
  return operands.length < 2 ? operands[0] : { operator: new Word("And"), operands };
}

export interface Asked {
  className: string;
  /** Names of the properties to give. */
  properties: readonly string[];
  limit: number;
  offset?: number;
  where?: Literal;
  sort?: readonly { property: string; isDescending: boolean }[];
  nearText?: Literal;
  nearVector?: Literal;
  bm25?: Literal;
  hybrid?: Literal;
}

/** Objects of a class, by one search or none. */
export function getQuery({ className, properties, sort = [], ...asked }: Asked): string {
  const order = sort.map(({ property, isDescending }) => ({
    path: [property],
    order: new Word(isDescending ? "desc" : "asc"),
  }));
  const given = fields({ ...asked, ...(order.length === 0 ? {} : { sort: order }) });
  return `{ Get { ${className}(${given}) { ${properties.join(" ")} _additional { id vector distance score } } } }`;
}

/** How many objects of a class there are. */
export const countQuery = (className: string, where: Literal): string =>
  `{ Aggregate { ${className}${where === undefined ? "" : `(${fields({ where })})`} { meta { count } } } }`;
