/** The page of the HTTP API, as Markdown made of the OpenAPI document: a section a tag, a table of fields a schema. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}
interface Content {
  content?: Record<string, { schema: Schema }>;
}
interface Operation {
  summary: string;
  tags: string[];
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}
export interface OpenApiDocument {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const introduction = `# HTTP API

Made from the server's own OpenAPI document, which \`GET /openapi.json\` gives: the same schemas check the requests. Every route
takes \`Authorization: Bearer <token>\` unless it says *without a token*. Failures are \`application/problem+json\` (RFC 9457) with a
\`code\`, a [Problem](#problem); each route can give one. The WebSocket at \`GET /spells/{id}/connect\` is told of in
[An editor of your own](editors.md#the-websocket).
`;

export function apiReference({ paths, components }: OpenApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const [tag = "server"] = operation.tags;
      byTag.set(tag, [...(byTag.get(tag) ?? []), describe(`${method.toUpperCase()} ${path}`, operation)]);
    }
  const schemas = Object.entries(components.schemas).map(([name, schema]) => schemaSection(name, schema));
  return [
    introduction,
    ...[...byTag].flatMap(([tag, parts]) => [`## ${tag[0]?.toUpperCase()}${tag.slice(1)}\n`, ...parts]),
    "## Schemas\n",
    ...schemas,
  ].join("\n");
}

function describe(title: string, { summary, security, parameters = [], requestBody, responses }: Operation) {
  const isPublic = security?.length === 0;
  const given = parameters
    .filter(({ in: place }) => place !== "path")
    .map(({ name, in: place, required, description }) => {
      const sign = place === "query" ? `?${name}` : name;
      return `- \`${sign}\`${required ? " (needed)" : ""}${description ? `: ${plain(description)}` : ""}`;
    });
  const body = schemaOf(requestBody);
  const answers = Object.entries(responses)
    .filter(([status]) => status !== "default")
    .map(([status, answer]) => {
      const schema = schemaOf(answer);
      return `- **${status}** ${plain(answer.description)}${schema === "" ? "" : `: ${schema}`}`;
    });
  return [
    `### ${title.replaceAll(/[{}]/g, "\\$&")}\n`,
    `${plain(summary)}.${isPublic ? " *Without a token.*" : ""}\n`,
    ...(given.length === 0 ? [] : ["With:\n", ...given, ""]),
    ...(body === "" ? [] : [`Body: ${body}\n`]),
    "Answers:\n",
    ...answers,
    "",
  ].join("\n");
}

const schemaOf = (part: Content | undefined): string =>
  Object.entries(part?.content ?? {})
    .map(([type, { schema }]) => (/json/.test(type) ? typeOf(schema) : `\`${type}\``))
    .join(" or ");

function schemaSection(name: string, schema: Schema): string {
  const { properties, required = [] } = schema;
  const head = `### ${name}\n\n${schema.description === undefined ? "" : `${plain(schema.description)}\n\n`}`;
  if (properties === undefined) return `${head}${typeOf(schema)}\n`;
  const rows = Object.entries(properties).map(
    ([key, field]) =>
      `| \`${key}\`${required.includes(key) ? "" : "?"} | ${typeOf(field).replaceAll("|", "\\|")} | ${plain(field.description ?? "")} |`,
  );
  return `${head}| Field | Type | |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

/** A type in words, with links to the named ones. */
function typeOf(schema: Schema, depth = 0): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
    return schema.$ref === "#" || name === "" ? "itself" : `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined)
    return choices
      .map((choice) =>
        choice.description && !choice.properties ? plain(choice.description) : typeOf(choice, depth + 1),
      )
      .join(schema.allOf ? " and " : " or ");
  if (schema.items !== undefined) return `list of ${typeOf(schema.items, depth + 1)}`;
  if (schema.properties !== undefined && depth < 3) {
    const { required = [] } = schema;
    const fields = Object.entries(schema.properties).map(
      ([key, field]) => `\`${key}\`${required.includes(key) ? "" : "?"} ${typeOf(field, depth + 1)}`,
    );
    return `{ ${fields.join(", ")} }`;
  }
  if (typeof schema.additionalProperties === "object" && Object.keys(schema.additionalProperties).length > 0)
    return `object of ${typeOf(schema.additionalProperties, depth + 1)}`;
  return [schema.type ?? "any"].flat().join(" or ");
}

/** In a cell or a line: no markup but code, and no end of the line. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[*_<>[\]|]/g, String.raw`\$&`);
