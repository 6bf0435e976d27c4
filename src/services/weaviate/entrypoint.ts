/** The weaviate service: objects of named classes, found by meaning, by vector or by words, in an actor of the user's own or on a server. */
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
  hybridRequest,
  type HybridRequest,
  nearTextRequest,
  type NearTextRequest,
  nearVectorRequest,
  type NearVectorRequest,
  newWeaviateObject,
  type NewWeaviateObject,
  objectsRequest,
  type ObjectsRequest,
  type Page,
  query,
  type Query,
  serviceCall,
  type ServiceCall,
  weaviateBatch,
  type WeaviateObject,
  type WeaviateResult,
  type WeaviateService,
} from "../../protocol/services.ts";
import type { JsonObject } from "../../protocol/values.ts";
import { withinCall } from "../provider/call-scope.ts";
import { withOwnKeys } from "../provider/own-keys.ts";
import { RemoteStore, userPrefix } from "./remote-store.ts";
import type { Keyed, WeaviateStore } from "./store.ts";

/** As Weaviate has it. */
const defaultAlpha = 0.75;

/** Where a call's objects are, and what makes their vectors. */
interface Place {
  store: WeaviateStore;
  embedded: (object: NewWeaviateObject) => Promise<NewWeaviateObject>;
  allEmbedded: (objects: NewWeaviateObject[]) => Promise<NewWeaviateObject[]>;
}

const rowId = z.string().min(1).max(200);

export class WeaviateEntrypoint extends WorkerEntrypoint<Env> implements WeaviateService {
  async find(call: ServiceCall, asked: Query = {}): Promise<Page<WeaviateObject>> {
    const parsed = checked("query", query, asked);
    return this.#within(call, ({ store }) => store.find(parsed));
  }

  async get(call: ServiceCall, id: string): Promise<WeaviateObject> {
    const wanted = checked("id", rowId, id);
    return this.#within(call, ({ store }) => store.get(wanted));
  }

  async create(call: ServiceCall, data: NewWeaviateObject): Promise<WeaviateObject> {
    const object = checked("data", newWeaviateObject, data);
    const keyed = await keyedOf(call, ["create", object]);
    return this.#within(call, async ({ store, embedded }) => store.create(await embedded(object), keyed));
  }

  async createMany(call: ServiceCall, objects: NewWeaviateObject[]): Promise<{ ids: string[] }> {
    const given = checked("objects", weaviateBatch, objects);
    const keyed = await keyedOf(call, ["createMany", given]);
    return this.#within(call, async ({ store, allEmbedded }) =>
      store.createMany(await allEmbedded(given), keyed),
    );
  }

  async update(call: ServiceCall, id: string, data: NewWeaviateObject): Promise<WeaviateObject> {
    const object = checked("data", newWeaviateObject, data);
    const wanted = checked("id", rowId, id);
    const keyed = await keyedOf(call, ["update", wanted, object]);
    return this.#within(call, async ({ store, embedded }) =>
      store.update(wanted, await embedded(object), keyed),
    );
  }

  async patch(call: ServiceCall, id: string, data: Partial<NewWeaviateObject>): Promise<WeaviateObject> {
    const fields = checked("data", z.record(z.string(), z.unknown()), data) as Partial<NewWeaviateObject>;
    const wanted = checked("id", rowId, id);
    const keyed = await keyedOf(call, ["patch", wanted, fields]);
    return this.#within(call, async ({ store, embedded }) => {
      const { id: _id, vector, ...present } = await store.get(wanted);
      // Other words mean something else: the vector of before would be a lie.
      const isSame = fields.properties === undefined;
      const merged = { ...present, ...(isSame && vector !== undefined ? { vector } : {}), ...fields };
      return store.update(wanted, await embedded(checked("data", newWeaviateObject, merged)), keyed);
    });
  }

  async remove(call: ServiceCall, id: string): Promise<WeaviateObject> {
    const wanted = checked("id", rowId, id);
    const keyed = await keyedOf(call, ["remove", wanted]);
    return this.#within(call, ({ store }) => store.remove(wanted, keyed));
  }

  async objects(call: ServiceCall, request: ObjectsRequest): Promise<WeaviateResult> {
    const { class: name, limit } = checked("request", objectsRequest, request);
    const page = { where: { class: name }, or: [], sort: [], select: undefined, limit, skip: 0 };
    return this.#within(call, async ({ store }) => ({ data: (await store.find(page)).data }));
  }

  async nearText(call: ServiceCall, request: NearTextRequest): Promise<WeaviateResult> {
    const { class: name, concepts, certainty = 0, limit } = checked("request", nearTextRequest, request);
    return this.#within(call, async ({ store }) => {
      if (store instanceof RemoteStore)
        return { data: await store.nearText(name, concepts, certainty, limit) };
      const vector = await this.#vectorOf(call, concepts.join(" "));
      if (vector === undefined)
        throw new SpellError(
          "not_configured",
          "weaviate: searching by meaning needs a provider of embeddings. Set OPENAI_API_KEY, or OPENAI_BASE_URL.",
        );
      return { data: await store.nearVector(name, vector, certainty, limit) };
    });
  }

  async nearVector(call: ServiceCall, request: NearVectorRequest): Promise<WeaviateResult> {
    const { class: name, vector, certainty = 0, limit } = checked("request", nearVectorRequest, request);
    return this.#within(call, async ({ store }) => ({
      data: await store.nearVector(name, vector, certainty, limit),
    }));
  }

  async bm25(call: ServiceCall, request: Bm25Request): Promise<WeaviateResult> {
    const { class: name, query: words, properties, limit } = checked("request", bm25Request, request);
    return this.#within(call, async ({ store }) => ({
      data: await store.bm25(name, words, properties, limit),
    }));
  }

  async hybrid(call: ServiceCall, request: HybridRequest): Promise<WeaviateResult> {
    const asked = checked("request", hybridRequest, request);
    const { class: className, query: words, alpha = defaultAlpha, limit } = asked;
    return this.#within(call, async ({ store }) => {
      const isEmbedded = !(store instanceof RemoteStore);
      // Where nobody makes vectors, words are what is left.
      const vector =
        asked.vector ?? (isEmbedded && alpha > 0 ? await this.#vectorOf(call, words) : undefined);
      return { data: await store.hybrid({ className, words, vector, alpha, limit }) };
    });
  }

  /** Undefined where no provider is configured. One question for all: a call's idempotency key is for one effect. */
  async #vectorsOf(call: ServiceCall, texts: string[]): Promise<number[][] | undefined> {
    if (texts.length === 0) return [];
    if (this.env.COMPLETION === undefined) return undefined;
    try {
      return (await this.env.COMPLETION.embed(call, { values: texts })).embeddings;
    } catch (thrown) {
      const error = SpellError.from(thrown);
      if (error.code === "not_configured") return undefined;
      throw error;
    }
  }

  async #vectorOf(call: ServiceCall, text: string): Promise<number[] | undefined> {
    return (await this.#vectorsOf(call, [text]))?.[0];
  }

  /** With the store of the caller: on a server the call's deadline holds for what is asked of it. */
  async #within<T>(call: ServiceCall, act: (to: Place) => Promise<T>): Promise<T> {
    const given = checked("call", serviceCall, call);
    const { userId } = given;
    const settings = await withOwnKeys(this.env, userId);
    const server = serverOf(settings.WEAVIATE_URL);
    if (server === undefined)
      return act({
        store: this.#embedded(userId),
        embedded: async (one) => (await this.#withVectors(call, [one]))[0] ?? one,
        allEmbedded: (many) => this.#withVectors(call, many),
      });
    // By its host: the deployment's own server is shared, however a user spells its address.
    const isShared = server.origin === serverOf(this.env.WEAVIATE_URL)?.origin;
    const prefix = isShared ? await userPrefix(userId) : "";
    const url = server.href.replace(/\/+$/, "");
    const apiKey = settings.WEAVIATE_API_KEY?.trim() || undefined;
    return withinCall(given, (scope) =>
      act({
        store: new RemoteStore({ url, apiKey, prefix }, scope),
        // The server makes the vectors of its classes.
        embedded: async (one) => one,
        allEmbedded: async (many) => many,
      }),
    );
  }

  /** With the vector of its texts each, where none was given; without one where nobody makes vectors: then it is found by words. */
  async #withVectors(call: ServiceCall, objects: NewWeaviateObject[]): Promise<NewWeaviateObject[]> {
    const textOf = ({ vector, properties }: NewWeaviateObject) =>
      vector === undefined ? textIn(properties) : "";
    const texts = objects.map(textOf).filter((text) => text !== "");
    const vectors = (await this.#vectorsOf(call, texts))?.values();
    return objects.map((one) => {
      const vector = textOf(one) === "" ? undefined : vectors?.next().value;
      return vector === undefined ? one : { ...one, vector };
    });
  }

  #embedded(userId: string): WeaviateStore {
    if (this.env.VECTORS !== undefined)
      // The runtime's own stub types are deeper than the compiler follows.
      return this.env.VECTORS.getByName(JSON.stringify([1, userId])) as unknown as WeaviateStore;
    throw new SpellError(
      "not_configured",
      "weaviate: no actor for vectors is bound. Bind VECTORS in wrangler.toml, or set WEAVIATE_URL.",
    );
  }
}

/** Undefined where none is set. @throws SpellError `not_configured` */
function serverOf(setting: string | undefined): URL | undefined {
  const text = setting?.trim() ?? "";
  if (text === "") return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new SpellError("not_configured", "weaviate: WEAVIATE_URL is no http or https address.");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw new SpellError(
      "not_configured",
      "weaviate: WEAVIATE_URL may hold no user name, password or query. Put the key into WEAVIATE_API_KEY.",
    );
  return url;
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
