import { SpellError } from "../../protocol/errors.ts";
/** Objects. Names are those of the object itself, never what JavaScript adds. */
import { listOf, readSockets } from "../../graph/behave-graph.ts";
import { plainValue } from "../../graph/behave-values.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import { bounded } from "../bounds.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { failed, wrongKind } from "../inputs.ts";
import { textOf } from "../text.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";
import { sameJson } from "./same-json.ts";

const category = "Behave/Objects";

const create = behaveComponent({
  name: "action/object/create",
  category,
  help: "Makes an object of its inputs, by their names.",
  out: { object: "object" },
  isDynamic: true,
  run(call) {
    const entries = readSockets(listOf(call.configuration.socketInputs)).map(
      ({ name, type }): [string, Json] => [name, call.value(name, type)],
    );
    return { outputs: { object: bounded(call.context, Object.fromEntries(entries)) } };
  },
});

/** A part of an object as a type; a part that is missing stays so. */
function partAs(call: BehaveCall, name: string, type: string, part: Json): Json {
  if (type === "string") return textOf(part);
  if (type === "array") return plainValue("array", part) ?? [part];
  if (type === "object") return plainValue("object", part) ?? {};
  const value = plainValue(type, part);
  if (value === undefined) throw wrongKind(call.context, name, `a value of the type ${type}`, part);
  return value;
}

const destructure = behaveComponent({
  name: "logic/object/destructure",
  category,
  help: "Gives the parts of an object that its outputs name, each as the output's type.",
  in: { object: "object" },
  isDynamic: true,
  run(call) {
    const object = call.object("object");
    const parts = readSockets(listOf(call.configuration.socketOutputs)).map(
      ({ name, type }): [string, Json | undefined] => {
        const part = Object.hasOwn(object, name) ? object[name] : undefined;
        return [name, part === undefined || part === null ? undefined : partAs(call, name, type, part)];
      },
    );
    return { outputs: outputs(Object.fromEntries(parts)) };
  },
});

const constant = behaveComponent({
  name: "logic/object",
  category,
  help: "Holds an object and gives it.",
  in: { a: "object" },
  out: { result: "object" },
  run: (call) => ({ outputs: { result: call.value("a") } }),
});

const equal = behaveComponent({
  name: "logic/equal/object",
  category,
  help: "Tells whether two objects have the same parts.",
  in: { a: "object", b: "object" },
  out: { result: "boolean" },
  run: (call) => ({ outputs: { result: sameJson(call.value("a"), call.value("b")) } }),
});

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const entries = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const before = entries.get(key);
    entries.set(key, isJsonObject(before) && isJsonObject(value) ? merged(before, value) : value);
  }
  return Object.fromEntries(entries);
}

const mergeDeep = behaveComponent({
  name: "logic/mergeDeep/object",
  category,
  help: "Merges two objects, and the objects within them. Where both have another value, that of b counts.",
  in: { a: "object", b: "object" },
  out: { result: "object" },
  run(call) {
    // Measured before they are walked, as deep as they may be.
    const [a, b] = [bounded(call.context, call.object("a")), bounded(call.context, call.object("b"))];
    return { outputs: { result: bounded(call.context, merged(a, b)) } };
  },
});

/** `a.b.0` */
const stepsOf = (call: BehaveCall, input: string): string[] => {
  const path = call.text(input);
  if (path.length > 10_000) throw failed(call.context, `"${input}" is longer than 10000 characters.`);
  return path === "" ? [] : path.split(".");
};

function partAt(value: Json | undefined, steps: readonly string[]): Json | undefined {
  let part = value;
  for (const step of steps) {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, step)) return undefined;
    part = (part as JsonObject)[step];
  }
  return part ?? undefined;
}

const path = (type: string): CatalogueEntry =>
  behaveComponent({
    name: `logic/path/${type}`,
    category,
    help: "Gives the part of an object that a path such as a.b leads to; nothing where it leads nowhere.",
    in: { pathToSearch: "string", obj: "object" },
    out: { result: type },
    run: (call) => ({
      outputs: outputs({ result: partAt(call.value("obj"), stepsOf(call, "pathToSearch")) }),
    }),
  });

function withPart(value: Json | undefined, [step, ...rest]: readonly string[], part: Json): Json {
  if (step === undefined) return part;
  if (Array.isArray(value) && /^\d{1,6}$/.test(step) && Number(step) <= value.length)
    return Object.assign([...value], { [step]: withPart(value[Number(step)], rest, part) });
  const entries = new Map(Object.entries(isJsonObject(value) ? value : {}));
  return Object.fromEntries(entries.set(step, withPart(entries.get(step), rest, part)));
}

const assocPath = behaveComponent({
  name: "logic/assocPath/object",
  category,
  help: "Gives an object with another value at a path such as a.b.",
  in: { path: "string", newValue: "any", obj: "object" },
  out: { result: "object" },
  run(call) {
    const steps = stepsOf(call, "path");
    if (steps.length > 100) throw failed(call.context, `"path" has more than 100 steps.`);
    return {
      outputs: { result: bounded(call.context, withPart(call.value("obj"), steps, call.value("newValue"))) },
    };
  },
});

const validate = behaveComponent({
  name: "logic/validate/object",
  category,
  status: "retired",
  help: "It checked an object against a JSON Schema, with a library that does not run here. Take the object apart with Destructure, or check it in code.",
  in: { schema: "object", data: "object" },
  out: { result: "boolean", errors: "array" },
  run(call) {
    throw new SpellError(
      "not_configured",
      `${call.context.label}: checking an object against a JSON Schema is not supported. Take it apart with logic/object/destructure instead.`,
    );
  },
});

export const objectComponents: CatalogueEntry[] = [
  create,
  destructure,
  constant,
  equal,
  mergeDeep,
  path("object"),
  path("string"),
  path("integer"),
  assocPath,
  validate,
];
