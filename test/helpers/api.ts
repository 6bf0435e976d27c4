/** Asking the Worker as a user would. */
import { exports } from "cloudflare:workers";
import { tokenOf } from "./tokens.ts";

export const baseUrl = "https://spellrunner.test";

const worker = (exports as unknown as { default: Pick<Fetcher, "fetch"> }).default;

interface Ask {
  method?: string;
  /** Sent as JSON; a string or stream as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** A request without any token. */
export function ask(path: string, { method, body, headers = {} }: Ask = {}): Promise<Response> {
  const isRaw = typeof body === "string" || body instanceof ReadableStream;
  return worker.fetch(
    new Request(baseUrl + path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    }),
  );
}

/** A user and what they may ask. */
export function userNamed(user: string) {
  const token = tokenOf(user);
  return {
    name: user,
    token,
    ask: async (path: string, options: Ask = {}): Promise<Response> =>
      ask(path, { ...options, headers: { authorization: `Bearer ${await token}`, ...options.headers } }),
  };
}

/** The body of an answer, whatever its shape. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests look at parts of it
export const bodyOf = async (response: Response): Promise<any> => response.json();
