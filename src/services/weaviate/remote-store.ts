/**
 * A Weaviate server: objects by its REST interface, searches by its GraphQL. On a server that several users share, classes have the
 * user's mark before their names, so that nobody sees another's; on one of the user's own they are as they are called.
 * https://docs.weaviate.io/weaviate/api/rest, https://docs.weaviate.io/weaviate/api/graphql
 */
import * as z from "zod";
import { now } from "../../platform/clock.ts";
import { sha256Hex } from "../../platform/crypto.ts";
import { ExpiringMap } from "../../platform/expiring-map.ts";
import { SpellError } from "../../protocol/errors.ts";
import type {
  NewWeaviateObject,
  Page,
  ParsedQuery,
  WeaviateHit,
  WeaviateObject,
} from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import { askProvider, jsonOf } from "../provider/ask-provider.ts";
import type { CallScope } from "../provider/call-scope.ts";
import { type Asked, type Condition, countQuery, getQuery, whereOf } from "./graphql.ts";
import type { HybridSearch, Keyed, WeaviateStore } from "./store.ts";

export interface RemoteSettings {
  /** Without a slash at the end. */
  url: string;
  apiKey: string | undefined;
  /** Before each class; empty on a server of the user's own. */
  prefix: string;
}

const storedObject = z.object({
  id: z.string(),
  class: z.string(),
  properties: z.record(z.string(), z.unknown()).nullish(),
  vector: z.array(z.number()).nullish(),
});
const batchAnswer = z.array(
  z.object({
    id: z.string().optional(),
    result: z
      .object({ errors: z.object({ error: z.array(z.object({ message: z.string() })) }).nullish() })
      .nullish(),
  }),
);
const schema = z.object({
  properties: z.array(z.object({ name: z.string(), dataType: z.array(z.string()) })).nullish(),
});
const answer = z.object({
  data: z
    .object({
      Get: z.record(z.string(), z.array(z.record(z.string(), z.unknown())).nullable()).nullish(),
      Aggregate: z.record(z.string(), z.array(z.object({ meta: z.object({ count: z.number() }) }))).nullish(),
    })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).nullish(),
});
const additional = z.object({
  id: z.string(),
  vector: z.array(z.number()).nullish(),
  distance: z.number().nullish(),
  score: z.union([z.string(), z.number()]).nullish(),
});

/** What a class has; asked once a minute, since a new property comes with any object. */
const knownMs = 60_000;
const known = new ExpiringMap<readonly string[]>(1000);

const propertyName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** References and places have fields of their own, which a plain name does not give. */
const plainTypes = /^(?:text|string|int|number|boolean|date|uuid)(?:\[\])?$/;

export class RemoteStore implements WeaviateStore {
  readonly #settings: RemoteSettings;
  readonly #scope: CallScope;

  constructor(settings: RemoteSettings, scope: CallScope) {
    this.#settings = settings;
    this.#scope = scope;
  }

  async find({ where, or, sort, select, limit, skip }: ParsedQuery): Promise<Page<WeaviateObject>> {
    const { class: className, ...rest } = where;
    if (typeof className !== "string" || or.length > 0 || select !== undefined)
      throw new SpellError(
        "bad_request",
        "weaviate: on a Weaviate server objects are found in one class, {class: …}, without $or and $select.",
      );
    const conditions = Object.entries(rest).flatMap(([field, value]) => conditionsOf(field, value));
    const filter = whereOf(conditions);
    const page = { total: await this.#count(className, filter), limit, skip };
    if (limit === 0 || page.total === 0) return { ...page, data: [] };
    const order = sort.map(([field, direction]) => ({
      property: propertyOf(field),
      isDescending: direction === -1,
    }));
    const hits = await this.#get(className, { limit, offset: skip, where: filter, sort: order });
    return { ...page, data: hits.map(({ distance: _distance, score: _score, ...object }) => object) };
  }

  async get(id: string): Promise<WeaviateObject> {
    const found = storedObject.safeParse(
      await this.#rest("GET", `/objects/${uuid(id)}?include=vector`, undefined, id),
    );
    // Whose class has not the mark is another's.
    const className = found.success ? this.#ownClass(found.data.class) : undefined;
    if (!found.success || className === undefined) throw notFound(id);
    return objectOf(className, found.data);
  }

  async create(data: NewWeaviateObject, keyed?: Keyed): Promise<WeaviateObject> {
    const id = await idOf(keyed, 0);
    const body = { id, ...this.#bodyOf(data) };
    try {
      return objectOf(data.class, storedObject.parse(await this.#rest("POST", "/objects", body)));
    } catch (error) {
      // The same key came before: its object is there.
      if (keyed === undefined || !isTaken(error)) throw error;
      return this.get(id);
    }
  }

  async createMany(data: NewWeaviateObject[], keyed?: Keyed): Promise<{ ids: string[] }> {
    const objects = await Promise.all(
      data.map(async (one, place) => ({ id: await idOf(keyed, place), ...this.#bodyOf(one) })),
    );
    const results = batchAnswer.parse(await this.#rest("POST", "/batch/objects", { objects }));
    const fault = results.flatMap(({ result }) => result?.errors?.error ?? [])[0];
    if (fault !== undefined)
      throw new SpellError(
        "provider_error",
        `weaviate: the server refused an object: ${fault.message.slice(0, 300)}`,
      );
    for (const name of new Set(data.map((one) => one.class))) this.#forget(name);
    return { ids: objects.map(({ id }) => id) };
  }

  async update(id: string, data: NewWeaviateObject): Promise<WeaviateObject> {
    await this.get(id);
    const path = `/objects/${this.#serverClass(data.class)}/${uuid(id)}`;
    await this.#rest("PUT", path, { id, ...this.#bodyOf(data) }, id);
    return this.get(id);
  }

  async remove(id: string): Promise<WeaviateObject> {
    const gone = await this.get(id);
    await this.#rest("DELETE", `/objects/${this.#serverClass(gone.class)}/${uuid(id)}`, undefined, id);
    return gone;
  }

  nearVector(className: string, vector: number[], certainty: number, limit: number): Promise<WeaviateHit[]> {
    return this.#get(className, { limit, nearVector: { vector, ...atLeast(certainty) } });
  }

  /** By the server's own vectorizer. @throws SpellError `not_configured` where it has none */
  async nearText(
    className: string,
    concepts: string[],
    certainty: number,
    limit: number,
  ): Promise<WeaviateHit[]> {
    try {
      return await this.#get(className, { limit, nearText: { concepts, ...atLeast(certainty) } });
    } catch (error) {
      if (!(error instanceof SpellError) || !/nearText|vectorizer/i.test(error.message)) throw error;
      throw new SpellError(
        "not_configured",
        `weaviate: the server makes no vectors for the class ${className}. Give it a vectorizer, or search by nearVector.`,
      );
    }
  }

  bm25(
    className: string,
    query: string,
    properties: string[] | undefined,
    limit: number,
  ): Promise<WeaviateHit[]> {
    return this.#get(className, { limit, bm25: { query, properties } });
  }

  hybrid({ className, words, vector, alpha, limit }: HybridSearch): Promise<WeaviateHit[]> {
    return this.#get(className, { limit, hybrid: { query: words, vector, alpha } });
  }

  async #get(className: string, asked: Omit<Asked, "className" | "properties">): Promise<WeaviateHit[]> {
    const name = this.#serverClass(className);
    const properties = await this.#propertiesOf(name);
    if (properties === undefined) return [];
    const { Get } = await this.#graphql(getQuery({ className: name, properties, ...asked }));
    return (Get?.[name] ?? []).map(({ _additional, ...given }) => {
      const { id, vector, distance, score } = additional.parse(_additional);
      const object = objectOf(className, { id, class: name, properties: given, vector });
      return {
        ...object,
        ...(distance == null ? {} : { distance }),
        ...(score == null || score === "" || asked.nearVector !== undefined || asked.nearText !== undefined
          ? {}
          : { score: Number(score) }),
      };
    });
  }

  async #count(className: string, where: ReturnType<typeof whereOf>): Promise<number> {
    const name = this.#serverClass(className);
    if ((await this.#propertiesOf(name)) === undefined) return 0;
    const { Aggregate } = await this.#graphql(countQuery(name, where));
    return Aggregate?.[name]?.[0]?.meta.count ?? 0;
  }

  /** Undefined for a class that is not there: nothing was ever put in it. */
  async #propertiesOf(name: string): Promise<readonly string[] | undefined> {
    const key = `${this.#settings.url} ${name}`;
    const before = known.get(key, now());
    if (before !== undefined) return before;
    const found = schema.safeParse(
      await this.#rest("GET", `/schema/${name}`, undefined, name).catch(ignoreMissing),
    );
    if (!found.success) return undefined;
    const names = (found.data.properties ?? [])
      .filter(({ name: one, dataType }) => propertyName.test(one) && plainTypes.test(dataType[0] ?? ""))
      .map(({ name: one }) => one);
    known.set(key, names, now() + knownMs);
    return names;
  }

  #forget(className: string): void {
    known.delete(`${this.#settings.url} ${this.#serverClass(className)}`);
  }

  async #graphql(query: string): Promise<NonNullable<z.infer<typeof answer>["data"]>> {
    const { data, errors } = answer.parse(await this.#rest("POST", "/graphql", { query }));
    const [fault] = errors ?? [];
    if (fault === undefined) return data ?? {};
    throw new SpellError(
      "provider_error",
      `weaviate: the server refused the search: ${fault.message.slice(0, 300)}`,
    );
  }

  /** @param what is not found where the server says so */
  async #rest(method: string, path: string, body: unknown, what = ""): Promise<unknown> {
    const { url, apiKey } = this.#settings;
    try {
      const answered = await askProvider({
        url: `${url}/v1${path}`,
        method,
        headers: body === undefined ? {} : { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        scope: this.#scope,
        apiKey,
        keySetting: "WEAVIATE_API_KEY",
        urlSetting: "WEAVIATE_URL",
      });
      return answered.bytes.byteLength === 0 ? undefined : jsonOf(answered, new URL(url).host);
    } catch (error) {
      if (error instanceof SpellError && / answered 404\b/.test(error.message)) throw notFound(what);
      throw error;
    }
  }

  #bodyOf({ class: className, properties, vector }: NewWeaviateObject): JsonObject {
    this.#forget(className);
    return {
      class: this.#serverClass(className),
      properties,
      ...(vector === undefined ? {} : { vector }),
    };
  }

  #serverClass(className: string): string {
    return this.#settings.prefix + className;
  }

  #ownClass(name: string): string | undefined {
    const { prefix } = this.#settings;
    return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
  }
}

/** The mark of a user on a server that is shared: no name of a class begins so by accident. */
export const userPrefix = async (userId: string): Promise<string> =>
  `U${(await sha256Hex(userId)).slice(0, 32)}_`;

const objectOf = (
  className: string,
  { id, properties, vector }: z.infer<typeof storedObject>,
): WeaviateObject => ({
  id,
  class: className,
  // A property that an object does not have is null in searches.
  properties: Object.fromEntries(
    Object.entries(properties ?? {}).filter(([, value]) => value !== null),
  ) as JsonObject,
  ...(vector == null || vector.length === 0 ? {} : { vector }),
});

const atLeast = (certainty: number): { certainty?: number } => (certainty > 0 ? { certainty } : {});

const operators = {
  $ne: "NotEqual",
  $gt: "GreaterThan",
  $gte: "GreaterThanEqual",
  $lt: "LessThan",
  $lte: "LessThanEqual",
} as const;

function conditionsOf(field: string, value: unknown): Condition[] {
  const property = propertyOf(field);
  const given =
    typeof value === "object" && value !== null ? Object.entries(value) : [["$eq", value] as const];
  return given.map(([name, operand]): Condition => {
    const operator = name === "$eq" ? "Equal" : operators[name as keyof typeof operators];
    const isValue =
      typeof operand === "string" || typeof operand === "number" || typeof operand === "boolean";
    if (operator !== undefined && isValue) return { property, operator, value: operand };
    throw new SpellError(
      "bad_request",
      `weaviate: ${field}: a Weaviate server compares with texts, numbers and booleans, by $ne, $gt, $gte, $lt and $lte.`,
    );
  });
}

/** `properties.name`, or the object's `id`. @throws SpellError `bad_request` */
function propertyOf(field: string): string {
  if (field === "id") return "id";
  const [, name = ""] = /^properties\.(.+)$/.exec(field) ?? [];
  if (propertyName.test(name)) return name;
  throw new SpellError(
    "bad_request",
    `weaviate: "${field}" cannot be asked of a Weaviate server: id, or properties.NAME.`,
  );
}

const notFound = (id: string): SpellError =>
  new SpellError("not_found", `There is no object "${id.slice(0, 100)}".`);

function ignoreMissing(error: unknown): undefined {
  if (error instanceof SpellError && error.code === "not_found") return undefined;
  throw error;
}

const isTaken = (error: unknown): boolean =>
  error instanceof SpellError && / answered 422\b.*already exists/.test(error.message);

/** What is no UUID is no id there. @throws SpellError `not_found` */
function uuid(id: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw notFound(id);
}

/** A new one, or for a key the same each time, so that a repeated call makes nothing twice. */
async function idOf(keyed: Keyed | undefined, place: number): Promise<string> {
  if (keyed === undefined) return crypto.randomUUID();
  const hex = await sha256Hex(`${keyed.key} ${keyed.fingerprint} ${place}`);
  // RFC 9562, version 8: made as its maker likes.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
