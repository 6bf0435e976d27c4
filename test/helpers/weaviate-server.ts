/**
 * A Weaviate server in memory, below any path: `/v1/objects`, `/v1/batch/objects`, `/v1/schema/<class>` and `/v1/graphql`, as their
 * documentation has them. Its GraphQL is read by the real parser, so that what is no GraphQL is refused. Node only.
 */
import {
  type ArgumentNode,
  type FieldNode,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";
import { embeddingOf } from "./vectors.ts";

interface Stored {
  id: string;
  class: string;
  properties: Record<string, unknown>;
  vector?: number[];
}
export interface Reply {
  status: number;
  body?: unknown;
}

const refuse = (status: number, message: string): Reply => ({ status, body: { error: [{ message }] } });

export class WeaviateServer {
  readonly #objects = new Map<string, Stored>();

  /** @param path behind `/v1` */
  answer(method: string, path: string, body: unknown): Reply {
    const [what = "", one = "", two = ""] = path.split("?")[0]?.slice(1).split("/") ?? [];
    if (what === "schema") return this.#schema(one);
    if (what === "graphql") return this.#graphql((body as { query: string }).query);
    if (what === "batch") {
      const { objects } = body as { objects: Stored[] };
      return { status: 200, body: objects.map((object) => ({ ...object, result: this.#batched(object) })) };
    }
    if (what !== "objects") return refuse(404, `nothing at ${path}`);
    if (method === "POST") {
      const object = body as Stored;
      if (this.#objects.has(placeOf(object))) return refuse(422, `id '${object.id}' already exists`);
      return { status: 200, body: this.#put(object) };
    }
    const id = two === "" ? one : two;
    // An id is of its class: without one, the first of that id is given.
    const found =
      two === ""
        ? [...this.#objects.values()].find((object) => object.id === id)
        : this.#objects.get(placeOf({ class: one, id }));
    if (found === undefined) return { status: 404 };
    if (method === "DELETE") this.#objects.delete(placeOf(found));
    if (method === "PUT" && (body as Stored).class !== one) return refuse(422, "class cannot be changed");
    if (method === "PUT") return { status: 200, body: this.#put(body as Stored) };
    return method === "DELETE" ? { status: 204 } : { status: 200, body: found };
  }

  #put(object: Stored): Stored {
    // As a vectorizer does, where the class has one; those called `…Plain` have none.
    const text = Object.values(object.properties)
      .filter((value) => typeof value === "string")
      .join(" ");
    const made = object.class.endsWith("Plain") ? undefined : embeddingOf(text);
    const vector = object.vector ?? made;
    const kept = { ...object, ...(vector === undefined ? {} : { vector }) };
    this.#objects.set(placeOf(kept), kept);
    return kept;
  }

  #batched(object: Stored): unknown {
    if (object.properties["refuse"] === true)
      return { status: "FAILED", errors: { error: [{ message: "refused it" }] } };
    this.#put(object);
    return { status: "SUCCESS" };
  }

  #of(name: string): Stored[] {
    return [...this.#objects.values()].filter((one) => one.class === name);
  }

  #schema(name: string): Reply {
    const objects = this.#of(name);
    if (objects.length === 0) return { status: 404 };
    const names = new Map(objects.flatMap(({ properties }) => Object.entries(properties)));
    const properties = [...names].map(([property, value]) => ({
      name: property,
      dataType: [dataTypeOf(property, value)],
    }));
    return { status: 200, body: { class: name, properties } };
  }

  #graphql(query: string): Reply {
    let roots: FieldNode[];
    try {
      const [definition] = parse(query).definitions;
      roots = definition?.kind === Kind.OPERATION_DEFINITION ? fieldsOf(definition.selectionSet) : [];
    } catch (error) {
      return { status: 200, body: { errors: [{ message: String(error) }] } };
    }
    const [root] = roots;
    const [asked] = fieldsOf(root?.selectionSet);
    if (root === undefined || asked === undefined)
      return { status: 200, body: { errors: [{ message: "nothing is asked" }] } };
    const given = argumentsOf(asked.arguments ?? []);
    const name = asked.name.value;
    if (name.endsWith("Plain") && given["nearText"] !== undefined)
      return {
        status: 200,
        body: { errors: [{ message: `Unknown argument "nearText" on field "${name}"` }] },
      };
    if (name.endsWith("Plain") && given["hybrid"] !== undefined && !("vector" in (given["hybrid"] as object)))
      return {
        status: 200,
        body: { errors: [{ message: "VectorFromInput was called without vectorizer" }] },
      };
    if (name.endsWith("Leaky"))
      return {
        status: 200,
        body: { errors: [{ message: "vectorize: Incorrect API key provided: sk-planted0123456789" }] },
      };
    const fault = given["where"] === undefined ? undefined : misfit(given["where"] as Where);
    if (fault !== undefined) return { status: 200, body: { errors: [{ message: fault }] } };
    const fitting = this.#of(name).filter(
      (object) => given["where"] === undefined || holds(given["where"] as Where, object),
    );
    if (root.name.value === "Aggregate")
      return {
        status: 200,
        body: { data: { Aggregate: { [name]: [{ meta: { count: fitting.length } }] } } },
      };
    const wanted = fieldsOf(asked.selectionSet).map((field) => field.name.value);
    const hits = searched(fitting, given).map(({ object, distance, score }) => ({
      ...Object.fromEntries(
        wanted
          .filter((field) => field !== "_additional")
          .map((field) => [field, object.properties[field] ?? null]),
      ),
      _additional: {
        id: object.id,
        vector: object.vector ?? [],
        distance: distance ?? null,
        score: score === undefined ? "0" : String(score),
      },
    }));
    const offset = (given["offset"] as number | undefined) ?? 0;
    const page = hits.slice(offset, offset + (given["limit"] as number));
    return { status: 200, body: { data: { Get: { [name]: page } } } };
  }
}

const fieldsOf = (set: SelectionSetNode | undefined): FieldNode[] =>
  set?.selections.filter((one) => one.kind === Kind.FIELD) ?? [];

const argumentsOf = (given: readonly ArgumentNode[]): Record<string, unknown> =>
  Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

const placeOf = ({ class: name, id }: Pick<Stored, "class" | "id">): string => `${name}/${id}`;

/** As the server guesses it; whole numbers and dates are what a class of one's own says, here those of these names. */
const dataTypeOf = (name: string, value: unknown): string =>
  typeof value === "string"
    ? name === "date"
      ? "date"
      : "text"
    : typeof value === "boolean"
      ? "boolean"
      : typeof value === "number"
        ? name === "count"
          ? "int"
          : "number"
        : "object";

/** What is wrong with the field of a value, as the server tells it; undefined where nothing is. */
function misfit(where: Where): string | undefined {
  if (where.operands !== undefined) return where.operands.map(misfit).find((fault) => fault !== undefined);
  const [path = ""] = where.path ?? [];
  const wanted = { count: "valueInt", date: "valueDate" }[path];
  if (wanted === undefined || wanted in where) return undefined;
  return `data type filter cannot be used on property "${path}", use "${wanted}" instead`;
}

interface Where {
  operator: string;
  operands?: Where[];
  path?: string[];
  valueText?: string;
  valueNumber?: number;
  valueInt?: number;
  valueDate?: string;
  valueBoolean?: boolean;
}

function holds(where: Where, object: Stored): boolean {
  if (where.operator === "And") return (where.operands ?? []).every((one) => holds(one, object));
  if (where.operator === "Or") return (where.operands ?? []).some((one) => holds(one, object));
  const [path = ""] = where.path ?? [];
  const value = (path === "id" ? object.id : object.properties[path]) as string | number;
  const wanted = (where.valueText ??
    where.valueNumber ??
    where.valueInt ??
    where.valueDate ??
    where.valueBoolean) as string | number;
  const tests: Record<string, boolean> = {
    Equal: value === wanted,
    NotEqual: value !== wanted,
    GreaterThan: value > wanted,
    GreaterThanEqual: value >= wanted,
    LessThan: value < wanted,
    LessThanEqual: value <= wanted,
  };
  return tests[where.operator] ?? false;
}

interface Hit {
  object: Stored;
  distance?: number;
  score?: number;
}

function searched(objects: readonly Stored[], given: Record<string, unknown>): Hit[] {
  const near = (given["nearVector"] ?? given["nearText"]) as
    | { vector?: number[]; concepts?: string[]; certainty?: number }
    | undefined;
  if (near !== undefined) {
    const target = near.vector ?? embeddingOf((near.concepts ?? []).join(" "));
    return objects
      .filter(({ vector }) => vector?.length === target.length)
      .map((object) => ({ object, distance: 1 - cosine(object.vector ?? [], target) }))
      .filter(({ distance }) => 1 - distance / 2 >= (near.certainty ?? 0))
      .toSorted((a, b) => a.distance - b.distance);
  }
  const words = (given["bm25"] ?? given["hybrid"]) as { query: string; properties?: string[] } | undefined;
  if (words !== undefined)
    return objects
      .map((object) => ({ object, score: scoreOf(object, words.query, words.properties) }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score);
  const [order] = (given["sort"] as { path: string[]; order: string }[] | undefined) ?? [];
  const sorted = [...objects];
  if (order !== undefined) {
    const [path = ""] = order.path;
    const keyOf = (object: Stored) => object.properties[path] as number;
    sorted.sort((a, b) => (keyOf(a) - keyOf(b)) * (order.order === "desc" ? -1 : 1));
  }
  return sorted.map((object) => ({ object }));
}

const scoreOf = ({ properties }: Stored, query: string, names: readonly string[] | undefined): number => {
  const text = Object.entries(properties)
    .filter(([name]) => names?.includes(name) ?? true)
    .map(([, value]) => String(value).toLowerCase())
    .join(" ");
  return query
    .toLowerCase()
    .split(/\W+/)
    .filter((word) => word !== "" && text.includes(word)).length;
};

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
