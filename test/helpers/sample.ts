/** Values that fit a JSON Schema: the smallest, so that requests can be made of an OpenAPI document and of a protocol's messages. */

export interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  const?: unknown;
  enum?: unknown[];
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
}

export interface SampleOptions {
  /** What `$ref` leads to, by the last part of the reference. */
  definitions?: Record<string, Schema>;
  /** A value for a member of that name; undefined where any will do. Members that need not be there are, where this names them. */
  named?: (name: string) => unknown;
  /** For texts that may be anything. */
  text?: string;
}

export function sampleOf(schema: Schema, options: SampleOptions = {}): unknown {
  const { definitions = {}, text = "x" } = options;
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return sampleOf(definitions[name] ?? {}, options);
  }
  const [first] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (first !== undefined) return sampleOf(first, options);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return objectOf(schema, options);
    case "array":
      return Array.from({ length: schema.minItems ?? 1 }, () => sampleOf(schema.items ?? {}, options));
    case "integer":
    case "number":
      return Math.max(1, schema.minimum ?? 0, (schema.exclusiveMinimum ?? 0) + 1);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return schema.format === "email" ? `${text}@example.com` : text.padEnd(schema.minLength ?? 0, "x");
  }
}

function objectOf({ properties = {}, required = [] }: Schema, options: SampleOptions): unknown {
  const members: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const given = options.named?.(name);
    if (given !== undefined) members[name] = given;
    else if (required.includes(name)) members[name] = sampleOf(schema, options);
  }
  return members;
}
