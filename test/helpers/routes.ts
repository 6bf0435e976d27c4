/** The routes as GET /openapi.json tells of them, and requests to them. */
import { inject } from "vitest";
import { ask, bodyOf } from "./api.ts";
import { marked } from "./marked.ts";
import { sampleOf, type Schema } from "./sample.ts";

interface Parameter {
  name: string;
  in: string;
  schema: Schema & { pattern?: string };
}

export interface Route {
  /** As in `GET /spells/{id}`. */
  name: string;
  method: string;
  path: string;
  tag: string;
  isPublic: boolean;
  parameters: Parameter[];
  /** What its answers are documented with; `default` left out. */
  statuses: number[];
  body: Schema | undefined;
}

interface Operation {
  tags: string[];
  security: unknown[];
  parameters?: Parameter[];
  responses: Record<string, unknown>;
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export const readDocument = async (): Promise<Document> => bodyOf(await ask("/openapi.json"));

/** What takes things away comes last, and of those the innermost first. */
export const routesOf = ({ paths }: Document): Route[] =>
  Object.entries(paths)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        tag: operation.tags[0] ?? "",
        isPublic: operation.security.length === 0,
        parameters: operation.parameters ?? [],
        statuses: Object.keys(operation.responses).map(Number).filter(Number.isInteger),
        body: operation.requestBody?.content["application/json"]?.schema,
      })),
    )
    .toSorted((a, b) => harmOf(a) - harmOf(b));

const takesAway = /remove|discard|logout|delete|pause|stop/i;
const harmOf = ({ method, path }: Pick<Route, "method" | "path">): number =>
  method === "DELETE" || takesAway.test(path) ? 100 - path.split("/").length : 0;

/** What a request names, by what it is: ids of a user's own things, or of things that there are not. */
export type Things = Readonly<Record<string, string>>;

/** @throws Error for a parameter that nobody has said what it is: say so here when a route is new */
export function thingOf(route: Pick<Route, "method" | "path">, name: string, things: Things): string {
  const kind = kindOf(route, name);
  const value = kind === undefined ? undefined : things[kind];
  if (value === undefined) throw new Error(`${route.method} ${route.path}: what is its {${name}}?`);
  return value;
}

function kindOf({ method, path }: Pick<Route, "method" | "path">, name: string): string | undefined {
  const [, first = "", second = ""] = path.split("/");
  if (name === "runId" && path.endsWith("/resume")) return "failedRun";
  if (name === "runId" && method === "DELETE") return "waitingRun";
  if (name === "id" && first === "spells") return "spell";
  if (name === "id" && path === "/users/me/keys/{id}") return "key";
  if (name === "id" && first === "services") return second === "spells" ? "spell" : second;
  if (name === "name" && path === "/users/me/secrets/{name}") return "secret";
  return { runId: "run", valueId: "value", n: "version", token: "hook" }[name];
}

/** Which of a body's members name things, and which. */
function namedIn({ method, path }: Route, things: Things): (name: string) => unknown {
  const [, , service = "", verb = ""] = path.split("/");
  const id =
    service === "agents" ? "agents" : { removeStore: "store", getFile: "file", removeFile: "file" }[verb];
  const named: Record<string, unknown> = {
    id: id === undefined ? undefined : things[id],
    storeId: method === "POST" ? things.store : undefined,
    key: things.cacheKey,
    spell: things.spell,
    spellId: things.spell,
    class: things.class,
    refreshToken: things.refreshToken,
    fromNode: "go",
    inputs: { text: "x" },
    bindings: [],
    source: "tell",
    model: "owner/text-model",
  };
  return (name) => named[name];
}

export interface Ask {
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** A request that fits the document. @param text for what may be any text */
export function requestTo(route: Route, { components }: Document, things: Things, text: string): Ask {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(thingOf(route, name, things)),
  );
  const headers: Record<string, string> = route.path.endsWith("/connect") ? { upgrade: "websocket" } : {};
  if (route.path === "/services/documents/upload")
    return {
      path: `${path}?name=a.txt`,
      method: route.method,
      headers: { "content-type": "text/plain" },
      body: text,
    };
  if (route.body === undefined) return { path, method: route.method, headers };
  const options = { definitions: components.schemas, named: namedIn(route, things), text };
  return { path, method: route.method, headers, body: given(route, text) ?? sampleOf(route.body, options) };
}

/** Bodies that no schema says how to make. */
function given({ path, method }: Route, text: string): unknown {
  const url = `${inject("outsideUrl")}/echo`;
  if (/^\/spells(\/\{id\}|\/validate)?$/.test(path) && method !== "GET")
    return marked(`saved-${method.toLowerCase()}`, text);
  return {
    "/services/http/request": { method: "GET", url },
    "/services/speech/transcribe": { audio: btoa(text) },
    "/services/images/describe": { image: btoa(text) },
  }[path];
}
