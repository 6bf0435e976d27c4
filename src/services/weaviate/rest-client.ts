/** Questions to a Weaviate server, by its REST interface and GraphQL, and what its answers must look like. */
import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import { askProvider, jsonOf } from "../provider/ask-provider.ts";
import type { CallScope } from "../provider/call-scope.ts";
import { providerMessage } from "../provider/provider-message.ts";

export interface ServerSettings {
  /** Without a slash at the end. */
  url: string;
  apiKey: string | undefined;
}

const answer = z.object({
  data: z
    .object({
      Get: z.record(z.string(), z.array(z.record(z.string(), z.unknown())).nullable()).nullish(),
      Aggregate: z.record(z.string(), z.array(z.object({ meta: z.object({ count: z.number() }) }))).nullish(),
    })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).nullish(),
});

export class RestClient {
  readonly #settings: ServerSettings;
  readonly #scope: CallScope;

  constructor(settings: ServerSettings, scope: CallScope) {
    this.#settings = settings;
    this.#scope = scope;
  }

  get url(): string {
    return this.#settings.url;
  }

  /**
   * @param path behind `/v1`
   * @param what is not found where the server says so; without one that is a failure of the server
   * @throws SpellError `not_found`, `provider_error`, `provider_timeout`, `cancelled`
   */
  async ask(method: string, path: string, body?: unknown, what?: string): Promise<unknown> {
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
      return answered.bytes.byteLength === 0 ? undefined : jsonOf(answered, this.#host);
    } catch (error) {
      const isMissing = error instanceof SpellError && / answered 404\b/.test(error.message);
      if (isMissing && what !== undefined) throw notFound(what);
      throw error;
    }
  }

  /** @throws SpellError as `ask`, and `provider_error` with the server's words where it refuses the question */
  async graphql(query: string): Promise<NonNullable<z.infer<typeof answer>["data"]>> {
    const { data, errors } = this.shaped(answer, await this.ask("POST", "/graphql", { query }));
    const [fault] = errors ?? [];
    if (fault !== undefined) throw this.refused("the search", fault.message);
    if (data == null) throw this.#misshapen();
    return data;
  }

  /** @throws SpellError `provider_error` */
  shaped<T>(schema: z.ZodType<T>, value: unknown): T {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw this.#misshapen();
  }

  /** A server's words may hold the key of the provider that makes its vectors. */
  refused(what: string, message: string): SpellError {
    const said = providerMessage(message, this.#settings.apiKey);
    return new SpellError("provider_error", `weaviate: ${this.#host} refused ${what}: ${said}`);
  }

  #misshapen(): SpellError {
    return new SpellError(
      "provider_error",
      `weaviate: ${this.#host} answered with JSON of another shape than Weaviate's. Check WEAVIATE_URL.`,
    );
  }

  get #host(): string {
    return new URL(this.#settings.url).host;
  }
}

export const notFound = (id: string): SpellError =>
  new SpellError("not_found", `There is no object "${id.slice(0, 100)}".`);
