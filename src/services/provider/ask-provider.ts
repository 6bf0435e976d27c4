/** One question to a provider, whole in and whole out: with its deadline, retries, a bound, and no secret in what is told of it. */
import { Buffer } from "node:buffer";
import { isTooDeep, maxJsonDepth } from "../../platform/json.ts";
import { SpellError } from "../../protocol/errors.ts";
import { boundedStream } from "./bounded-body.ts";
import type { CallScope } from "./call-scope.ts";
import { providerMessage } from "./provider-message.ts";
import { type Failure, headerSafe, isTransientStatus, retryAfterMs, withRetries } from "./retries.ts";

export interface ProviderQuestion {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  scope: CallScope;
  apiKey?: string | undefined;
  /** A key that is sent otherwise: kept out of what is told of a failure. */
  hiddenKey?: string | undefined;
  /** Of the settings that an operator would look at: `HUGGINGFACE_API_KEY`, `HUGGINGFACE_BASE_URL`. */
  keySetting: string;
  urlSetting: string;
  idempotencyKey?: string | undefined;
  maxBytes?: number;
  /** How long to wait for a model that is being loaded, in ms, by the body of a 503. */
  loadingMs?: (body: string) => number | undefined;
}

export interface ProviderAnswer {
  /** Without parameters, in small letters: `application/json`. */
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** @throws SpellError `provider_error`, `provider_timeout`, `cancelled` */
export function askProvider(question: ProviderQuestion): Promise<ProviderAnswer> {
  return withRetries(question.scope, (attempt) => once(question, attempt));
}

async function once(
  question: ProviderQuestion,
  attempt: number,
): Promise<{ done: ProviderAnswer } | Failure> {
  const { url, method = "POST", headers = {}, body, scope, apiKey, idempotencyKey, maxBytes } = question;
  const { host } = new URL(url);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...scope.headers,
        ...headers,
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": headerSafe(idempotencyKey) }),
      },
      ...(body === undefined ? {} : { body }),
      signal: scope.signal,
      // A followed redirect might carry the key to another host.
      redirect: "manual",
    });
    const bytes = new Uint8Array(
      await new Response(boundedStream(response.body, host, maxBytes)).arrayBuffer(),
    );
    if (!response.ok) return refused(response, new TextDecoder().decode(bytes), question, attempt);
    const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    return { done: { type: type.trim().toLowerCase(), bytes } };
  } catch (error) {
    if (error instanceof SpellError) return { error, isTransient: false };
    const tried = attempt > 1 ? ` after ${attempt} attempts` : "";
    const text = `Provider ${host} could not be reached, or broke off${tried}. Check ${question.urlSetting} and that the server runs.`;
    return { error: new SpellError("provider_error", text, { retryable: true }), isTransient: true };
  }
}

function refused(response: Response, body: string, question: ProviderQuestion, attempt: number): Failure {
  const { status, headers } = response;
  const { host } = new URL(question.url);
  const waitMs = retryAfterMs(headers) ?? (status === 503 ? question.loadingMs?.(body) : undefined);
  const said = providerMessage(body, question.apiKey ?? question.hiddenKey);
  const tried = attempt > 1 ? ` after ${attempt} attempts` : "";
  const text = `Provider ${host} answered ${status}${tried}${said === "" ? "" : `: ${said}`}${adviceFor(status, question)}`;
  return {
    error: new SpellError("provider_error", text, {
      retryable: isTransientStatus(status),
      ...(waitMs === undefined ? {} : { retryAfter: Math.ceil(waitMs / 1000) }),
    }),
    isTransient: isTransientStatus(status),
    retryAfterMs: waitMs,
  };
}

function adviceFor(status: number, { keySetting, urlSetting }: ProviderQuestion): string {
  if (status === 401 || status === 403) return ` (check ${keySetting})`;
  if (status >= 300 && status < 400)
    return ` (a redirect is not followed; set ${urlSetting} to the final address)`;
  return "";
}

/** The JSON of an answer. @throws SpellError `provider_error`, also for what is nested deeper than JSON may be here */
export function jsonOf({ bytes }: ProviderAnswer, host: string): unknown {
  const text = new TextDecoder().decode(bytes);
  if (isTooDeep(text))
    throw new SpellError(
      "provider_error",
      `Provider ${host} answered with JSON nested deeper than ${maxJsonDepth} levels.`,
    );
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SpellError(
      "provider_error",
      `Provider ${host} answered with something that is not JSON, or was cut off.`,
    );
  }
}

/** `data:` address of bytes. */
export const dataUrl = (type: string, bytes: Uint8Array<ArrayBuffer>): string =>
  `data:${type === "" ? "application/octet-stream" : type};base64,${base64Of(bytes)}`;

export function base64Of(bytes: Uint8Array<ArrayBuffer>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
