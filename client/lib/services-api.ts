/** Services over HTTP, as nodes have them, and what a user keeps for them: secrets and keys. Every method throws SpellErrors. */
import type { ApiKey, MadeApiKey, NewApiKey } from "../../src/protocol/accounts.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import type { Http } from "./http.ts";
import type { BlobLike } from "./platform.ts";
import type { Shape, ShapeOf } from "./shape.ts";

/** `total` of all that the query finds. */
export interface ServicePage<Row> {
  total: number;
  limit: number;
  skip: number;
  data: Row[];
}

export interface UploadOptions {
  /** Else the file's own, else what the ending of its name says. */
  mimeType?: string;
  storeId?: string;
  /** The `type` of the documents that it becomes. */
  type?: string;
}

/** A service keeps its own kind of rows: that they are objects is checked here, the rest is as the caller says. */
const pageShape = <Row>(): ShapeOf<ServicePage<Row>> => ({
  type: "object",
  required: ["total", "data"],
  properties: { total: { type: "integer" }, data: { type: "array", items: { type: "object" } } },
});
const rowShape = <Row>(): ShapeOf<Row> => ({ type: "object" });

/** One service by its name; `services()` of the client tells which there are, and their verbs. */
export class ServiceApi<Row = JsonObject> {
  readonly #http: Http;
  readonly #path: string;

  constructor(http: Http, name: string) {
    this.#http = http;
    this.#path = `/services/${encodeURIComponent(name)}`;
  }

  /** Rows by Feathers' query language: `{ status: { $ne: "done" }, $sort: { date: -1 }, $limit: 20 }`. @throws SpellError `bad_request` */
  find(query: JsonObject = {}): Promise<ServicePage<Row>> {
    return this.#http.json(pageShape<Row>(), this.#path, { query: { $query: JSON.stringify(query) } });
  }

  /** @throws SpellError `not_found` */
  get(id: string): Promise<Row> {
    return this.#one(id, "GET");
  }

  /** @throws SpellError `bad_request` with the path of each fault */
  create(data: JsonObject): Promise<Row> {
    return this.#http.json(rowShape<Row>(), this.#path, { body: data });
  }

  /** Replaces the whole of a row but its id. */
  update(id: string, data: JsonObject): Promise<Row> {
    return this.#one(id, "PUT", data);
  }

  /** Replaces the given fields. */
  patch(id: string, data: JsonObject): Promise<Row> {
    return this.#one(id, "PATCH", data);
  }

  /** Gives the row that is gone. */
  remove(id: string): Promise<Row> {
    return this.#one(id, "DELETE");
  }

  /** A verb of the service's own; undefined where it has nothing to tell. The type of its answer is the caller's word. */
  async call<Answer = Json>(verb: string, body: JsonObject = {}): Promise<Answer> {
    return (await this.#http.json({}, `${this.#path}/${encodeURIComponent(verb)}`, { body })) as Answer;
  }

  /** A file for the documents service, which reads it behind its answer. @throws SpellError `bad_request`, `too_large` above 16 MB */
  async upload(name: string, file: Uint8Array | BlobLike, options: UploadOptions = {}): Promise<JsonObject> {
    const { mimeType, ...rest } = options;
    const isBlob = "arrayBuffer" in file;
    const bytes = isBlob ? await file.arrayBuffer() : file.slice().buffer;
    const type = mimeType ?? ((isBlob && file.type) || "application/octet-stream");
    return this.#http.json(rowShape<JsonObject>(), `${this.#path}/upload`, {
      bytes,
      headers: { "content-type": type },
      query: { ...rest, name },
    });
  }

  #one(id: string, method: string, body?: JsonObject): Promise<Row> {
    const path = `${this.#path}/${encodeURIComponent(id)}`;
    return this.#http.json(rowShape<Row>(), path, { method, ...(body === undefined ? {} : { body }) });
  }
}

/** Providers' keys and other secrets of the user: they go in, and never come out again. */
export class SecretsApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Names alone, and when each was set, in ms since 1970. */
  async list(): Promise<{ name: string; updatedAt: number }[]> {
    return (await this.#http.json(secretList, secretsPath)).data;
  }

  /** @param name as settings are written: `OPENAI_API_KEY` */
  async set(name: string, value: string): Promise<void> {
    await this.#http.ask(`${secretsPath}/${encodeURIComponent(name)}`, { method: "PUT", body: { value } });
  }

  /** @throws SpellError `not_found` */
  async remove(name: string): Promise<void> {
    await this.#http.ask(`${secretsPath}/${encodeURIComponent(name)}`, { method: "DELETE" });
  }
}

/** Keys for programs that act as the user. A client that has such a key itself is `forbidden` here. */
export class KeysApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async list(): Promise<ApiKey[]> {
    return (await this.#http.json(keyList, keysPath)).data;
  }

  /** `key` of the answer is told this once. */
  create(key: NewApiKey): Promise<MadeApiKey> {
    return this.#http.json(madeKey, keysPath, { body: key });
  }

  /** It ends to count within half a minute. @throws SpellError `not_found` */
  async remove(id: string): Promise<void> {
    await this.#http.ask(`${keysPath}/${encodeURIComponent(id)}`, { method: "DELETE" });
  }
}

const secretsPath = "/users/me/secrets";
const keysPath = "/users/me/keys";

const listOf = (required: readonly string[]): Shape => ({
  type: "object",
  required: ["data"],
  properties: { data: { type: "array", items: { type: "object", required } } },
});
const secretList: ShapeOf<{ data: { name: string; updatedAt: number }[] }> = listOf(["name", "updatedAt"]);
const keyList: ShapeOf<{ data: ApiKey[] }> = listOf(["id", "name", "scopes", "createdAt"]);
const madeKey: ShapeOf<MadeApiKey> = { type: "object", required: ["id", "name", "scopes", "key"] };
