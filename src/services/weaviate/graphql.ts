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

/** What a search is narrowed to: conditions on properties, and how they are joined. */
export type Where =
  | { property: string; operator: Comparison; value: string | number | boolean; type: string }
  | { operator: "And" | "Or"; operands: Where[] };

export type Comparison =
  | "Equal"
  | "NotEqual"
  | "GreaterThan"
  | "GreaterThanEqual"
  | "LessThan"
  | "LessThanEqual";

/** The field that a value stands in goes by the type of the property; the server refuses any other. */
function valueFieldOf(value: string | number | boolean, type: string): string {
  if (typeof value === "boolean") return "valueBoolean";
  if (typeof value === "number")
    return type === "int" && Number.isInteger(value) ? "valueInt" : "valueNumber";
  return type === "date" ? "valueDate" : "valueText";
}

function whereLiteral(where: Where): Literal {
  if ("operands" in where) {
    const [only, ...others] = where.operands;
    if (only !== undefined && others.length === 0) return whereLiteral(only);
    return { operator: new Word(where.operator), operands: where.operands.map(whereLiteral) };
  }
  const { property, operator, value, type } = where;
  return { path: [property], operator: new Word(operator), [valueFieldOf(value, type)]: value };
}

export interface Asked {
  className: string;
  /** Names of the properties to give. */
  properties: readonly string[];
  limit: number;
  offset?: number;
  where?: Where | undefined;
  sort?: readonly { property: string; isDescending: boolean }[];
  nearText?: Literal;
  nearVector?: Literal;
  bm25?: Literal;
  hybrid?: Literal;
}

/** Objects of a class, by one search or none. */
export function getQuery({ className, properties, sort = [], where, ...asked }: Asked): string {
  const order = sort.map(({ property, isDescending }) => ({
    path: [property],
    order: new Word(isDescending ? "desc" : "asc"),
  }));
  const given = fields({
    ...asked,
    ...(where === undefined ? {} : { where: whereLiteral(where) }),
    ...(order.length === 0 ? {} : { sort: order }),
  });
  return `{ Get { ${className}(${given}) { ${properties.join(" ")} _additional { id vector distance score } } } }`;
}

/** How many objects of a class there are. */
export const countQuery = (className: string, where: Where | undefined): string =>
  `{ Aggregate { ${className}${where === undefined ? "" : `(${fields({ where: whereLiteral(where) })})`} { meta { count } } } }`;
