/**
 * A request to an address that a user named: redirects are followed by hand, so that each address on the way is checked, and what
 * another host must not see stays behind.
 */
import { SpellError } from "../../protocol/errors.ts";
import { checkedAddress, type GuardSettings } from "./address-guard.ts";

const maxRedirects = 5;
/** Names and values together; servers rarely send a tenth of it, and a record holds them all. */
const maxHeaderBytes = 64 * 1024;
/** What another host may see of a request's headers. Any other may hold a credential, whatever it is called. */
const harmless = new Set([
  "accept",
  "accept-language",
  "content-type",
  "content-language",
  "idempotency-key",
  "user-agent",
]);

export interface OutsideRequest {
  method: string;
  headers: Headers;
  body: string | null;
  /** Headers that another origin must not see, though they are called as harmless ones are. */
  confidential?: readonly string[];
  signal: AbortSignal;
}

/**
 * @param first has been checked
 * @param asker who is told of in messages
 * @throws SpellError `bad_request`, `forbidden` for an address on the way, `provider_error` for too many of them, `too_large` for
 * headers beyond 64 KB; what `fetch` throws
 */
export async function fetchOutside(
  first: URL,
  request: OutsideRequest,
  settings: GuardSettings,
  asker = "http",
): Promise<Response> {
  let url = first;
  let { method, body } = request;
  const headers = new Headers(request.headers);
  for (let hop = 0; ; hop++) {
    const response = await fetch(url, { method, headers, body, redirect: "manual", signal: request.signal });
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null)
      return withBoundedHeaders(response, url, asker);
    await response.body?.cancel();
    if (hop === maxRedirects)
      throw new SpellError(
        "provider_error",
        `${asker}: ${first.host} redirects more than ${maxRedirects} times.`,
      );
    const next = redirected(url, location, settings, asker);
    if (next.origin !== url.origin)
      for (const name of request.headers.keys())
        if (!harmless.has(name) || isAmong(request.confidential, name)) headers.delete(name);
    // As browsers do: https://fetch.spec.whatwg.org/#http-redirect-fetch
    const becomesGet =
      (response.status === 303 && method !== "HEAD") || (response.status < 303 && method === "POST");
    if (becomesGet) {
      method = "GET";
      body = null;
      headers.delete("content-type");
    }
    url = next;
  }
}

/**
 * Where a redirect leads.
 * @throws SpellError `bad_request`, `forbidden`, also for one from https to http: what was asked for in secret would be in the open
 */
export function redirected(from: URL, location: string, settings: GuardSettings, asker = "http"): URL {
  const next = checkedAddress(URL.parse(location, from)?.href ?? "", settings, asker);
  if (from.protocol === "https:" && next.protocol === "http:")
    throw new SpellError(
      "forbidden",
      `${asker}: ${from.host} redirects from https to http, which is not followed.`,
    );
  return next;
}

const isAmong = (names: readonly string[] = [], name: string): boolean =>
  names.some((one) => one.toLowerCase() === name);

async function withBoundedHeaders(response: Response, { host }: URL, asker: string): Promise<Response> {
  let bytes = 0;
  for (const [name, value] of response.headers) bytes += name.length + value.length;
  if (bytes <= maxHeaderBytes) return response;
  await response.body?.cancel();
  throw new SpellError(
    "too_large",
    `${asker}: ${host} sent more than ${maxHeaderBytes / 1024} KB of headers.`,
  );
}
