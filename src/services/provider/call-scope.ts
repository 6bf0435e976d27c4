/** The life of one call: its deadline, the caller's cancelling, and the signal that ends whatever waits for the provider. */
import { SpellError } from "../../protocol/errors.ts";
import type { ServiceCall } from "../../protocol/services.ts";

/** How long a provider may take when the caller names no deadline. */
export const defaultTimeoutMs = 120_000;
/** setTimeout fires at once above this. */
const maxTimerMs = 2_147_483_647;

export class CallScope {
  readonly #abort = new AbortController();
  readonly #deadlineAt: number;
  /** Headers that everything asked for this call carries. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #timer: ReturnType<typeof setTimeout>;

  /** @throws SpellError `provider_timeout` when the deadline has already passed */
  constructor(call: Pick<ServiceCall, "deadlineAt" | "cancelled" | "traceparent">, now: number = Date.now()) {
    this.headers = call.traceparent === undefined ? {} : { traceparent: call.traceparent };
    this.#deadlineAt = call.deadlineAt ?? now + defaultTimeoutMs;
    const timeoutMs = this.#deadlineAt - now;
    const timedOut = new SpellError(
      "provider_timeout",
      timeoutMs > 0
        ? `The provider did not finish within ${timeoutMs} ms. Raise the time limit or check the provider.`
        : "The time for this call was over before the provider was asked. Raise the time limit.",
      { retryable: true },
    );
    if (timeoutMs <= 0) throw timedOut;
    this.#timer = setTimeout(() => this.abort(timedOut), Math.min(timeoutMs, maxTimerMs));
    if (call.cancelled !== undefined) this.#watch(call.cancelled);
  }

  /** Aborted with the SpellError that explains why. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get remainingMs(): number {
    return this.#deadlineAt - Date.now();
  }

  abort(reason: SpellError): void {
    this.#abort.abort(reason);
  }

  /** Waits; rejects with the reason of the abort when that comes first. */
  async sleep(ms: number): Promise<void> {
    this.signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(this.signal.reason as SpellError);
      };
      const timer = setTimeout(() => {
        this.signal.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      this.signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Ends the watch over the deadline. Nothing is aborted by it. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #watch(cancelled: () => Promise<void>): void {
    cancelled().then(
      () => this.abort(cancelledError()),
      // The caller's end of this function is gone, which says nothing about whether the answer is still wanted.
      () => undefined,
    );
  }
}

/** What `act` gives, within the deadline and cancel of a call. @throws what it throws; SpellError `provider_timeout`, `cancelled` */
export async function withinCall<T>(
  call: Pick<ServiceCall, "deadlineAt" | "cancelled" | "traceparent">,
  act: (scope: CallScope) => Promise<T>,
): Promise<T> {
  const scope = new CallScope(call);
  try {
    return await act(scope);
  } finally {
    scope.close();
  }
}

export function cancelledError(): SpellError {
  return new SpellError("cancelled", "The call was cancelled before the provider had answered.");
}
