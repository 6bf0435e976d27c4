/**
 * Requests to the provider, as a `fetch` that the SDK can be given: retried, bounded, ended by the call's scope. What it resolves
 * to is always a good answer, either whole JSON or an event stream; every failure is a SpellError without the provider's secrets.
 */
import { SpellError } from "../../protocol/errors.ts";
import { isStreaming, readAnswer } from "./answer.ts";
import { boundedStream, readText } from "../provider/bounded-body.ts";
import type { CallScope } from "../provider/call-scope.ts";
import {
  type Failure,
  headerSafe,
  isTransientStatus,
  retryAfterMs,
  withRetries,
} from "../provider/retries.ts";
import { failedStatus, unreachable } from "./failures.ts";
import type { CompletionSettings } from "./settings.ts";
import { workersAiFetch } from "./workers-ai-fetch.ts";

export interface ProviderRequest {
  settings: CompletionSettings;
  scope: CallScope;
  /** After the table of names; for messages. */
  model: string;
  idempotencyKey?: string;
}

export class Transport {
  readonly #request: ProviderRequest;
  #sawDone = () => false;

  constructor(request: ProviderRequest) {
    this.#request = request;
  }

  /** Whether the last event stream ended as the protocol says, with `[DONE]`. Known once it has ended. */
  get sawDone(): boolean {
    return this.#sawDone();
  }

  /**
   * A `fetch` for one call of the provider's API.
   * @throws SpellError `provider_error`, `provider_timeout`, `cancelled`
   */
  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    return withRetries(this.#request.scope, (attempt) => this.#attempt(input, init, attempt));
  };

  async #attempt(
    input: RequestInfo | URL,
    init: RequestInit,
    attempt: number,
  ): Promise<{ done: Response } | Failure> {
    const { settings, scope } = this.#request;
    try {
      const send = settings.ai === undefined ? fetch : workersAiFetch(settings.ai);
      const response = await send(input, {
        ...init,
        headers: this.#headers(init),
        signal: scope.signal,
        // A followed redirect would turn the POST into a GET and might carry the key to another host.
        redirect: "manual",
      });
      const body = boundedStream(response.body, settings.host);
      if (!response.ok) return this.#refused(response, await readText(body), attempt);
      const { answer, sawDone } = await readAnswer(response, body, this.#request, isStreaming(init));
      this.#sawDone = sawDone;
      return { done: answer };
    } catch (error) {
      // Nothing of the answer has reached the caller yet, so a connection that breaks here is worth another attempt.
      if (error instanceof SpellError) return { error, isTransient: false };
      return { error: unreachable(settings.host, attempt), isTransient: true };
    }
  }

  #headers(init: RequestInit): Headers {
    const headers = new Headers(init.headers);
    const { settings, scope, idempotencyKey } = this.#request;
    for (const [name, value] of Object.entries(scope.headers)) headers.set(name, value);
    headers.set("content-type", "application/json");
    if (settings.apiKey !== undefined) headers.set("authorization", `Bearer ${settings.apiKey}`);
    if (idempotencyKey !== undefined) headers.set("idempotency-key", headerSafe(idempotencyKey));
    return headers;
  }

  #refused(response: Response, body: string, attempt: number): Failure {
    const waitMs = retryAfterMs(response.headers);
    return {
      error: failedStatus(response.status, body, this.#request, attempt, waitMs),
      isTransient: isTransientStatus(response.status),
      retryAfterMs: waitMs,
    };
  }
}
