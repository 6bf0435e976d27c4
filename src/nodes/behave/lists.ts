/** Lists. Nothing is changed in place: a node that changes a list gives a new one, and sets the variable that it belongs to. */
import { itemSocketOf } from "../../graph/behave-sockets.ts";
import { readSockets, listOf } from "../../graph/behave-graph.ts";
import type { NodeOutcome } from "../../engine/component.ts";
import type { Json } from "../../protocol/values.ts";
import { bounded } from "../bounds.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { sameJson } from "./same-json.ts";
import { type BehaveCall, behaveComponent, variableRef, type VariableRef } from "./behave-component.ts";
import { changeOf } from "./variables.ts";

const category = "Behave/Lists";
const data = { variable: variableRef.nullish() };

/** The values of the sockets that the author added, in their order. */
const added = (call: BehaveCall): Json[] =>
  readSockets(listOf(call.configuration.socketInputs)).map(({ name, type }) => call.value(name, type));

const create = behaveComponent({
  name: "action/array/create",
  category,
  help: "Makes a list of its inputs, in their order.",
  in: { flow: "flow" },
  out: { flow: "flow", array: "array" },
  isDynamic: true,
  run: (call) => ({ outputs: { array: bounded(call.context, added(call)) } }),
});

const made = behaveComponent({
  name: "logic/array/create",
  category,
  help: "Gives a list of its inputs, in their order.",
  out: { array: "array" },
  isDynamic: true,
  run: (call) => ({ outputs: { array: bounded(call.context, added(call)) } }),
});

const constant = behaveComponent({
  name: "logic/array",
  category,
  help: "Holds a list and gives it.",
  in: { a: "array" },
  out: { result: "array" },
  run: (call) => ({ outputs: { result: call.list("a") } }),
});

const access = behaveComponent({
  name: "logic/array/access",
  category,
  help: "Gives the item at place b of the list, 0 being the first; nothing where there is none.",
  in: { a: "array", b: "integer" },
  out: { result: "any" },
  run: (call) => ({ outputs: outputs({ result: call.list("a")[call.count("b")] }) }),
});

const includes = behaveComponent({
  name: "logic/array/includes",
  category,
  help: "Tells whether the list has an item that equals b.",
  in: { a: "array", b: { type: "any", default: "" } },
  out: { result: "boolean" },
  run(call) {
    const wanted = call.value("b");
    return { outputs: { result: call.list("a").some((item) => sameJson(item, wanted)) } };
  },
});

const length = behaveComponent({
  name: "logic/array/length",
  category,
  help: "Gives how many items a list has.",
  in: { a: "array" },
  out: { result: "integer" },
  run: (call) => ({ outputs: { result: call.list("a").length } }),
});

const equal = behaveComponent({
  name: "logic/equal/array",
  category,
  help: "Tells whether two lists have equal items in the same order.",
  in: { a: "array", b: "array" },
  out: { result: "boolean" },
  run: (call) => ({ outputs: { result: sameJson(call.list("a"), call.list("b")) } }),
});

const merge = behaveComponent({
  name: "logic/array/merge",
  category,
  help: "Gives the items of the first list, then those of the second.",
  in: { array1: "array", array2: "array" },
  out: { result: "array" },
  run: (call) => ({
    outputs: { result: bounded(call.context, [...call.list("array1"), ...call.list("array2")]) },
  }),
});

const concat = (name: string, aliases: string[], inputs: string[]): CatalogueEntry =>
  behaveComponent({
    name,
    aliases,
    category,
    help: "Gives the items of its lists, one list after the other.",
    in: Object.fromEntries(inputs.map((input) => [input, "array"])),
    out: { result: "array" },
    run: (call) => ({
      outputs: {
        result: bounded(
          call.context,
          inputs.flatMap((input) => call.list(input)),
        ),
      },
    }),
  });

const random = behaveComponent({
  name: "logic/array/randomElement",
  category,
  help: "Gives an item of the list by chance; nothing of an empty one.",
  in: { array: "array" },
  isDynamic: true,
  run(call) {
    const items = call.list("array");
    const item = items[Math.floor(Math.random() * items.length)];
    return { outputs: outputs({ [itemSocketOf(call.configuration, "Item").name]: item }) };
  },
});

/** Gives the list on, and to its variable where it belongs to one. */
function changed(variable: VariableRef | null | undefined, list: Json[]): NodeOutcome {
  return variable === undefined || variable === null
    ? {}
    : { state: changeOf(variable, list), fired: ["$changed", "flow"] };
}

const push = behaveComponent({
  name: "logic/array/push",
  category,
  setsState: true,
  help: "Gives the list with a further item at its end, and sets the variable that the list comes from. Without a list it collects its items from visit to visit.",
  in: { array: "array", flow: "flow" },
  out: { $changed: "flow", flow: "flow", array: "array" },
  isDynamic: true,
  remembers: true,
  data,
  run(call, { variable }) {
    const collected = call.previous.array;
    const before = !call.isConnected("array") && Array.isArray(collected) ? collected : call.list("array");
    const { name, type } = itemSocketOf(call.configuration, "Item");
    const item = call.value(name, type);
    const array = item === null ? before : bounded(call.context, [...before, item]);
    return { ...changed(variable, array), outputs: { array } };
  },
});

const remove = (
  name: string,
  which: string,
  end: (list: Json[]) => { item: Json | undefined; rest: Json[] },
) =>
  behaveComponent({
    name,
    category,
    setsState: true,
    help: `Takes the ${which} item off the variable that the list comes from, and gives it.`,
    in: { flow: "flow", array: "array" },
    out: { $changed: "flow", flow: "flow" },
    isDynamic: true,
    data,
    run(call, { variable }) {
      const { item, rest } = end(call.list("array"));
      return {
        ...changed(variable, rest),
        outputs: outputs({ [itemSocketOf(call.configuration, "Item").name]: item }),
      };
    },
  });

const clear = behaveComponent({
  name: "action/array/clear",
  category,
  setsState: true,
  help: "Gives an empty list, and empties the variable that the list comes from.",
  in: { flow: "flow", array: "array" },
  out: { $changed: "flow", flow: "flow", array: "array" },
  data,
  run: (_call, { variable }) => ({ ...changed(variable, []), outputs: { array: [] } }),
});

export const listComponents: CatalogueEntry[] = [
  create,
  made,
  constant,
  access,
  includes,
  length,
  equal,
  merge,
  concat("logic/concat/array/2", ["logic/concat/array"], ["a", "b"]),
  concat("logic/concat/array/3", [], ["a", "b", "c"]),
  random,
  push,
  remove("logic/array/removeFirst", "first", ([item, ...rest]) => ({ item, rest })),
  remove("logic/array/removeLast", "last", (list) => ({ item: list.at(-1), rest: list.slice(0, -1) })),
  clear,
];
