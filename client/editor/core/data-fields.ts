/** The fields of a node's data, from the component's JSON Schema and from what the node has. */
import type { Json, JsonObject } from "../../lib/index.ts";

export type FieldKind = "text" | "long-text" | "code" | "number" | "boolean" | "choice" | "json";

export interface DataField {
  readonly key: string;
  readonly kind: FieldKind;
  readonly choices?: readonly string[];
  readonly isRequired: boolean;
  readonly otherwise?: Json;
  readonly help?: string;
}

interface SchemaPart {
  type?: string | string[];
  enum?: Json[];
  const?: Json;
  anyOf?: SchemaPart[];
  default?: Json;
  description?: string;
}

/** What older editors kept there for themselves. */
const editorKeys = new Set([
  "inputs",
  "outputs",
  "dataControls",
  "display",
  "success",
  "error",
  "nodeLocked",
  "playtestToggle",
  "log",
  "socketKey",
]);
const codeKeys = new Set(["code"]);
const longKeys = new Set([
  "fewshot",
  "prompt",
  "template",
  "system",
  "systemPrompt",
  "text",
  "fewShot",
  "query",
]);

export function fieldsOf(schema: Json | undefined, data: JsonObject, component: string): DataField[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, SchemaPart>;
    required?: string[];
  };
  const declared = Object.entries(properties)
    .filter(([key]) => !editorKeys.has(key) || (key === "error" && component === "Error"))
    .map(([key, part]): DataField => {
      const { kind, choices } = kindOf(key, part, data[key]);
      return {
        key,
        kind,
        isRequired: required.includes(key),
        ...(choices === undefined ? {} : { choices }),
        ...(part.default === undefined ? {} : { otherwise: part.default }),
        ...(part.description === undefined ? {} : { help: part.description }),
      };
    });
  const known = new Set(Object.keys(properties));
  const further = Object.keys(data)
    .filter((key) => !known.has(key) && !editorKeys.has(key))
    .map((key): DataField => ({ key, kind: kindOfValue(key, data[key]), isRequired: false }));
  return [...declared, ...further];
}

function kindOf(
  key: string,
  part: SchemaPart,
  value: Json | undefined,
): { kind: FieldKind; choices?: string[] } {
  if (codeKeys.has(key)) return { kind: "code" };
  const parts = part.anyOf ?? [part];
  const choices = parts.flatMap((one) => one.enum ?? (one.const === undefined ? [] : [one.const]));
  if (choices.length > 0 && choices.every((choice) => typeof choice === "string"))
    return { kind: "choice", choices };
  const types = new Set(parts.flatMap((one) => one.type ?? []).filter((type) => type !== "null"));
  const isText = types.has("string");
  if (value !== undefined && value !== null && !(isText && typeof value === "string"))
    return { kind: kindOfValue(key, value) };
  if (isText && !types.has("object") && !types.has("array"))
    return { kind: longKeys.has(key) ? "long-text" : "text" };
  if (types.size === 1 && types.has("boolean")) return { kind: "boolean" };
  if (types.size === 1 && (types.has("number") || types.has("integer"))) return { kind: "number" };
  if (value === undefined || typeof value === "string")
    return { kind: longKeys.has(key) ? "long-text" : "text" };
  return { kind: "json" };
}

function kindOfValue(key: string, value: Json | undefined): FieldKind {
  if (codeKeys.has(key) && typeof value === "string") return "code";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (typeof value === "string" || value === null)
    return longKeys.has(key) || (value?.length ?? 0) > 80 ? "long-text" : "text";
  return "json";
}
