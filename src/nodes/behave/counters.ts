/** Nodes that count the triggers that reach them. What they counted is kept in their outputs from visit to visit. */
import type { JsonObject } from "../../protocol/values.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { behaveComponent } from "./behave-component.ts";

const category = "Behave/Flow";

const counter = behaveComponent({
  name: "flow/counter",
  category,
  help: "Counts the triggers and passes them on with their number. 'reset' begins again at 0 and fires nothing.",
  in: { flow: "flow", reset: "flow" },
  out: { flow: "flow", count: "integer" },
  remembers: true,
  run(call) {
    const { count: shown, counted = 0 } = call.previous;
    // The number that readers see stays until the next trigger.
    if (call.trigger === "reset") return { outputs: outputs({ count: shown, counted: 0 }), fired: [] };
    const count = Number(counted) + 1;
    return { outputs: { count, counted: count } };
  },
});

const doN = behaveComponent({
  name: "flow/doN",
  category,
  help: "Lets the first n triggers pass and tells how many passed before. 'reset' begins again.",
  in: { flow: "flow", n: { type: "integer", default: 1 }, reset: "flow" },
  out: { flow: "flow", count: "integer" },
  remembers: true,
  run(call) {
    const { count: shown, counted = 0 } = call.previous;
    if (call.trigger === "reset") return { outputs: outputs({ count: shown, counted: 0 }), fired: [] };
    const count = Number(counted);
    if (count >= call.count("n")) return { outputs: outputs({ count: shown, counted }), fired: [] };
    return { outputs: { count, counted: count + 1 } };
  },
});

const doOnce = behaveComponent({
  name: "flow/doOnce",
  category,
  help: "Lets one trigger pass, and one more after each 'reset'.",
  in: { flow: "flow", reset: "flow" },
  out: { flow: "flow" },
  remembers: true,
  run(call) {
    if (call.trigger === "reset") return { outputs: { isDone: false }, fired: [] };
    return { outputs: { isDone: true }, fired: call.previous.isDone === true ? [] : ["flow"] };
  },
});

const doOnceAsync = behaveComponent({
  name: "flow/doOnceAsync",
  category,
  help: "Lets one trigger pass, and one more after each 'reset', which fires 'onReset'.",
  in: { flow: "flow", reset: "flow" },
  out: { flow: "flow", onReset: "flow" },
  remembers: true,
  run(call) {
    if (call.trigger === "reset") return { outputs: { isDone: false }, fired: ["onReset"] };
    return { outputs: { isDone: true }, fired: call.previous.isDone === true ? [] : ["flow"] };
  },
});

const waitAll = behaveComponent({
  name: "flow/waitAll",
  category,
  help: "Fires once a trigger has come at each of its inputs 1, 2, 3, …; then no more, unless 'reset' begins again or 'autoReset' is true.",
  in: { reset: "flow", autoReset: "boolean" },
  out: { flow: "flow" },
  isDynamic: true,
  remembers: true,
  run(call) {
    if (call.trigger === "reset") return { outputs: {}, fired: [] };
    const came: JsonObject = { ...call.previous, [call.trigger]: true };
    const isComplete = Object.keys(came).length === inputsOf(call.configuration.numInputs);
    const isFirst = Object.keys(call.previous).length < Object.keys(came).length;
    if (!isComplete || !isFirst) return { outputs: came, fired: [] };
    return { outputs: call.flag("autoReset") ? {} : came };
  },
});

const inputsOf = (counted: unknown): number => {
  const count = Number(counted ?? 3);
  return Number.isInteger(count) && count >= 0 ? count : 3;
};

export const counterComponents: CatalogueEntry[] = [counter, doN, doOnce, doOnceAsync, waitAll];
