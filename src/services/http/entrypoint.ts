/** The http service: one guarded request to the outside. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { isTooDeep } from "../../platform/json.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  httpRequest,
  type HttpRequest,
  type HttpResponse,
  type HttpService,
  serviceCall,
  type ServiceCall,
} from "../../protocol/services.ts";
import type { Json } from "../../protocol/values.ts";
import { dataUrl } from "../provider/ask-provider.ts";
import { boundedStream } from "../provider/bounded-body.ts";
import { CallScope } from "../provider/call-scope.ts";
import { openSecrets } from "../provider/open-secrets.ts";
import { headerSafe } from "../provider/retries.ts";
import { checkedAddress, guardSettingsOf } from "../provider/address-guard.ts";
import { fetchOutside, type OutsideRequest } from "../provider/outside-fetch.ts";

const defaultTimeoutMs = 30_000;
const maxBodyBytes = 8 * 1024 * 1024;
/** What decides where a request goes and how it is framed is not a node's to say. */
const ownHeaders =
  /^(?:host|content-length|connection|keep-alive|proxy-.*|transfer-encoding|upgrade|te|trailer|expect|via|forwarded|cdn-loop|cf-.*|x-forwarded-.*|x-real-ip|true-client-ip)$/i;

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;

export class HttpEntrypoint extends WorkerEntrypoint<Env> implements HttpService {
  async request(call: ServiceCall, request: HttpRequest): Promise<HttpResponse> {
    const checked = parseArgument("http", "call", serviceCall, call);
    const asked = parseArgument("http", "request", httpRequest, request);
    const settings = guardSettingsOf(this.env);
    const url = checkedAddress(asked.url, settings);
    for (const [name, value] of Object.entries(asked.query ?? {}))
      for (const one of [value].flat()) url.searchParams.append(name, one);
    const timeoutMs = asked.timeoutMs ?? defaultTimeoutMs;
    const deadlineAt = Math.min(checked.deadlineAt ?? Number.POSITIVE_INFINITY, Date.now() + timeoutMs);
    const scope = new CallScope({
      deadlineAt,
      ...(checked.cancelled === undefined ? {} : { cancelled: checked.cancelled }),
      ...(checked.traceparent === undefined ? {} : { traceparent: checked.traceparent }),
    });
    try {
      const filled = await this.#withSecrets(asked, checked.userId);
      return await answerOf(
        await fetchOutside(
          url,
          {
            ...initOf(filled, secretHeadersOf(asked), checked.idempotencyKey, scope.headers),
            signal: scope.signal,
          },
          settings,
        ),
        asked.method,
      );
    } catch (error) {
      if (scope.signal.aborted) throw scope.signal.reason;
      if (error instanceof SpellError) throw error;
      throw new SpellError("provider_error", `http: ${url.host} could not be reached, or broke off.`, {
        retryable: true,
      });
    } finally {
      scope.close();
    }
  }

  /** @throws SpellError `not_configured` for a secret that the user does not have */
  async #withSecrets(request: HttpRequest, userId: string): Promise<HttpRequest> {
    const { headers = {} } = request;
    const names = Object.values(headers).flatMap((value) =>
      [...value.matchAll(secretPattern)].map((match) => match[1] ?? ""),
    );
    if (names.length === 0) return request;
    const secrets = await openSecrets(this.env, "http", userId, names);
    const filled = Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      value.replaceAll(secretPattern, (_, secret: string) => secrets[secret] ?? ""),
    ]);
    return { ...request, headers: Object.fromEntries(filled) };
  }
}

/** A secret of the user's in a header: `Bearer secret:GITHUB_TOKEN`. Told nowhere else, so in no journal and no log. */
const secretPattern = /\bsecret:([A-Z][A-Z0-9_]{0,63})\b/g;

const secretHeadersOf = ({ headers = {} }: HttpRequest): string[] =>
  Object.entries(headers).flatMap(([name, value]) => (value.search(secretPattern) === -1 ? [] : [name]));

/** @throws SpellError `bad_request` for a header that is not a node's to set, or none at all */
function initOf(
  { method, headers = {}, body }: HttpRequest,
  secretHeaders: readonly string[],
  key: string | undefined,
  carried: Readonly<Record<string, string>>,
): Omit<OutsideRequest, "signal"> {
  const own = new Headers(carried);
  for (const [name, value] of Object.entries(headers)) {
    if (ownHeaders.test(name))
      throw new SpellError("bad_request", `http: the header "${name}" cannot be set.`);
    // The runtime takes names that are none, and writes them as they are.
    if (!headerName.test(name) || /[^\t\P{Cc}]/u.test(value))
      throw new SpellError(
        "bad_request",
        `http: ${JSON.stringify(name.slice(0, 100))} is no header, or its value cannot be one.`,
      );
    own.set(name, value);
  }
  const isBodiless = method === "GET" || method === "HEAD";
  const text =
    body === undefined || isBodiless ? null : typeof body === "string" ? body : JSON.stringify(body);
  if (text !== null && !own.has("content-type"))
    own.set("content-type", typeof body === "string" ? "text/plain;charset=utf-8" : "application/json");
  // What only reads needs no key, and many servers refuse headers that they do not know.
  if (key !== undefined && !isBodiless && !own.has("idempotency-key"))
    own.set("idempotency-key", headerSafe(key));
  return { method, headers: own, body: text, confidential: secretHeaders };
}

async function answerOf(response: Response, method: string): Promise<HttpResponse> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== "set-cookie"));
  if (method === "HEAD" || response.body === null) {
    await response.body?.cancel();
    return { status: response.status, headers, body: "" };
  }
  const bytes = await bytesOf(response);
  return { status: response.status, headers, body: bodyOf(bytes, headers["content-type"] ?? "") };
}

/** @throws SpellError `too_large` */
async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const { host } = new URL(response.url);
  try {
    return new Uint8Array(await new Response(boundedStream(response.body, host, maxBodyBytes)).arrayBuffer());
  } catch (error) {
    if (!(error instanceof SpellError)) throw error;
    throw new SpellError("too_large", `http: ${host} sent more than ${maxBodyBytes / 1024 / 1024} MB.`);
  }
}

/** JSON where the answer says that it is, else text; bytes that are neither as a `data:` address. */
function bodyOf(bytes: Uint8Array<ArrayBuffer>, contentType: string): Json {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1];
    const decoded = type.startsWith("text/") ? decodedAs(bytes, charset) : undefined;
    return decoded ?? dataUrl(type, bytes);
  }
  if (!/[/+]json$/.test(type)) return text;
  if (isTooDeep(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function decodedAs(bytes: Uint8Array<ArrayBuffer>, charset: string | undefined): string | undefined {
  try {
    return new TextDecoder(charset ?? "windows-1252").decode(bytes);
  } catch {
    return undefined;
  }
}
