import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import { compileTemplate } from "../../engine/template/index.ts";
import { SpellError } from "../../protocol/errors.ts";
import { httpMethod, type HttpMethod, type HttpRequest, type HttpResponse } from "../../protocol/services.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { askService } from "../ask-service.ts";
import { defineComponent, flattened, input, output, trigger } from "../define.ts";
import { optionalObject, parsedJson, setText } from "../given.ts";
import { failed, shown, textFrom, wrongKind } from "../inputs.ts";

/** @throws SpellError `not_configured`, `provider_error` for a status that tells of a failure */
export async function fetched(context: NodeContext, request: HttpRequest): Promise<HttpResponse> {
  const response = await askService(context, "http", (http, call) => http.request(call, request));
  if (response.status < 400) return response;
  throw new SpellError(
    "provider_error",
    `${context.label}: ${hostOf(request.url)} answered ${response.status}: ${shown(response.body)}`,
    { retryable: response.status === 429 || response.status >= 500 },
  );
}

/** Addresses carry secrets in their queries; messages name the host alone. */
const hostOf = (url: string): string => /^https?:\/\/([^/?#@]*@)?([^/?#]*)/i.exec(url)?.[2] ?? "the address";

/** Sockets that are about the request and no part of what it sends. */
const aboutIt = new Set(["url", "method", "headers", "params"]);
const withBody: ReadonlySet<HttpMethod> = new Set(["POST", "PUT", "PATCH"]);

export const request = defineComponent({
  name: "Request",
  aliases: [],
  category: "Invoke/Network",
  status: "needs-service",
  help: "Sends a request to the address and gives what it answers. The inputs and the keys of 'params' go as body (post, put, patch) or in the address (get, head, delete). Address and headers of the node are templates of the inputs.",
  inputs: [
    trigger(),
    input("headers", "object"),
    input("url", "string"),
    input("params", "object"),
    input("method", "string"),
  ],
  outputs: [trigger(), output("output")],
  dynamicInputs: true,
  data: z.object({
    name: z.string().nullish(),
    url: z.string().nullish(),
    method: z.string().nullish(),
    headers: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  }),
  async execute(context, data) {
    const inputs = flattened(context);
    const method = methodOf(context, inputs.method ?? data.method ?? "get");
    const url = addressOf(context, inputs, data.url);
    const payload = payloadOf(context, inputs);
    const headers = headersOf(context, inputs);
    const { body } = await fetched(context, {
      method,
      url,
      ...(headers === undefined ? {} : { headers }),
      ...(withBody.has(method) ? { body: payload } : queryOf(payload)),
    });
    return { outputs: { output: method === "HEAD" ? "" : body } };
  },
});

function methodOf(context: NodeContext, given: Json): HttpMethod {
  const method = httpMethod.safeParse(typeof given === "string" ? given.trim().toUpperCase() : given);
  if (method.success) return method.data;
  throw wrongKind(context, "method", "get, head, post, put, patch or delete", given);
}

function addressOf(context: NodeContext, inputs: JsonObject, own: string | null | undefined): string {
  const wired = inputs.url;
  const url =
    wired === undefined || wired === null
      ? compileTemplate(own ?? "").render(inputs)
      : textFrom(context, "url", wired);
  if (/^https?:\/\//i.test(url.trim())) return url.trim();
  if (url.startsWith("server"))
    throw failed(
      context,
      `the address ${shown(url)} begins with "server", which stood for Magick's own server. Write the whole address.`,
    );
  throw wrongKind(context, "url", "an address that begins with http:// or https://", url);
}

/** What is sent: the inputs, over them the keys of `params` where it is an object. */
function payloadOf(context: NodeContext, inputs: JsonObject): JsonObject {
  const own = Object.entries(inputs).filter(([name]) => !aboutIt.has(name));
  const params = optionalObject(context, "params") ?? {};
  return Object.fromEntries([...own, ...Object.entries(params)]);
}

/** By wire, else those of the node: an object, or text of one, in which texts are templates. */
function headersOf(context: NodeContext, inputs: JsonObject): Record<string, string> | undefined {
  const wired = optionalObject(context, "headers");
  const { headers } = context.data;
  const own = typeof headers === "string" ? compileTemplate(headers).render(inputs) : headers;
  const given = wired ?? (typeof own === "string" ? (own.trim() === "" ? undefined : parsedJson(own)) : own);
  if (given === undefined && (typeof own !== "string" || own.trim() === "")) return undefined;
  if (given === null) return undefined;
  if (!isJsonObject(given)) throw wrongKind(context, "headers", "an object, or JSON of one", own);
  const named = Object.entries(given).filter(([, value]) => value !== null);
  return Object.fromEntries(
    named.map(([name, value]) => [name, textFrom(context, `headers.${name}`, value)]),
  );
}

/** As axios wrote them: a list as `name[]`, an object as JSON, null not at all. */
function queryOf(payload: JsonObject): Pick<HttpRequest, "query"> {
  const query = Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]): [string, string | string[]][] => {
      if (value === null) return [];
      return Array.isArray(value) ? [[`${name}[]`, value.map(textIn)]] : [[name, textIn(value)]];
    }),
  );
  return Object.keys(query).length === 0 ? {} : { query };
}

const textIn = (value: Json): string =>
  setText(value) ?? (typeof value === "string" ? value : JSON.stringify(value));
