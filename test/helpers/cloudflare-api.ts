/**
 * What of Cloudflare's API `npm run deploy` reaches by wrangler, on loopback: databases are real SQLite ones, so that migrations
 * apply or fail as they are; Workers, secrets, namespaces and deployments are kept as they were sent.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";

export interface FakeWorker {
  secrets: Map<string, string>;
  /** Newest first. */
  versions: { id: string; metadata: Metadata }[];
  /** Ids of versions, the present one first. */
  deployed: string[];
}
interface Metadata {
  bindings: { name: string; type: string; [key: string]: unknown }[];
  migrations?: { new_tag: string };
  [key: string]: unknown;
}
export interface FakeCloudflare {
  url: string;
  databases: Map<string, { name: string; sql: DatabaseSync }>;
  namespaces: Map<string, { title: string }>;
  workers: Map<string, FakeWorker>;
  /** What came, as `POST /d1/database`, without the account. */
  requests: string[];
  close(): Promise<void>;
}

export async function startFakeCloudflare(): Promise<FakeCloudflare> {
  const fake: Omit<FakeCloudflare, "url" | "close"> = {
    databases: new Map(),
    namespaces: new Map(),
    workers: new Map(),
    requests: [],
  };
  const server = createServer((request, response) => void serve(fake, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...fake,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(
  fake: Omit<FakeCloudflare, "url" | "close">,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
  const path = pathname.replace(/^\/accounts\/[^/]+/, "");
  fake.requests.push(`${request.method} ${path}`);
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  try {
    const bytes = Buffer.concat(await request.toArray());
    const all = await resultOf(fake, request, path, bytes);
    // wrangler asks for pages until one is empty.
    const result = Array.isArray(all) && Number(searchParams.get("page") ?? 1) > 1 ? [] : all;
    const count = Array.isArray(result) ? result.length : 1;
    answer(200, {
      success: true,
      errors: [],
      messages: [],
      result,
      result_info: { page: 1, per_page: 1000, count, total_count: count },
    });
  } catch (error) {
    const code = error instanceof Missing ? 10007 : 7500;
    const message = error instanceof Missing ? "This Worker does not exist on your account." : String(error);
    answer(error instanceof Missing ? 404 : 400, {
      success: false,
      errors: [{ code, message }],
      messages: [],
      result: null,
    });
  }
}

class Missing extends Error {}

async function resultOf(
  fake: Omit<FakeCloudflare, "url" | "close">,
  request: IncomingMessage,
  path: string,
  bytes: Buffer,
): Promise<unknown> {
  const { databases, namespaces, workers } = fake;
  const json = (): Record<string, string> => JSON.parse(bytes.toString()) as Record<string, string>;
  const is = (method: string, pattern: RegExp): string[] | null =>
    request.method === method ? pattern.exec(path) : null;
  let found: string[] | null;

  if (is("GET", /^\/d1\/database$/)) return [...databases].map(([uuid, { name }]) => ({ uuid, name }));
  if (is("POST", /^\/d1\/database$/)) {
    const uuid = randomUUID();
    const { name = "" } = json();
    databases.set(uuid, { name, sql: new DatabaseSync(":memory:") });
    return { uuid, name };
  }
  if ((found = is("POST", /^\/d1\/database\/([^/]+)\/query$/))) {
    const { sql = "" } = json();
    return [query(databases.get(found[1] ?? "")?.sql, sql)];
  }
  if ((found = is("GET", /^\/d1\/database\/([^/]+)$/)))
    return { uuid: found[1], name: databases.get(found[1] ?? "")?.name, version: "production" };

  if (is("GET", /^\/storage\/kv\/namespaces$/))
    return [...namespaces].map(([id, { title }]) => ({ id, title }));
  if (is("POST", /^\/storage\/kv\/namespaces$/)) {
    const id = randomUUID().replaceAll("-", "");
    const { title = "" } = json();
    namespaces.set(id, { title });
    return { id, title };
  }

  if (is("GET", /^\/workers\/subdomain$/)) return { subdomain: "fake" };
  if ((found = is("GET", /^\/workers\/services\/([^/]+)$/))) {
    const worker = existing(workers, found[1]);
    const tag = worker.versions.map(({ metadata }) => metadata.migrations?.new_tag).find(Boolean);
    return { default_environment: { environment: "production", script: { migration_tag: tag } } };
  }
  if ((found = is("GET", /^\/workers\/scripts\/([^/]+)\/secrets$/)))
    return [...existing(workers, found[1]).secrets.keys()].map((name) => ({ name, type: "secret_text" }));
  if ((found = is("GET", /^\/workers\/scripts\/([^/]+)\/deployments$/)))
    return {
      deployments: existing(workers, found[1]).deployed.map((id) => ({
        id,
        source: "wrangler",
        strategy: "percentage",
        author_email: "x@example.com",
        annotations: {},
        created_on: new Date(0).toISOString(),
        versions: [{ version_id: id, percentage: 100 }],
      })),
    };
  if ((found = is("POST", /^\/workers\/scripts\/([^/]+)\/deployments$/))) {
    const { versions } = JSON.parse(bytes.toString()) as { versions: { version_id: string }[] };
    existing(workers, found[1]).deployed.unshift(versions[0]?.version_id ?? "");
    return { id: randomUUID() };
  }
  if ((found = is("GET", /^\/workers\/scripts\/([^/]+)\/versions\/([^/]+)$/))) {
    const version = existing(workers, found[1]).versions.find(({ id }) => id === found?.[2]);
    return {
      ...version,
      metadata: { author_email: "x@example.com", created_on: new Date(0).toISOString() },
      annotations: {},
      resources: { bindings: [], script: {}, script_runtime: {} },
    };
  }
  if ((found = is("POST", /^\/workers\/scripts\/([^/]+)\/assets-upload-session$/)))
    return { jwt: "assets", buckets: [] };
  // A Worker's first version is deployed as it comes; the later ones are, by a request of their own.
  if (
    (found = is("PUT", /^\/workers\/scripts\/([^/]+)$/)) ??
    (found = is("POST", /^\/workers\/scripts\/([^/]+)\/versions$/))
  ) {
    const type = request.headers["content-type"] ?? "";
    const form = await new Response(Uint8Array.from(bytes), { headers: { "content-type": type } }).formData();
    const metadata = JSON.parse(form.get("metadata") as string) as Metadata;
    return uploaded(workers, found[1] ?? "", metadata, request.method === "PUT");
  }
  if (is("GET", /^\/workers\/workers\/[^/]+$/))
    return { subdomain: { enabled: true, previews_enabled: true } };
  if (/^\/workers\/scripts\/[^/]+\/subdomain$/.test(path)) return { enabled: true, previews_enabled: true };
  return null;
}

function existing(workers: Map<string, FakeWorker>, name = ""): FakeWorker {
  const worker = workers.get(name);
  if (worker === undefined) throw new Missing();
  return worker;
}

function uploaded(
  workers: Map<string, FakeWorker>,
  name: string,
  metadata: Metadata,
  isDeployed: boolean,
): unknown {
  const worker: FakeWorker = workers.get(name) ?? { secrets: new Map(), versions: [], deployed: [] };
  workers.set(name, worker);
  const id = randomUUID();
  worker.versions.unshift({ id, metadata });
  if (isDeployed) worker.deployed.unshift(id);
  for (const binding of metadata.bindings)
    if (binding.type === "secret_text") worker.secrets.set(binding.name, String(binding.text));
  return {
    id,
    etag: id,
    deployment_id: id,
    startup_time_ms: 1,
    entry_point: "worker.js",
    resources: { script: { etag: id }, script_runtime: {}, bindings: [] },
  };
}

/** All statements, in one go as D1 takes them; rows of the last one that gives any. */
function query(database: DatabaseSync | undefined, sql: string): unknown {
  if (database === undefined) throw new Error("There is no such database.");
  const isOne = /^\s*(?:select|pragma)\b/i.test(sql);
  const results = isOne ? database.prepare(sql).all() : (database.exec(sql), []);
  return { results, success: true, meta: { duration: 1, rows_read: 0, rows_written: 0 } };
}
