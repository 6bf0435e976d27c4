/** What the library needs of browsers, Node, Deno, Bun and Workers alike, without the types of any of them. */

/** As of fetch. */
export interface HttpResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ByteStream | null;
  text(): Promise<string>;
}

/** As of the web's streams, read without `for await`: not every browser has that. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** As of the web's Blob and File. */
export interface BlobLike {
  /** MIME type; empty where it is not known. */
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface HttpRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | ArrayBuffer;
  signal?: Signal;
}

/** As of AbortController. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export type Fetch = (url: string, init?: HttpRequest) => Promise<HttpResponse>;

/** What makes a WebSocket: `new WebSocket(url, protocols)`. */
export type WebSocketClass = abstract new (url: string, protocols?: string | string[]) => unknown;

interface Platform {
  fetch?: Fetch;
  crypto: { randomUUID?(): string; getRandomValues<T extends Uint8Array>(into: T): T };
  setTimeout(done: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  TextDecoder: new () => { decode(bytes: Uint8Array, options: { stream: boolean }): string };
  console: { log(...what: unknown[]): void; error(...what: unknown[]): void };
  queueMicrotask(task: () => void): void;
}

export const platform = globalThis as unknown as Platform;

/** The runtime's own. @throws TypeError where it has none and none was given */
export const nativeFetch: Fetch = (url, init) => {
  // Called as a function of the global object: browsers refuse it as another's method.
  const { fetch } = platform;
  if (fetch === undefined)
    throw new TypeError("There is no fetch here. Give one: new SpellrunnerClient({ fetch }).");
  return fetch.call(globalThis, url, init);
};

/** In pages that are not served by https there is no randomUUID. */
export function randomId(): string {
  if (platform.crypto.randomUUID !== undefined) return platform.crypto.randomUUID();
  return [...platform.crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => platform.setTimeout(resolve, ms));

/** A timer that keeps no process alive. Gives what stops it. */
export function later(ms: number, done: () => void): () => void {
  const timer = platform.setTimeout(done, ms);
  (timer as { unref?(): void }).unref?.();
  return () => platform.clearTimeout(timer);
}
