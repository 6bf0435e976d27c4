/** Values as texts of JSON, and back. */
import { itemSocketOf } from "../../graph/behave-sockets.ts";
import { emptyValue } from "../../graph/behave-values.ts";
import type { Json } from "../../protocol/values.ts";
import { bounded, checkLength } from "../bounds.ts";
import type { CatalogueEntry } from "../define.ts";
import { wrongKind } from "../inputs.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";

const category = "Behave/Objects";

/** Models wrap JSON into a fence and into talk, and leave a comma behind the last item. */
function looseJson(text: string): Json | undefined {
  const bare = text.replace(/```(?:json)?/gi, "").trim();
  const from = bare.search(/[[{]/);
  const to = Math.max(bare.lastIndexOf("}"), bare.lastIndexOf("]"));
  const inner = from >= 0 && to > from ? bare.slice(from, to + 1) : bare;
  for (const candidate of [text, bare, inner, inner.replace(/,(\s*[}\]])/g, "$1")]) {
    try {
      return JSON.parse(candidate) as Json;
    } catch {
      // The next one may do.
    }
  }
  return undefined;
}

const parse = behaveComponent({
  name: "action/json/parse",
  category,
  help: "Makes a value of a text of JSON; a fence of backticks, words around it and commas too many do not matter.",
  in: { json: "string", flow: "flow" },
  out: { object: "object", flow: "flow" },
  run(call) {
    const object = looseJson(call.text("json"));
    if (object === undefined) throw wrongKind(call.context, "json", "JSON", call.text("json"));
    return { outputs: { object: bounded(call.context, object) } };
  },
});

const stringify = behaveComponent({
  name: "action/json/stringify",
  category,
  help: "Makes JSON text of a value.",
  in: { flow: "flow" },
  out: { flow: "flow", string: "string" },
  isDynamic: true,
  run(call) {
    const { name, type } = itemSocketOf(call.configuration, "Item");
    return { outputs: { string: jsonText(call, call.value(name, type)) } };
  },
});

function jsonText(call: BehaveCall, value: Json): string {
  const text = JSON.stringify(value);
  checkLength(call.context, text.length);
  return text;
}

const toText = (type: "array" | "object"): CatalogueEntry =>
  behaveComponent({
    name: `math/toString/${type}`,
    category,
    help: `Gives ${type === "array" ? "a list" : "an object"} as JSON text.`,
    in: { a: type },
    out: { result: "string" },
    run: (call) => ({ outputs: { result: jsonText(call, call.value("a")) } }),
  });

const fromText = (name: string, type: "array" | "object"): CatalogueEntry =>
  behaveComponent({
    name,
    category,
    help: `Makes ${type === "array" ? "a list" : "an object"} of JSON text.`,
    in: { a: { type, default: emptyValue(type) } },
    out: { result: type },
    run: (call) => ({ outputs: { result: bounded(call.context, call.value("a")) } }),
  });

export const jsonComponents: CatalogueEntry[] = [
  parse,
  stringify,
  toText("array"),
  toText("object"),
  fromText("math/toArray/string", "array"),
  fromText("math/toObject/string", "object"),
];
