/** How a route is declared: once, for the router and for the OpenAPI document. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import type * as z from "zod";
import type { Env } from "../env.ts";
import type { Identity } from "../platform/authenticator.ts";
import { authenticateFor } from "./middleware/auth.ts";
import type { SchemaName } from "./schemas.ts";

type ZodRequestBody = NonNullable<NonNullable<RouteConfig["request"]>["body"]>;

export interface AppEnv {
  Bindings: Env;
  Variables: { identity: Identity };
}
export type App = OpenAPIHono<AppEnv>;
export type RouteContext = Context<AppEnv>;

export interface RouteSpec {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** As OpenAPI writes it, `/spells/{id}`. */
  path: string;
  summary: string;
  tag: string;
  /** `user` needs a token in the header; `own` and `operator`, whose token is the deployment's, see to it themselves. */
  access: "public" | "user" | "own" | "operator";
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  /** `otherwise` describes bodies of other shapes that are taken too. */
  body?: { schema: SchemaName; required: boolean; otherwise?: string };
  responses: RouteConfig["responses"];
}

/** Requests are documented by these schemas and parsed by the handlers, so that nothing on the way to a run is checked twice. */
export function addRoute(
  app: App,
  spec: RouteSpec,
  handler: (c: RouteContext) => Response | Promise<Response>,
): void {
  const { method, path, summary, tag, access, params, query, headers, body, responses } = spec;
  app.openAPIRegistry.registerPath({
    method,
    path,
    summary,
    tags: [tag],
    security: securityOf(access),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: describeBody(body) }),
    },
    responses: { ...responses, default: problemAnswer("Any failure") },
  });
  const routerPath = path.replaceAll(/\{(\w+)\}/g, ":$1");
  if (access === "user") app.on(method.toUpperCase(), routerPath, authenticateFor(tag), handler);
  else app.on(method.toUpperCase(), routerPath, handler);
}

function securityOf(access: RouteSpec["access"]): Record<string, string[]>[] {
  if (access === "public") return [];
  return [access === "operator" ? { operator: [] } : { bearer: [] }];
}

function describeBody({ schema, required, otherwise }: NonNullable<RouteSpec["body"]>): ZodRequestBody {
  const named = refTo(schema);
  const described =
    otherwise === undefined ? named : { anyOf: [named, { type: "object" as const, description: otherwise }] };
  return { required, content: { "application/json": { schema: described } } };
}

export const refTo = (name: SchemaName): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

export const answer = (description: string, schema: SchemaName) => ({
  description,
  content: { "application/json": { schema: refTo(schema) } },
});
export const problemAnswer = (description: string, schema: SchemaName = "Problem") => ({
  description,
  content: { "application/problem+json": { schema: refTo(schema) } },
});
export const emptyAnswer = (description: string) => ({ description });

/** Response headers by name, each with what it says. */
export const headersSaying = (descriptions: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [
      name,
      { description, schema: { type: "string" as const } },
    ]),
  );

/** A run's answer in either form. */
export const streamableAnswer = (description: string, schema: SchemaName) => ({
  description,
  content: {
    "application/json": { schema: refTo(schema) },
    "text/event-stream": { schema: { type: "string" as const } },
  },
});
