/** Models of Workers AI, by the binding `AI`. https://developers.cloudflare.com/workers-ai/configuration/bindings/ */
import { SpellError } from "../../protocol/errors.ts";
import type { CallScope } from "./call-scope.ts";
import { providerMessage } from "./provider-message.ts";
import { type Failure, withRetries } from "./retries.ts";

/** The binding, as far as it is used here. */
export interface WorkersAi {
  run(model: string, inputs: Record<string, unknown>, options?: { signal?: AbortSignal }): Promise<unknown>;
}

/** How it is called in messages. */
export const workersAiHost = "Workers AI";

export const isWorkersAiModel = (model: string | undefined): boolean => /^@(?:cf|hf)\//.test(model ?? "");

/**
 * The binding, for models that are its own, and for requests without a model where it is all that there is.
 * @throws SpellError `not_configured` for a model of its own where it is not bound
 */
export function workersAiFor(
  env: { AI?: WorkersAi; OPENAI_API_KEY?: string; OPENAI_BASE_URL?: string },
  model: string | undefined,
): WorkersAi | undefined {
  if (isWorkersAiModel(model)) {
    if (env.AI !== undefined) return env.AI;
    throw new SpellError(
      "not_configured",
      `The model "${model?.slice(0, 100)}" is one of Workers AI. Bind it as AI in wrangler.toml.`,
    );
  }
  return model === undefined && !env.OPENAI_API_KEY && !env.OPENAI_BASE_URL ? env.AI : undefined;
}

/** Codes of errors at the beginning of their texts, as statuses: https://developers.cloudflare.com/workers-ai/platform/errors/ */
const statuses: Readonly<Record<string, number>> = {
  "3036": 429,
  "3039": 413,
  "3040": 429,
  "3041": 403,
  "3042": 404,
  "5007": 404,
  "5016": 403,
  "3003": 400,
  "3006": 413,
  "3007": 408,
};

/** Of an error that `run` threw; 500 for one without a code. */
export function workersAiStatus(error: unknown): number {
  const text = error instanceof Error ? error.message : "";
  const code = /\b([35]0\d\d)\b/.exec(text)?.[1] ?? "";
  return statuses[code] ?? (code.startsWith("5") ? 400 : 500);
}

/**
 * One question, whole in and whole out.
 * @param inputs made anew for each attempt where they can be read but once
 * @throws SpellError `provider_error`, `provider_timeout`, `cancelled`
 */
export function askWorkersAi(
  ai: WorkersAi,
  model: string,
  inputs: Record<string, unknown> | (() => Record<string, unknown>),
  scope: CallScope,
): Promise<unknown> {
  const given = typeof inputs === "function" ? inputs : () => inputs;
  return withRetries(scope, async (attempt): Promise<{ done: unknown } | Failure> => {
    try {
      return { done: await ended(scope.signal, ai.run(model, given(), { signal: scope.signal })) };
    } catch (thrown) {
      if (thrown instanceof SpellError) return { error: thrown, isTransient: false };
      const status = workersAiStatus(thrown);
      const said = providerMessage(thrown instanceof Error ? thrown.message : "");
      const isTransient = status === 429 || status >= 500;
      const tried = attempt > 1 ? ` after ${attempt} attempts` : "";
      const text = `Provider ${workersAiHost} failed${tried}: ${said} (model ${model})`;
      return { error: new SpellError("provider_error", text, { retryable: isTransient }), isTransient };
    }
  });
}

/** Rejects when the call ends, whether the binding listens to that or not. */
export async function ended<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
