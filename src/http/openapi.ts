/** The OpenAPI 3.1 document, from the same schemas that requests are parsed by. */
import * as z from "zod";
import { version } from "../../package.json";
import { jsonText, publicHeaders } from "./responses.ts";
import { addRoute, type App } from "./route.ts";
import { namedSchemas } from "./schemas.ts";

export function addOpenApiRoute(app: App): void {
  let text: string | undefined;
  addRoute(
    app,
    {
      method: "get",
      path: "/openapi.json",
      summary: "Get this document",
      tag: "server",
      access: "public",
      responses: {
        200: { description: "OpenAPI 3.1", content: { "application/json": { schema: { type: "object" } } } },
      },
    },
    () => {
      text ??= JSON.stringify(openApiDocument(app));
      return jsonText(text, 200, publicHeaders);
    },
  );
}

/** The whole of it, for whoever has the routes at hand. */
export function openApiDocument(app: App): unknown {
  return {
    ...app.getOpenAPI31Document(head),
    components: {
      schemas: describeSchemas(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        operator: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN of the deployment" },
      },
    },
  };
}

const head = {
  openapi: "3.1.0",
  info: {
    title: "Spellrunner",
    version,
    description: "Runs visual AI graphs as durable actors: every run is a journal of node outputs.",
  },
  servers: [{ url: "/" }],
};

/**
 * zod's own JSON Schema, which is the dialect of OpenAPI 3.1. Spells and JSON contain themselves, which the generator
 * of @hono/zod-openapi follows without end; zod writes a reference instead.
 */
function describeSchemas(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(namedSchemas)) registry.add(schema, { id });
  // `input`: a reader of an answer must bear fields that are added later, so no object is closed but by itself.
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema]),
  );
}
