/** A server on loopback that stands for the outside: plain HTTP with its faults, and Hugging Face's inference. Node only. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { WeaviateServer } from "./weaviate-server.ts";

export interface OutsideServer {
  url: string;
  close(): Promise<void>;
}

export async function startOutsideServer(): Promise<OutsideServer> {
  /** How often each path was asked for: some answer otherwise the second time. */
  const asked = new Map<string, number>();
  const network = new Network();
  const server = createServer((incoming, outgoing) => {
    readBody(incoming).then(
      (body) => network.take(incoming, outgoing, body) || answer(incoming, outgoing, body, asked),
      () => outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Keys of OpenID issuers, below `/jwks`: what is put there is what is got. */
const keySets = new Map<string, string>();

/** Weaviate servers, one for each path `/weaviate/<name>`; with the name `locked` before a key, one that wants it. */
const weaviates = new Map<string, WeaviateServer>();

function serveWeaviate(
  incoming: IncomingMessage,
  url: URL,
  body: string,
  name: string,
  {
    send,
    json,
  }: {
    send: (status: number, type: string, content: string) => void;
    json: (value: unknown, status?: number) => void;
  },
): void {
  if (name.startsWith("page")) return send(200, "text/html", "<html>hello</html>");
  if (name === "shapeless") return json({ hello: "there" });
  if (name === "nothing") return json({ error: "no such page" }, 404);
  const [, key] = /^locked-(.+)$/.exec(name) ?? [];
  if (key !== undefined && incoming.headers.authorization !== `Bearer ${key}`)
    return json({ code: 401, message: "anonymous access not enabled" }, 401);
  const server = weaviates.get(name) ?? new WeaviateServer();
  weaviates.set(name, server);
  const path = url.pathname.slice(`/weaviate/${name}/v1`.length) + url.search;
  const reply = server.answer(incoming.method ?? "GET", path, body === "" ? undefined : JSON.parse(body));
  if (reply.body === undefined) return send(reply.status, "text/plain", "");
  return json(reply.body, reply.status);
}

/** Discord and Telegram, below `/net`: takes what is sent there, and tells it at `/net-log?of=<part of the path or body>`. */
class Network {
  readonly #sent: { method: string; path: string; body: unknown }[] = [];

  /** False for what is not for it. Paths with `:down` are refused. */
  take(incoming: IncomingMessage, outgoing: ServerResponse, body: string): boolean {
    const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://outside");
    const say = (status: number, value: unknown): true => {
      outgoing.writeHead(status, { "content-type": "application/json" });
      outgoing.end(JSON.stringify(value));
      return true;
    };
    if (pathname === "/net-log") {
      const of = searchParams.get("of") ?? "";
      return say(
        200,
        this.#sent.filter((one) => JSON.stringify(one).includes(of)),
      );
    }
    if (!pathname.startsWith("/net/")) return false;
    this.#sent.push({
      method: incoming.method ?? "",
      path: pathname,
      body: body === "" ? null : JSON.parse(body),
    });
    if (pathname.includes(":down"))
      return say(403, { ok: false, description: `Forbidden: ${pathname.split("/")[3]}` });
    return say(200, { ok: true, result: true });
  }
}

function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  body: string,
  asked: Map<string, number>,
): void {
  const url = new URL(incoming.url ?? "/", "http://outside");
  const times = (asked.get(url.href) ?? 0) + 1;
  asked.set(url.href, times);
  const send = (
    status: number,
    type: string,
    content: string | Buffer,
    more: Record<string, string> = {},
  ): void => {
    outgoing.writeHead(status, { "content-type": type, ...more });
    outgoing.end(content);
  };
  const json = (value: unknown, status = 200, more: Record<string, string> = {}): void =>
    send(status, "application/json", JSON.stringify(value), more);
  const echo = (): void =>
    json({
      method: incoming.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      body,
      times,
    });
  const [, what = "", argument = ""] = url.pathname.split("/");
  if (what === "status") return send(Number(argument), "text/plain", `status ${argument}`);
  if (what === "redirect") {
    outgoing.writeHead(Number(argument), { location: url.searchParams.get("to") ?? "/echo" });
    outgoing.end("moved");
    return;
  }
  if (what === "circle") {
    outgoing.writeHead(302, { location: "/circle" });
    outgoing.end();
    return;
  }
  if (what === "jwks" && incoming.method === "PUT") keySets.set(argument, body);
  if (what === "jwks")
    // How often the set itself was got is told beside it.
    return send(200, "application/json", keySets.get(argument) ?? '{"keys":[]}', {
      "x-times": String(asked.get(`http://outside/jwks/${argument}`) ?? 0),
    });
  if (what === "exa" && argument === "search") {
    const { query, numResults } = JSON.parse(body) as { query: string; numResults: number };
    const key = String(incoming.headers["x-api-key"]);
    if (key !== "exa-key-for-tests") return json({ error: `bad key ${key}` }, 401);
    const one = (n: number) => ({
      id: String(n),
      url: `https://exa.test/${n}`,
      title: `${query} ${n}`,
      text: "passage",
      score: 1 / n,
    });
    return json({ requestId: "r", results: Array.from({ length: numResults }, (_, i) => one(i + 1)) });
  }
  if (what === "brave") {
    const title = url.searchParams.get("q");
    const results = [
      { url: "https://brave.test/1", title, description: `of ${url.searchParams.get("count")}` },
    ];
    return json({ type: "search", ...(title === "nothing" ? {} : { web: { type: "search", results } }) });
  }
  if (what === "searxng" && argument === "search") {
    const one = (n: number) => ({
      url: `https://searx.test/${n}`,
      title: `t${n}`,
      content: "c".repeat(3000),
      score: 3 - n,
    });
    return json({ query: url.searchParams.get("q"), results: [1, 2, 3].map(one) });
  }
  if (what === "weaviate") return serveWeaviate(incoming, url, body, argument, { send, json });
  if (what === "html") return send(200, "text/html", "<html>hello</html>");
  if (what === "bytes") return send(200, "image/png", Buffer.from([137, 80, 78, 71, 255, 0]));
  if (what === "latin") return send(200, "text/plain; charset=iso-8859-1", Buffer.from([0xe4]));
  if (what === "nojson") return send(200, "application/json", "{cut");
  if (what === "cut") {
    outgoing.writeHead(200, { "content-type": "text/plain", "content-length": "1000" });
    outgoing.write("some");
    setTimeout(() => outgoing.destroy(), 20);
    return;
  }
  if (what === "hang") return;
  if (what === "big") return pour(outgoing, 100);
  if (what === "bomb") {
    outgoing.writeHead(200, { "content-type": "text/plain", "content-encoding": argument });
    outgoing.end(bombOf(argument));
    return;
  }
  if (what === "drip") return drip(outgoing);
  if (what === "heavy")
    return send(200, "text/plain", "light", { "x-heavy": "h".repeat(Number(argument) * 1024) });
  if (what === "many")
    return send(
      200,
      "text/plain",
      "light",
      Object.fromEntries(Array.from({ length: Number(argument) }, (_, i) => [`x-${i}`, "v".repeat(100)])),
    );
  if (what === "sound") return send(200, "audio/wav", Buffer.from("RIFF"));
  if (what === "hf") return infer(url.pathname.slice("/hf/".length), times, { json, send, echo });
  echo();
}

/** By the model's name. */
function infer(
  model: string,
  times: number,
  to: {
    json: (value: unknown, status?: number, more?: Record<string, string>) => void;
    send: (status: number, type: string, content: string | Buffer) => void;
    echo: () => void;
  },
): void {
  if (model === "test/loading" && times === 1)
    return to.json({ error: "Model test/loading is currently loading", estimated_time: 0.05 }, 503);
  if (model === "test/busy") return to.json({ error: "Rate limit reached" }, 429, { "retry-after": "30" });
  if (model === "test/private")
    return to.json({ error: "Invalid credentials in Authorization header hf_planted123456" }, 401);
  if (model === "test/picture") return to.send(200, "image/png", Buffer.from("png"));
  if (model === "test/page") return to.send(200, "text/html", "<html></html>");
  to.echo();
}

const bombs = new Map<string, Buffer>();

/** 64 MB of nothing, in a few hundred KB. */
function bombOf(encoding: string): Buffer {
  const known = bombs.get(encoding);
  if (known !== undefined) return known;
  const nothing = Buffer.alloc(64 * 1024 * 1024);
  const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const bomb = encoding === "br" ? brotliCompressSync(nothing, quickly) : gzipSync(nothing, { level: 1 });
  bombs.set(encoding, bomb);
  return bomb;
}

/** A letter now and then, for ever. */
function drip(outgoing: ServerResponse): void {
  outgoing.writeHead(200, { "content-type": "text/plain" });
  const timer = setInterval(() => outgoing.write("x"), 20);
  outgoing.on("close", () => clearInterval(timer));
}

/** Far more than anybody takes; ends when nobody does. */
function pour(outgoing: ServerResponse, megabytes: number): void {
  outgoing.writeHead(200, { "content-type": "text/plain" });
  const chunk = Buffer.alloc(1024 * 1024, "x");
  let left = megabytes;
  const next = (): void => {
    if (left-- <= 0 || outgoing.destroyed) return void outgoing.end();
    outgoing.write(chunk, () => setImmediate(next));
  };
  next();
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += String(chunk);
  return text;
}
