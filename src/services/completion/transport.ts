/**
 * Requests to the provider, as a `fetch` that the SDK can be given: retried, bounded, ended by the call's scope. What it resolves
 * to is always a good answer, either whole JSON or an event stream; every failure is a SpellError without the provider's secrets.
 */
import { SpellError } from "../../protocol/errors.ts";
import { isStreaming, readAnswer } from "./answer.ts";
import { boundedStream, readText } from "./bounded-body.ts";
import type { CallScope } from "./call-scope.ts";
import { failedStatus, isTransientStatus, retryAfterMs, unreachable } from "./failures.ts";
import type { CompletionSettings } from "./settings.ts";

const maxRetries = 2;
const firstBackoffMs = 250;
/** A provider that asks for more patience is not waited for: the caller learns of it by `retryAfter`. */
const maxRetryAfterMs = 5_000;

export interface ProviderRequest {
  settings: CompletionSettings;
  scope: CallScope;
  /** After the table of names; for messages. */
  model: string;
  idempotencyKey?: string;
}

/** A failed attempt, and whether another one may help. */
interface Failure {
  error: SpellError;
  isTransient: boolean;
  retryAfterMs?: number | undefined;
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
    const { scope } = this.#request;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(input, init, attempt);
      if (outcome instanceof Response) return outcome;
      // The scope's reason explains more than the broken connection that it left behind.
      scope.signal.throwIfAborted();
      if (!outcome.isTransient || attempt > maxRetries) throw outcome.error;
      const delayMs = outcome.retryAfterMs ?? backoffMs(attempt);
      if (delayMs > maxRetryAfterMs || delayMs >= scope.remainingMs) throw outcome.error;
      await scope.sleep(delayMs);
    }
  };

  async #attempt(input: RequestInfo | URL, init: RequestInit, attempt: number): Promise<Response | Failure> {
    const { settings, scope } = this.#request;
    try {
      const response = await fetch(input, {
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
      return answer;
    } catch (error) {
      // Nothing of the answer has reached the caller yet, so a connection that breaks here is worth another attempt.
      if (error instanceof SpellError) return { error, isTransient: false };
      return { error: unreachable(settings.host, attempt), isTransient: true };
    }
  }

  #headers(init: RequestInit): Headers {
    const headers = new Headers(init.headers);
    const { settings, idempotencyKey } = this.#request;
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

/** Doubles with each attempt; the jitter keeps runs that failed together from coming back together. */
function backoffMs(attempt: number): number {
  return firstBackoffMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

/** Node ids of imported spells may hold any character; a header takes printable ASCII. */
function headerSafe(key: string): string {
  return key.toWellFormed().replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
}
