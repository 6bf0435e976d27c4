/** How a component is declared: its sockets, the schema of its data, its help, and what it does. */
import * as z from "zod";
import type { Component, NodeContext, NodeOutcome } from "../engine/component.ts";
import type { ComponentShape, ComponentSocket } from "../graph/catalogue.ts";
import type { ComponentDescription, ComponentStatus } from "../protocol/components.ts";
import { SpellError } from "../protocol/errors.ts";
import type { Socket, SocketType } from "../protocol/spell.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { Source } from "./sources/source.ts";

export interface ComponentDefinition<Data extends z.ZodObject> extends Omit<ComponentShape, "checkData"> {
  readonly category: string;
  /** `ready` unless given. */
  readonly status?: ComponentStatus;
  /** One or two sentences for people who draw: what it does with what. */
  readonly help: string;
  /** Of the keys that the component reads; others (an editor's) are kept and ignored. */
  readonly data: Data;
  /** Runs user code. */
  readonly sandboxed?: true;
  /** See `Component.setsState`. */
  readonly setsState?: true;
  /** Of a source: what fires it while its spell is played. */
  source?(data: z.infer<Data>): Source;
  execute(context: NodeContext, data: z.infer<Data>): NodeOutcome | Promise<NodeOutcome>;
  /** See `Component.answered`. */
  answered?(context: NodeContext, data: z.infer<Data>, answer: Json): NodeOutcome;
}

export interface CatalogueEntry extends ComponentShape, Component {
  readonly name: string;
  readonly sandboxed?: true;
  /**
   * Of a source: what fires it while its spell is played. Undefined for all others.
   * @throws ZodError for data that do not fit
   */
  sourceOf(data: JsonObject): Source | undefined;
  describe(): ComponentDescription;
}

/** Makes a component. Its data are parsed once per node, not per visit. */
export function defineComponent<Data extends z.ZodObject>(
  definition: ComponentDefinition<Data>,
): CatalogueEntry {
  const parse = (raw: JsonObject): z.infer<Data> => definition.data.parse(raw);
  const answered = (context: NodeContext, answer: Json): NodeOutcome =>
    definition.answered?.(context, context.once(parse), answer) ?? {};
  const sourceOf = (raw: JsonObject): Source | undefined => definition.source?.(parse(raw));
  return {
    ...definition,
    sourceOf,
    answered,
    checkData(raw: JsonObject): [string, string][] {
      const result = definition.data.safeParse(raw);
      return result.success ? [] : result.error.issues.map((issue) => [issue.path.join("."), issue.message]);
    },
    execute: (context: NodeContext) => definition.execute(context, context.once(parse)),
    describe: () => ({
      name: definition.name,
      aliases: [...definition.aliases],
      category: definition.category,
      status: definition.status ?? "ready",
      help: definition.help,
      inputs: [...definition.inputs],
      outputs: [...definition.outputs],
      dynamicInputs: definition.dynamicInputs ?? false,
      dynamicOutputs: definition.dynamicOutputs ?? false,
      data: z.toJSONSchema(definition.data, { io: "input" }) as Json,
    }),
  };
}

export const trigger = (name = "trigger"): Socket => ({ name, type: "trigger" });
export const input = (
  name: string,
  type: SocketType = "any",
  options: { required?: true } = {},
): ComponentSocket => ({ name, type, ...options });
export const output = (name: string, type: SocketType = "any"): Socket => ({ name, type });

/**
 * The value of an input without which a component can do nothing.
 * @throws SpellError `missing_input` when its source gave none
 */
export function needed(context: NodeContext, socket: string): Json {
  const value = context.value(socket);
  if (value !== undefined) return value;
  throw new SpellError(
    "missing_input",
    `${context.label} got no value for "${socket}": its source gave none.`,
  );
}

/** The first value of every connected input, by socket; inputs whose source gave none are left out. */
export const flattened = (context: NodeContext): JsonObject =>
  outputs(Object.fromEntries(context.connected.map((socket) => [socket, context.value(socket)])));

/** Outputs of a visit; undefined ones are left out, so that a record says the same as the live run. */
export function outputs(values: Record<string, Json | undefined>): JsonObject {
  // Mostly nothing is undefined, and then nothing is copied.
  for (const key in values)
    if (values[key] === undefined)
      return Object.fromEntries(
        Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined),
      );
  return values as JsonObject;
}
