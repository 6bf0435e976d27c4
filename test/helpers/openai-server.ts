/**
 * A server on loopback that speaks OpenAI's protocol, for tests, benches and scripts. Node only: tests inside workerd reach
 * it by the address that global-setup.ts provides.
 *
 * It serves `/completions`, `/chat/completions` and `/embeddings` below any path, so that each test file can have a space of
 * its own: with `<url>/<space>/v1` as base, `GET <url>/<space>/__requests` gives that space's requests and `DELETE` forgets them.
 * What it answers is the echo of openai-replies.ts, unless the prompt asks for a fault there or `onRequest` says otherwise.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, type Fault } from "./openai-replies.ts";

export interface RecordedRequest {
  method: string;
  /** As it was sent, with the space in front. */
  path: string;
  headers: Record<string, string>;
  /** The parsed JSON; the text itself when it is none. */
  body: unknown;
  /** `open` while it is being answered, `aborted` when the client left before the end. */
  outcome: "open" | "answered" | "aborted";
}

/** What `onRequest` may decide: the text to answer with, a whole answer, or undefined for the usual one. */
export type Scripted =
  | string
  | { status: number; headers?: Record<string, string>; body: string }
  | undefined;

export interface OpenAiServerOptions {
  /** 0 or absent: any free one. */
  port?: number;
  onRequest?: (request: RecordedRequest) => Scripted | Promise<Scripted>;
}

export interface OpenAiServer {
  /** `http://127.0.0.1:<port>`; the usual base for a client is `<url>/v1`. */
  url: string;
  requests: RecordedRequest[];
  close(): Promise<void>;
}

export async function startOpenAiServer(options: OpenAiServerOptions = {}): Promise<OpenAiServer> {
  const requests: RecordedRequest[] = [];
  /** How often each fault with a count has been given, by space and prompt. */
  const given = new Map<string, number>();
  const countFault = (request: RecordedRequest, fault: Fault): number => {
    const key = `${request.path} ${fault.prompt}`;
    const count = (given.get(key) ?? 0) + 1;
    given.set(key, count);
    return count;
  };

  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? "/";
    if (path.endsWith("/__requests")) return tell(incoming, outgoing, path.slice(0, -"__requests".length));
    const request: RecordedRequest = {
      method: incoming.method ?? "",
      path,
      headers: Object.fromEntries(
        Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: parse(await readBody(incoming)),
      outcome: "open",
    };
    requests.push(request);
    outgoing.on("close", () => (request.outcome = outgoing.writableFinished ? "answered" : "aborted"));
    const scripted = await options.onRequest?.(request);
    if (typeof scripted === "object") {
      outgoing.writeHead(scripted.status, { "content-type": "application/json", ...scripted.headers });
      outgoing.end(scripted.body);
      return;
    }
    await answer(request, outgoing, { text: scripted, countFault: (fault) => countFault(request, fault) });
  }

  function tell(incoming: IncomingMessage, outgoing: ServerResponse, space: string): void {
    const isOfSpace = (request: RecordedRequest) => request.path.startsWith(space);
    if (incoming.method === "DELETE") {
      requests.splice(0, requests.length, ...requests.filter((request) => !isOfSpace(request)));
      for (const key of given.keys()) if (key.startsWith(space)) given.delete(key);
    }
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify(requests.filter(isOfSpace)));
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
