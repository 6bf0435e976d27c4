/** How a provider's failures are told to users. Only host, status, model and the provider's cleaned message appear. */
import { SpellError } from "../../protocol/errors.ts";
import type { CallScope } from "../provider/call-scope.ts";
import { findMessage, providerMessage } from "../provider/provider-message.ts";
import { isTransientStatus } from "../provider/retries.ts";
import type { CompletionSettings } from "./settings.ts";

/** Whom a failed request was for. */
export interface Asked {
  settings: CompletionSettings;
  model: string;
}

/** `provider_error` for an answer that refuses the request. */
export function failedStatus(
  status: number,
  body: string,
  asked: Asked,
  attempts: number,
  waitMs?: number,
): SpellError {
  const { host, apiKey } = asked.settings;
  const said = providerMessage(body, apiKey);
  const tried = attempts > 1 ? ` after ${attempts} attempts` : "";
  const quoted = said === "" ? "" : `: ${said}`;
  const advice = adviceFor(status, asked);
  return new SpellError("provider_error", `Provider ${host} answered ${status}${tried}${quoted}${advice}`, {
    retryable: isTransientStatus(status),
    ...(waitMs === undefined ? {} : { retryAfter: Math.ceil(waitMs / 1000) }),
  });
}

/** `provider_error` for a failure that a provider tells after its 200: as `{error}`, whole or in an event. */
export function failedInside(value: unknown, asked: Asked): SpellError {
  return failedStatus(200, JSON.stringify({ error: findMessage(value) ?? "" }), asked, 1);
}

function adviceFor(status: number, { settings, model }: Asked): string {
  const { key, url } = settings.names ?? { key: "OPENAI_API_KEY", url: "OPENAI_BASE_URL" };
  if (status === 401 || status === 403) {
    return settings.apiKey === undefined
      ? ` (the provider wants a key; set ${key})`
      : ` (the provider refused the key; check ${key})`;
  }
  if (status === 404) {
    return ` (check the model "${model}", which COMPLETION_MODELS can map to another, and ${url})`;
  }
  if (status >= 300 && status < 400) return ` (a redirect is not followed; set ${url} to the final address)`;
  return "";
}

/** `provider_error` for a connection that could not be made, or broke before anything came. */
export function unreachable(host: string, attempts: number): SpellError {
  const tried = attempts > 1 ? ` after ${attempts} attempts` : "";
  return new SpellError(
    "provider_error",
    `Provider ${host} could not be reached, or closed the connection${tried}. Check OPENAI_BASE_URL and that the server runs.`,
    { retryable: true },
  );
}

/** `provider_error` for an answer that came and cannot be used; asking again would give the same. */
export function unusable(host: string, what: string): SpellError {
  return new SpellError("provider_error", `Provider ${host} ${what}`);
}

/** `provider_error` for an answer that ended before its end. */
export function cutOff(host: string): SpellError {
  return new SpellError(
    "provider_error",
    `Provider ${host} broke off in the middle of its answer. Try again.`,
    {
      retryable: true,
    },
  );
}

/**
 * What went wrong behind the SDK or a stream, as the one SpellError that explains it. The SDK's own errors carry headers and
 * bodies, so nothing of them is kept.
 */
export function explain(thrown: unknown, scope: CallScope, host: string): SpellError {
  if (scope.signal.aborted) return scope.signal.reason as SpellError;
  const chain = causes(thrown);
  const known = chain.find((error) => error instanceof SpellError);
  if (known !== undefined) return known;
  const isMisshapen = chain.some((error) => /TypeValidation|JSONParse|InvalidResponseData/.test(error.name));
  return isMisshapen
    ? unusable(host, "answered with JSON of another shape than the protocol's.")
    : cutOff(host);
}

function causes(thrown: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = thrown; next instanceof Error && chain.length < 10; next = next.cause) chain.push(next);
  return chain;
}
