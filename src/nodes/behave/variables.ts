/** Variables: they live in the run's state by their names, and start with what the spell says. */
import * as z from "zod";
import { emptyValue } from "../../graph/behave-values.ts";
import { isJsonObject, type Json, type JsonObject } from "../../protocol/values.ts";
import type { CatalogueEntry } from "../define.ts";
import { failed } from "../inputs.ts";
import { type BehaveCall, behaveComponent, variableRef, type VariableRef } from "./behave-component.ts";

const category = "Behave/Variables";
const data = { variable: variableRef.nullish() };
const manyData = { variables: z.array(variableRef).nullish() };
type Data = { variable?: VariableRef | null | undefined };

/** @throws SpellError `node_failed` where the node names no variable */
export function variableOf(call: BehaveCall, { variable }: Data): VariableRef {
  if (variable !== undefined && variable !== null) return variable;
  // Drawn by hand: the id says the name, the value its type.
  const { variableId } = call.configuration;
  const key = typeof variableId === "number" ? String(variableId) : variableId;
  if (typeof key === "string" && key !== "") return { key, type: "any" };
  throw failed(call.context, "names no variable. Choose one in its configuration.");
}

export function variableIn(state: JsonObject, { key, type, initial }: VariableRef): Json {
  const value = Object.hasOwn(state, key) ? state[key] : undefined;
  return value ?? initial ?? emptyValue(type);
}

/** As the state keeps it. */
export const changeOf = ({ key }: VariableRef, value: Json): JsonObject => Object.fromEntries([[key, value]]);

/** The value of an input as the variable's type has it. */
function valueFor(call: BehaveCall, variable: VariableRef, input: string): Json {
  return call.value(input, variable.type);
}

/** The one socket that a node has for its variable; named after it. */
function socketOf(call: BehaveCall, side: "socketInputs" | "socketOutputs", variable: VariableRef): string {
  const listed = call.configuration[side];
  const [first] = Array.isArray(listed) ? listed : [];
  const name = isJsonObject(first) ? (first.name ?? first.key) : undefined;
  return typeof name === "string" && name !== "" ? name : (variable.name ?? variable.key);
}

const get = behaveComponent({
  name: "variable/get",
  category,
  help: "Gives the value that a variable has now.",
  out: { value: "any" },
  volatile: true,
  data,
  run: (call, node) => ({ outputs: { value: variableIn(call.context.state, variableOf(call, node)) } }),
});

const set = behaveComponent({
  name: "variable/set",
  category,
  setsState: true,
  help: "Gives a variable a value.",
  in: { flow: "flow", value: "any" },
  out: { flow: "flow" },
  data,
  run(call, node) {
    const variable = variableOf(call, node);
    return { state: changeOf(variable, valueFor(call, variable, "value")) };
  },
});

const getNamed = behaveComponent({
  name: "variables/get",
  category,
  help: "Gives the value that a variable has now, at an output of the variable's name.",
  isDynamic: true,
  volatile: true,
  data,
  run(call, node) {
    const variable = variableOf(call, node);
    const value = variableIn(call.context.state, variable);
    return { outputs: Object.fromEntries([[socketOf(call, "socketOutputs", variable), value]]) };
  },
});

const setNamed = behaveComponent({
  name: "variables/set",
  category,
  setsState: true,
  help: "Gives a variable a value and passes it on, at sockets of the variable's name. Tells the nodes On Variable unless 'emitEvent' is off.",
  in: { flow: "flow" },
  out: { $changed: "flow", flow: "flow" },
  isDynamic: true,
  data,
  run(call, node) {
    const variable = variableOf(call, node);
    const value = valueFor(call, variable, socketOf(call, "socketInputs", variable));
    return {
      outputs: Object.fromEntries([[socketOf(call, "socketOutputs", variable), value]]),
      state: changeOf(variable, value),
    };
  },
});

const onChanged = behaveComponent({
  name: "variables/on",
  category,
  help: "Fires when a variable was set, and gives its value.",
  in: { $changed: "flow" },
  out: { flow: "flow" },
  isDynamic: true,
  event: true,
  data,
  run(call, node) {
    const variable = variableOf(call, node);
    const value = variableIn(call.context.state, variable);
    return { outputs: Object.fromEntries([[socketOf(call, "socketOutputs", variable), value]]) };
  },
});

const getMany = behaveComponent({
  name: "variables/getMany",
  category,
  help: "Gives the values that several variables have now, each at an output of its name.",
  isDynamic: true,
  volatile: true,
  data: manyData,
  run(call, { variables }) {
    const named = new Map((variables ?? []).map((variable) => [variable.name ?? variable.key, variable]));
    const values = call.context.node.outs.flatMap(([, socket]): [string, Json][] => {
      const variable = named.get(socket);
      return variable === undefined ? [] : [[socket, variableIn(call.context.state, variable)]];
    });
    return { outputs: Object.fromEntries(values) };
  },
});

const reset = behaveComponent({
  name: "variables/reset",
  category,
  setsState: true,
  help: "Gives all variables the values that they started with.",
  in: { flow: "flow" },
  out: { flow: "flow" },
  data: manyData,
  run: (_call, { variables }) => ({
    state: Object.fromEntries(
      (variables ?? []).map(({ key, type, initial }) => [key, initial ?? emptyValue(type)]),
    ),
  }),
});

export const variableComponents: CatalogueEntry[] = [get, set, getNamed, setNamed, onChanged, getMany, reset];
