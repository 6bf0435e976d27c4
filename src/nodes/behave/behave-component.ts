/**
 * How a node of behave-graph is declared: sockets by its value types, and what it does when it is visited. An input gives
 * what is wired to it, else the value that the node holds for it, else its default.
 */
import * as z from "zod";
import type { NodeContext, NodeOutcome } from "../../engine/component.ts";
import type { ComponentShape, ComponentSocket } from "../../graph/catalogue.ts";
import { emptyValue, plainValue, readFloat, readInteger, socketTypeOf } from "../../graph/behave-values.ts";
import type { ComponentStatus } from "../../protocol/components.ts";
import { json, type Json, type JsonObject } from "../../protocol/values.ts";
import { type CatalogueEntry, defineComponent } from "../define.ts";
import { failed, shown, wrongKind } from "../inputs.ts";
import { textOf } from "../text.ts";

/** A value type of behave-graph, or that with what an input gives that nothing was given to. */
export type SocketSpec =
  | string
  | { readonly type: string; readonly default?: Json; readonly choices?: readonly string[] };
export type SocketSpecs = Readonly<Record<string, SocketSpec>>;

/** `key` names it in the state. */
export const variableRef = z.object({
  name: z.string().optional(),
  key: z.string(),
  type: z.string(),
  initial: json.optional(),
});
export type VariableRef = z.infer<typeof variableRef>;

const nodeData = {
  label: z.string().nullish(),
  /** Values of inputs by name. */
  parameters: z.record(z.string(), json).nullish(),
};
const anyConfiguration = z.record(z.string(), json).nullish();
export const plainData = z.object({ ...nodeData, configuration: anyConfiguration });

type Shape = Omit<
  ComponentShape,
  "checkData" | "inputs" | "outputs" | "aliases" | "dynamicInputs" | "dynamicOutputs"
>;

export interface BehaveDefinition<Extra extends z.ZodRawShape> extends Shape {
  readonly aliases?: readonly string[];
  readonly category: string;
  readonly status?: ComponentStatus;
  readonly help: string;
  readonly in?: SocketSpecs;
  readonly out?: SocketSpecs;
  /** The configuration adds sockets. */
  readonly isDynamic?: true;
  /** Keys of the data besides `parameters` and `configuration`. */
  readonly data?: Extra;
  readonly sandboxed?: true;
  readonly setsState?: true;
  readonly run: (call: BehaveCall, data: z.infer<z.ZodObject<Extra>>) => NodeOutcome | Promise<NodeOutcome>;
}

export function behaveComponent<Extra extends z.ZodRawShape = z.ZodRawShape>(
  definition: BehaveDefinition<Extra>,
): CatalogueEntry {
  const { in: inputs = {}, out: outputs = {}, isDynamic, data, run, aliases = [], ...shape } = definition;
  const specs = new Map(Object.entries(inputs));
  return defineComponent({
    ...shape,
    aliases,
    inputs: socketsOf(inputs),
    outputs: socketsOf(outputs),
    ...(isDynamic ? { dynamicInputs: true, dynamicOutputs: true } : {}),
    data: data === undefined ? plainData : plainData.extend(data),
    execute: (context, parsed) =>
      run(new BehaveCall(context, parsed, specs), parsed as unknown as z.infer<z.ZodObject<Extra>>),
  });
}

const typeOf = (spec: SocketSpec): string => (typeof spec === "string" ? spec : spec.type);

export const socketsOf = (specs: SocketSpecs): ComponentSocket[] =>
  Object.entries(specs).map(([name, spec]) => ({ name, type: socketTypeOf(typeOf(spec)) }));

/** A visit as a behave-graph node sees it. */
export class BehaveCall {
  readonly context: NodeContext;
  readonly #data: z.infer<typeof plainData>;
  readonly #specs: ReadonlyMap<string, SocketSpec>;

  constructor(context: NodeContext, data: z.infer<typeof plainData>, specs: ReadonlyMap<string, SocketSpec>) {
    this.context = context;
    this.#data = data;
    this.#specs = specs;
  }

  /** The input by which the trigger came. */
  get trigger(): string {
    return this.context.trigger ?? "";
  }

  /** What the node gave at its last visit: its memory. */
  get previous(): JsonObject {
    return this.context.previous ?? {};
  }

  get configuration(): JsonObject {
    return this.#data.configuration ?? {};
  }

  /** Is a trigger output wired? */
  isWired(output: string): boolean {
    return this.context.node.next.some(([socket, targets]) => socket === output && targets.length > 0);
  }

  isConnected(input: string): boolean {
    return this.context.connected.includes(input);
  }

  /** What was given to an input, of whatever type; null counts as nothing. */
  given(input: string): Json | undefined {
    const wired = this.context.value(input);
    if (wired !== undefined && wired !== null) return wired;
    const parameters = this.#data.parameters ?? {};
    const literal = Object.hasOwn(parameters, input) ? parameters[input] : undefined;
    if (literal !== undefined && literal !== null) return literal;
    return this.#default(input);
  }

  #default(input: string): Json | undefined {
    const spec = this.#specs.get(input);
    return typeof spec === "object" ? spec.default : undefined;
  }

  /**
   * The value of an input as its type has it.
   * @throws SpellError `node_failed` for what is no value of the type, or none of its choices
   */
  value(input: string, type: string = typeOf(this.#specs.get(input) ?? "any")): Json {
    const given = this.given(input);
    if (type === "string") return this.#text(input, given);
    // Editors hold an empty text where a number is to come.
    if (given === undefined || (given === "" && type !== "any"))
      return this.#default(input) ?? emptyValue(type);
    const value = plainValue(type, given);
    if (value === undefined)
      throw wrongKind(this.context, input, kinds[type] ?? `a value of the type ${type}`, given);
    return value;
  }

  /** Anything as text: numbers, switches, and lists as JavaScript joins them. */
  text(input: string): string {
    return this.#text(input, this.given(input));
  }

  #text(input: string, given: Json | undefined): string {
    const spec = this.#specs.get(input);
    const text = textOf(given);
    const choices = typeof spec === "object" ? spec.choices : undefined;
    if (choices !== undefined && !choices.includes(text))
      throw failed(this.context, `"${input}" must be one of ${choices.join(", ")}, but is ${shown(text)}.`);
    return text;
  }

  number(input: string): number {
    return readFloat(this.value(input, "float")) ?? 0;
  }

  /** An integer that counts something. @throws SpellError `node_failed` for one beyond 2^53 */
  count(input: string): number {
    const integer = readInteger(this.value(input, "integer")) ?? 0n;
    if (integer > Number.MAX_SAFE_INTEGER || integer < Number.MIN_SAFE_INTEGER)
      throw failed(this.context, `"${input}" is too large to count by.`);
    return Number(integer);
  }

  flag(input: string): boolean {
    return this.value(input, "boolean") === true;
  }

  list(input: string): Json[] {
    return this.value(input, "array") as Json[];
  }

  object(input: string): JsonObject {
    const value = this.value(input, "object");
    if (Array.isArray(value)) throw wrongKind(this.context, input, "an object", value);
    return value as JsonObject;
  }
}

const kinds: Record<string, string> = {
  float: "a number",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};
