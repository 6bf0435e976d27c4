/** The weaviate service: objects of named classes, found by meaning, by vector or by words, in an actor of the user's own. */
import { WorkerEntrypoint } from "cloudflare:workers";
import * as z from "zod";
import type { Env } from "../../env.ts";
import { sha256Hex } from "../../platform/crypto.ts";
import { canonicalJson } from "../../platform/json.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  bm25Request,
  type Bm25Request,
  nearTextRequest,
  type NearTextRequest,
  nearVectorRequest,
  type NearVectorRequest,
  newWeaviateObject,
  type NewWeaviateObject,
  objectsRequest,
  type ObjectsRequest,
  type Page,
  type ParsedQuery,
  query,
  type Query,
  serviceCall,
  type ServiceCall,
  type WeaviateObject,
  type WeaviateResult,
  type WeaviateService,
} from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import type { Hit, Keyed } from "./vector-store.ts";

const rowId = z.string().min(1).max(200);

/** What the entrypoint asks of the actor. The runtime's own stub types are deeper than the compiler follows. */
interface Store {
  find(query: ParsedQuery): Promise<Page<WeaviateObject>>;
  get(id: string): Promise<WeaviateObject>;
  create(data: NewWeaviateObject, keyed?: Keyed): Promise<WeaviateObject>;
  update(id: string, data: NewWeaviateObject, keyed?: Keyed): Promise<WeaviateObject>;
  remove(id: string, keyed?: Keyed): Promise<WeaviateObject>;
  nearVector(className: string, vector: number[], certainty: number, limit: number): Promise<Hit[]>;
  bm25(className: string, words: string, properties: string[] | undefined, limit: number): Promise<Hit[]>;
}

export class WeaviateEntrypoint extends WorkerEntrypoint<Env> implements WeaviateService {
  async find(call: ServiceCall, asked: Query = {}): Promise<Page<WeaviateObject>> {
    return this.#store(call).find(checked("query", query, asked));
  }

  async get(call: ServiceCall, id: string): Promise<WeaviateObject> {
    return this.#store(call).get(checked("id", rowId, id));
  }

  async create(call: ServiceCall, data: NewWeaviateObject): Promise<WeaviateObject> {
    const object = checked("data", newWeaviateObject, data);
    const keyed = await keyedOf(call, ["create", object]);
    return this.#store(call).create(await this.#embedded(call, object), keyed);
  }

  async update(call: ServiceCall, id: string, data: NewWeaviateObject): Promise<WeaviateObject> {
    const object = checked("data", newWeaviateObject, data);
    const keyed = await keyedOf(call, ["update", id, object]);
    return this.#store(call).update(checked("id", rowId, id), await this.#embedded(call, object), keyed);
  }

  async patch(call: ServiceCall, id: string, data: Partial<NewWeaviateObject>): Promise<WeaviateObject> {
    const store = this.#store(call);
    const fields = checked("data", z.record(z.string(), z.unknown()), data) as Partial<NewWeaviateObject>;
    const { id: _id, vector, ...present } = await store.get(checked("id", rowId, id));
    // Other words mean something else: the vector of before would be a lie.
    const isSame = fields.properties === undefined;
    const merged = { ...present, ...(isSame && vector !== undefined ? { vector } : {}), ...fields };
    const object = checked("data", newWeaviateObject, merged);
    const keyed = await keyedOf(call, ["patch", id, fields]);
    return store.update(id, await this.#embedded(call, object), keyed);
  }

  async remove(call: ServiceCall, id: string): Promise<WeaviateObject> {
    return this.#store(call).remove(checked("id", rowId, id), await keyedOf(call, ["remove", id]));
  }

  async objects(call: ServiceCall, request: ObjectsRequest): Promise<WeaviateResult> {
    const { class: name, limit } = checked("request", objectsRequest, request);
    const page = { where: { class: name }, or: [], sort: [], select: undefined, limit, skip: 0 };
    return { data: (await this.#store(call).find(page)).data };
  }

  async nearText(call: ServiceCall, request: NearTextRequest): Promise<WeaviateResult> {
    const { class: name, concepts, certainty = 0, limit } = checked("request", nearTextRequest, request);
    const vector = await this.#vectorOf(call, concepts.join(" "));
    if (vector === undefined)
      throw new SpellError(
        "not_configured",
        "weaviate: searching by meaning needs a provider of embeddings. Set OPENAI_API_KEY, or OPENAI_BASE_URL.",
      );
    return { data: await this.#store(call).nearVector(name, vector, certainty, limit) };
  }

  async nearVector(call: ServiceCall, request: NearVectorRequest): Promise<WeaviateResult> {
    const { class: name, vector, certainty = 0, limit } = checked("request", nearVectorRequest, request);
    return { data: await this.#store(call).nearVector(name, vector, certainty, limit) };
  }

  async bm25(call: ServiceCall, request: Bm25Request): Promise<WeaviateResult> {
    const { class: name, query: words, properties, limit } = checked("request", bm25Request, request);
    return { data: await this.#store(call).bm25(name, words, properties, limit) };
  }

  /** With the vector of its texts, where none was given; without one where nobody makes vectors: then it is found by words. */
  async #embedded(call: ServiceCall, object: NewWeaviateObject): Promise<NewWeaviateObject> {
    if (object.vector !== undefined) return object;
    const text = textIn(object.properties);
    const vector = text === "" ? undefined : await this.#vectorOf(call, text);
    return vector === undefined ? object : { ...object, vector };
  }

  /** Undefined where no provider is configured. */
  async #vectorOf(call: ServiceCall, text: string): Promise<number[] | undefined> {
    if (this.env.COMPLETION === undefined) return undefined;
    try {
      const { embeddings } = await this.env.COMPLETION.embed(call, { values: [text] });
      return embeddings[0];
    } catch (thrown) {
      const error = SpellError.from(thrown);
      if (error.code === "not_configured") return undefined;
      throw error;
    }
  }

  #store(call: ServiceCall): Store {
    const { userId } = checked("call", serviceCall, call);
    if (this.env.VECTORS !== undefined)
      return this.env.VECTORS.getByName(JSON.stringify([1, userId])) as unknown as Store;
    throw new SpellError(
      "not_configured",
      "weaviate: no actor for vectors is bound. Bind VECTORS in wrangler.toml.",
    );
  }
}

const checked = <T>(name: string, schema: z.ZodType<T>, value: unknown): T =>
  parseArgument("weaviate", name, schema, value);

async function keyedOf({ idempotencyKey }: ServiceCall, request: unknown): Promise<Keyed | undefined> {
  if (idempotencyKey === undefined) return undefined;
  return { key: idempotencyKey, fingerprint: await sha256Hex(canonicalJson(request)) };
}

/** Its texts, in their order. */
const textIn = (properties: JsonObject): string =>
  Object.values(properties)
    .filter((value) => typeof value === "string")
    .join(" ");
