/** Services over HTTP: the same calls as nodes make, by the same bindings, each as the caller alone. */
import * as z from "zod";
import { boundOf, type BoundService, boundServices } from "../platform/bound-services.ts";
import { SpellError } from "../protocol/errors.ts";
import type { RowService, ServiceCall } from "../protocol/services.ts";
import { readJson } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import { idempotencyKeyOf } from "./request.ts";
import { json } from "./responses.ts";
import { type Verb, verbs } from "./service-verbs.ts";
import { addRoute, answer, type App, emptyAnswer, problemAnswer, type RouteContext } from "./route.ts";
import { queryIn } from "./service-query.ts";
import type { SchemaName } from "./schemas.ts";

/** Services that keep rows, with the schemas of a row, of new data and of a page. */
const rowServices = {
  agents: { one: "an agent", row: "Agent", data: "NewAgent", page: "AgentPage" },
  documents: { one: "a document", row: "Document", data: "NewDocument", page: "DocumentPage" },
  entities: { one: "an entity", row: "Entity", data: "NewEntity", page: "EntityPage" },
  events: { one: "an event", row: "StoredEvent", data: "NewEvent", page: "StoredEventPage" },
  weaviate: {
    one: "an object",
    row: "WeaviateObject",
    data: "NewWeaviateObject",
    page: "WeaviateObjectPage",
  },
} as const satisfies Partial<
  Record<BoundService, { one: string; row: SchemaName; data: SchemaName; page: SchemaName }>
>;

export function addServiceRoutes(app: App): void {
  for (const one of verbs) addVerb(app, one);
  for (const name of Object.keys(rowServices) as (keyof typeof rowServices)[]) addRows(app, name);
  const tag = "services";
  addRoute(
    app,
    {
      method: "get",
      path: "/services/spells",
      summary: "Find your spells by a query",
      tag,
      access: "user",
      query: queryParameters,
      responses: { 200: answer("One page", "SpellPage") },
    },
    async (c) => {
      const { spells } = boundServices(c.env);
      return json(await boundOf({ spells }, "spells").find(serviceCallOf(c), queryOf(c) as never));
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/services/spells/{id}",
      summary: "Get a spell by its id or name",
      tag,
      access: "user",
      params: z.object({ id: z.string() }),
      responses: { 200: answer("The spell", "Spell") },
    },
    async (c) => {
      const { spells } = boundServices(c.env);
      return json(await boundOf({ spells }, "spells").get(serviceCallOf(c), c.req.param("id") ?? ""));
    },
  );
}

function addVerb(app: App, { service, verb: name, summary, body, gives, ask }: Verb): void {
  addRoute(
    app,
    {
      method: "post",
      path: `/services/${service}/${name}`,
      summary,
      tag: "services",
      access: "user",
      headers: keyHeader,
      ...(body === undefined ? {} : { body: { schema: body, required: true } }),
      responses: gives === undefined ? { 204: emptyAnswer("Done") } : { 200: answer("The answer", gives) },
    },
    async (c) => {
      const call = serviceCallOf(c);
      const given = body === undefined ? {} : await objectOf(c);
      const result = await ask(boundServices(c.env), call, given);
      return gives === undefined ? new Response(null, { status: 204 }) : json(result);
    },
  );
}

function addRows(app: App, name: keyof typeof rowServices): void {
  const { one, row, data, page } = rowServices[name];
  const tag = "services";
  const path = `/services/${name}`;
  const ofOne = { path: `${path}/{id}`, tag, access: "user", params: z.object({ id: z.string() }) } as const;
  const gone = { 404: problemAnswer("There is none of that id that is yours") };
  const rowsOf = (c: RouteContext): RowService<unknown, unknown> => boundOf(boundServices(c.env), name);
  const idOf = (c: RouteContext): string => c.req.param("id") ?? "";
  addRoute(
    app,
    {
      method: "get",
      path,
      summary: `Find ${name}, by Feathers' query language`,
      tag,
      access: "user",
      query: queryParameters,
      responses: { 200: answer("One page", page) },
    },
    async (c) => json(await rowsOf(c).find(serviceCallOf(c), queryOf(c) as never)),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      summary: `Create ${one}`,
      tag,
      access: "user",
      headers: keyHeader,
      body: { schema: data, required: true },
      responses: { 201: answer("The new one", row) },
    },
    async (c) => {
      const call = serviceCallOf(c);
      const made = (await rowsOf(c).create(call, await objectOf(c))) as { id: string };
      return json(made, 201, { location: `${path}/${encodeURIComponent(made.id)}` });
    },
  );
  addRoute(
    app,
    { ...ofOne, method: "get", summary: `Get ${one}`, responses: { 200: answer("The row", row), ...gone } },
    async (c) => json(await rowsOf(c).get(serviceCallOf(c), idOf(c))),
  );
  addRoute(
    app,
    {
      ...ofOne,
      method: "put",
      summary: `Replace the whole of ${one} but its id`,
      headers: keyHeader,
      body: { schema: data, required: true },
      responses: { 200: answer("The row", row), ...gone },
    },
    async (c) => json(await rowsOf(c).update(serviceCallOf(c), idOf(c), await objectOf(c))),
  );
  addRoute(
    app,
    {
      ...ofOne,
      method: "patch",
      summary: `Replace some fields of ${one}`,
      headers: keyHeader,
      body: { schema: "JsonObject", required: true },
      responses: { 200: answer("The row", row), ...gone },
    },
    async (c) => json(await rowsOf(c).patch(serviceCallOf(c), idOf(c), await objectOf(c))),
  );
  addRoute(
    app,
    {
      ...ofOne,
      method: "delete",
      summary: `Remove ${one}`,
      headers: keyHeader,
      responses: { 200: answer("The row that is gone", row), ...gone },
    },
    async (c) => json(await rowsOf(c).remove(serviceCallOf(c), idOf(c))),
  );
}

const queryParameters = z.object({
  $limit: z.string().optional(),
  $skip: z.string().optional(),
  $query: z.string().optional().describe("The whole query as JSON: for numbers, booleans and null."),
});
export const keyHeader = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .describe("Within 24 h the same key has one effect and one answer."),
});

/** Keys from outside are apart from those that runs make. @throws SpellError `bad_request` */
export function serviceCallOf(c: RouteContext): ServiceCall {
  const key = idempotencyKeyOf(c);
  return { userId: c.var.identity.userId, ...(key === undefined ? {} : { idempotencyKey: `http:${key}` }) };
}

const queryOf = (c: RouteContext): unknown => queryIn(new URL(c.req.url).searchParams);

/** @throws SpellError `bad_request`, `too_large` */
async function objectOf(c: RouteContext): Promise<Record<string, unknown>> {
  const body = await readJson(c.req.raw, { maxBytes: maxBodyBytes.service });
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new SpellError("bad_request", "The body must be a JSON object.", {
    errors: [{ path: "", message: "not an object" }],
  });
}
