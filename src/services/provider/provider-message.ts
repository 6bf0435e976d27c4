/** What of a provider's own words may be shown to a user: short, on one line, without anything like a key. */
import { isTooDeep } from "../../platform/json.ts";

const maxLength = 300;
/** As much is searched for keys: in megabytes the patterns below would take hours. */
const maxSearched = 4000;

/** Prefixes that providers give their keys, and anything long and random enough to be one. */
const keyPatterns: readonly RegExp[] = [
  /\bbearer\s+\S+/gi,
  /\b(?:sk|pk|rk|hf|gsk|xai|r8|ghp|glpat)[-_][\w.*…-]{4,}/gi,
  /\bAIza[\w-]{10,}/g,
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g,
  // No hyphens: names such as claude-3-5-sonnet-20241022 are what the reader needs.
  /(?=\w*\d)(?=\w*[a-z])\w{24,}/gi,
];

/**
 * The provider's message, at most 300 characters, with the configured key and whatever looks like another one removed.
 * Keys go before the cut, so that no half of one survives it.
 */
export function providerMessage(body: string, apiKey?: string): string {
  let text = beginningOf(extractMessage(body));
  if (apiKey !== undefined) text = text.replaceAll(apiKey, "[key removed]");
  for (const pattern of keyPatterns) text = text.replaceAll(pattern, "[key removed]");
  text = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return text.length > maxLength ? `${text.slice(0, maxLength - 1).toWellFormed()}…` : text;
}

/** At most 4 000 characters, which do not end within what may be a key. */
function beginningOf(text: string): string {
  if (text.length <= maxSearched) return text;
  let end = maxSearched;
  while (end > 0 && /[\w.*…-]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** `{error: {message}}` as OpenAI writes it, the shapes of servers near it, else the text itself. */
function extractMessage(body: string): string {
  if (looksLikeHtml(body)) return "a web page instead of JSON";
  // What is in it is looked for by recursion.
  if (isTooDeep(body)) return body;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return body;
  }
  return findMessage(value) ?? body;
}

/** The `error` of an answer, also of one with status 200, as some gateways give it. */
export function findMessage(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { error, message, detail } = value as Record<string, unknown>;
  for (const candidate of [error, message, detail]) {
    if (typeof candidate === "string" && candidate !== "") return candidate;
  }
  return findMessage(error) ?? (detail === undefined ? undefined : JSON.stringify(detail));
}

export function looksLikeHtml(body: string): boolean {
  return /^\s*<(?:!doctype|html|head|body)\b/i.test(body);
}
