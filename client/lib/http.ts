/** Asks a server over HTTP: address, token, and its problems as SpellErrors. */
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { Problem } from "../../src/protocol/errors.ts";
import { problem } from "./message-shapes.ts";
import type { Fetch, HttpRequest, HttpResponse, Signal } from "./platform.ts";
import { checked, misfitOf, type ShapeOf } from "./shape.ts";
import type { Tokens } from "./tokens.ts";

export interface Ask {
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as they are, under the content type of `headers`. */
  bytes?: ArrayBuffer;
  headers?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  signal?: Signal | undefined;
}

export class Http {
  /** Without a slash at the end. */
  readonly url: string;
  readonly #tokens: Tokens;
  readonly #fetch: Fetch;

  constructor(url: string, tokens: Tokens, fetch: Fetch) {
    this.url = url.replace(/\/+$/, "");
    this.#tokens = tokens;
    this.#fetch = fetch;
  }

  /**
   * The JSON that the server answers, once it fits `shape`.
   * @throws SpellError what the server refused it with, `overloaded` (retryable) when it cannot be reached, `protocol_error` for
   * an answer that is none of ours
   */
  async json<T>(shape: ShapeOf<T>, path: string, ask: Ask = {}): Promise<T> {
    const response = await this.ask(path, ask);
    return checked(shape, parse(await response.text()), `The answer to ${ask.method ?? "GET"} ${path}`);
  }

  /** An answer of 2xx. @throws SpellError as `json` does */
  async ask(path: string, ask: Ask = {}): Promise<HttpResponse> {
    const token = await this.#tokens.get();
    let response = await this.#send(path, ask, token);
    if (response.status === 401 && this.#tokens.canRefresh)
      response = await this.#send(path, ask, await this.#tokens.refresh(token));
    if (response.ok) return response;
    throw this.#refusal(await response.text(), response);
  }

  async #send(
    path: string,
    { method, body, bytes, headers, query, signal }: Ask,
    token: string,
  ): Promise<HttpResponse> {
    const init: HttpRequest = {
      method: method ?? (body === undefined && bytes === undefined ? "GET" : "POST"),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(bytes === undefined ? {} : { body: bytes }),
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      return await this.#fetch(this.url + path + queryText(query), init);
    } catch (error) {
      if (signal?.aborted === true)
        throw new SpellError("cancelled", "The request was given up.", { cause: error });
      throw new SpellError("overloaded", `${this.url} cannot be reached: ${causeOf(error)}.`, {
        cause: error,
        retryable: true,
      });
    }
  }

  #refusal(text: string, { status, headers }: HttpResponse): SpellError {
    const body = parse(text);
    if (misfitOf(problem, body) !== null)
      return new SpellError(
        "protocol_error",
        `${this.url} answered ${status} and no problem of Spellrunner's. Is it the right address?`,
        { retryable: status >= 500 },
      );
    const { code, detail, nodeId, runId, errors, errorId } = body as Problem;
    const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
    const error = new SpellError(code, detail, {
      retryable: status === 503 || status === 429,
      ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
      ...(nodeId === undefined ? {} : { nodeId }),
      ...(runId === undefined ? {} : { runId }),
      ...(errors === undefined ? {} : { errors }),
    });
    error.errorId = errorId;
    return error;
  }
}

function queryText(query: Ask["query"] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}

/** Of fetch's own error the text says nothing in Node; its cause does. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string };
  return inner || code || message;
}

/** Undefined for what is not JSON: something else answers there, or stands before it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
