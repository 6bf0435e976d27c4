/**
 * A Weaviate server: objects by its REST interface, searches by its GraphQL. On a server that several users share, classes have the
 * user's mark before their names, so that nobody sees another's; on one of the user's own they are as they are called.
 * https://docs.weaviate.io/weaviate/api/rest, https://docs.weaviate.io/weaviate/api/graphql
 */
import * as z from "zod";
import { picked } from "../../db/query-sql.ts";
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
import type { CallScope } from "../provider/call-scope.ts";
import { conditionsOf, propertyName, propertyOf, type PropertyTypes } from "./conditions.ts";
import { type Asked, countQuery, getQuery, type Where } from "./graphql.ts";
import { notFound, RestClient, type ServerSettings } from "./rest-client.ts";
import type { HybridSearch, Keyed, WeaviateStore } from "./store.ts";

export interface RemoteSettings extends ServerSettings {
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
const classSchema = z.object({
  properties: z.array(z.object({ name: z.string(), dataType: z.array(z.string()) })).nullish(),
});
const additional = z.object({
  id: z.string(),
  vector: z.array(z.number()).nullish(),
  distance: z.number().nullish(),
  score: z.union([z.string(), z.number()]).nullish(),
});

/** What a class has; asked once a minute, since a new property comes with any object. */
const knownMs = 60_000;
const known = new ExpiringMap<PropertyTypes>(1000);

/** References and places have fields of their own, which a plain name does not give. */
const plainTypes = /^(?:text|string|int|number|boolean|date|uuid)(?:\[\])?$/;

export class RemoteStore implements WeaviateStore {
  readonly #server: RestClient;
  readonly #prefix: string;

  constructor({ prefix, ...settings }: RemoteSettings, scope: CallScope) {
    this.#server = new RestClient(settings, scope);
    this.#prefix = prefix;
  }

  async find({ where, or, sort, select, limit, skip }: ParsedQuery): Promise<Page<WeaviateObject>> {
    const { class: className, ...rest } = where;
    if (typeof className !== "string")
      throw new SpellError(
        "bad_request",
        "weaviate: on a Weaviate server objects are found in one class: {class: …}.",
        { errors: [{ path: "query.class", message: "the name of one class" }] },
      );
    const order = sort.map(([field, direction]) => ({
      property: propertyOf(field),
      isDescending: direction === -1,
    }));
    const types = await this.#typesOf(this.#serverClass(className));
    const filter = conditionsOf({ where: rest, or }, types ?? new Map());
    const total = types === undefined ? 0 : await this.#count(className, filter);
    if (limit === 0 || total === 0) return { total, limit, skip, data: [] };
    const hits = await this.#get(className, { limit, offset: skip, where: filter, sort: order });
    const data = hits.map(({ distance: _distance, score: _score, ...object }) => object);
    return { total, limit, skip, data: select === undefined ? data : data.map((one) => picked(one, select)) };
  }

  async get(id: string): Promise<WeaviateObject> {
    const found = this.#server.shaped(
      storedObject,
      await this.#server.ask("GET", `/objects/${uuid(id)}?include=vector`, undefined, id),
    );
    // Whose class has not the mark is another's.
    if (!found.class.startsWith(this.#prefix)) throw notFound(id);
    return objectOf(found.class.slice(this.#prefix.length), found);
  }

  async create(data: NewWeaviateObject, keyed?: Keyed): Promise<WeaviateObject> {
    const id = await this.#newId(keyed, 0);
    try {
      return await this.#put("POST", "/objects", id, data);
    } catch (error) {
      // The same key came before: its object is there.
      if (keyed === undefined || !isTaken(error)) throw error;
      return this.get(id);
    }
  }

  async createMany(data: NewWeaviateObject[], keyed?: Keyed): Promise<{ ids: string[] }> {
    const objects = await Promise.all(
      data.map(async (one, place) => ({ id: await this.#newId(keyed, place), ...this.#bodyOf(one) })),
    );
    const answered = await this.#server.ask("POST", "/batch/objects", { objects });
    const results = this.#server.shaped(batchAnswer, answered);
    const fault = results.flatMap(({ result }) => result?.errors?.error ?? [])[0];
    if (fault !== undefined) throw this.#server.refused("an object", fault.message);
    for (const name of new Set(data.map((one) => one.class))) this.#forget(name);
    return { ids: objects.map(({ id }) => id) };
  }

  async update(id: string, data: NewWeaviateObject): Promise<WeaviateObject> {
    const before = await this.get(id);
    if (before.class === data.class) {
      await this.#put("PUT", this.#pathOf(before), id, data);
      return this.get(id);
    }
    // The server knows an object by class and id together, and lets none change its class.
    const moved = await this.#put("POST", "/objects", id, data);
    await this.#server.ask("DELETE", this.#pathOf(before), undefined, id);
    return moved;
  }

  async remove(id: string): Promise<WeaviateObject> {
    const gone = await this.get(id);
    await this.#server.ask("DELETE", this.#pathOf(gone), undefined, id);
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
      if (!hasNoVectorizer(error)) throw error;
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

  async hybrid({ className, words, vector, alpha, limit }: HybridSearch): Promise<WeaviateHit[]> {
    try {
      return await this.#get(className, { limit, hybrid: { query: words, vector, alpha } });
    } catch (error) {
      // Where nobody makes vectors, words are what is left, as in the embedded store.
      if (vector !== undefined || !hasNoVectorizer(error)) throw error;
      return this.bm25(className, words, undefined, limit);
    }
  }

  async #get(className: string, asked: Omit<Asked, "className" | "properties">): Promise<WeaviateHit[]> {
    const name = this.#serverClass(className);
    const types = await this.#typesOf(name);
    if (types === undefined) return [];
    const { Get } = await this.#server.graphql(
      getQuery({ className: name, properties: [...types.keys()], ...asked }),
    );
    const hasScore = asked.bm25 !== undefined || asked.hybrid !== undefined;
    return (Get?.[name] ?? []).map(({ _additional, ...given }) => {
      const { id, vector, distance, score } = this.#server.shaped(additional, _additional);
      return {
        ...objectOf(className, { id, class: name, properties: given, vector }),
        ...(distance == null ? {} : { distance }),
        ...(!hasScore || score == null || score === "" ? {} : { score: Number(score) }),
      };
    });
  }

  async #count(className: string, where: Where | undefined): Promise<number> {
    const name = this.#serverClass(className);
    const { Aggregate } = await this.#server.graphql(countQuery(name, where));
    return Aggregate?.[name]?.[0]?.meta.count ?? 0;
  }

  async #put(method: string, path: string, id: string, data: NewWeaviateObject): Promise<WeaviateObject> {
    const what = method === "PUT" ? id : undefined;
    const answered = await this.#server.ask(method, path, { id, ...this.#bodyOf(data) }, what);
    return objectOf(data.class, this.#server.shaped(storedObject, answered));
  }

  /** Undefined for a class that is not there: nothing was ever put in it. */
  async #typesOf(name: string): Promise<PropertyTypes | undefined> {
    const key = `${this.#server.url} ${name}`;
    const before = known.get(key, now());
    if (before !== undefined) return before;
    const found = await this.#server.ask("GET", `/schema/${name}`, undefined, name).catch(ignoreMissing);
    if (found === undefined) return undefined;
    const { properties } = this.#server.shaped(classSchema, found);
    const types = new Map(
      (properties ?? [])
        .map(({ name: one, dataType }) => [one, dataType[0] ?? ""] as const)
        .filter(([one, type]) => propertyName.test(one) && plainTypes.test(type)),
    );
    known.set(key, types, now() + knownMs);
    return types;
  }

  #forget(className: string): void {
    known.delete(`${this.#server.url} ${this.#serverClass(className)}`);
  }

  #bodyOf({ class: className, properties, vector }: NewWeaviateObject): JsonObject {
    this.#forget(className);
    return {
      class: this.#serverClass(className),
      properties,
      ...(vector === undefined ? {} : { vector }),
    };
  }

  #pathOf({ class: className, id }: WeaviateObject): string {
    return `/objects/${this.#serverClass(className)}/${uuid(id)}`;
  }

  #serverClass(className: string): string {
    return this.#prefix + className;
  }

  /**
   * A new one, or for a key the same each time, so that a repeated call makes nothing twice. Of the user, too: an object is asked
   * for by its id alone, and two users may have the same key.
   */
  async #newId(keyed: Keyed | undefined, place: number): Promise<string> {
    if (keyed === undefined) return crypto.randomUUID();
    const hex = await sha256Hex(`${this.#prefix} ${keyed.key} ${keyed.fingerprint} ${place}`);
    // RFC 9562, version 8: made as its maker likes.
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
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

function ignoreMissing(error: unknown): undefined {
  if (error instanceof SpellError && error.code === "not_found") return undefined;
  throw error;
}

const isTaken = (error: unknown): boolean =>
  error instanceof SpellError && / answered 422\b.*already exists/.test(error.message);

/** The argument is unknown where a class has no vectorizer; a search by both says that it is missing. */
const hasNoVectorizer = (error: unknown): boolean =>
  error instanceof SpellError && /refused the search: .*(?:nearText|vectorizer)/i.test(error.message);

/** What is no UUID is no id there. @throws SpellError `not_found` */
function uuid(id: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw notFound(id);
}
