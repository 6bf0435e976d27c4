/** Loops. Those over numbers and lists know their iterations beforehand; the while loop is visited anew for each. */
import { itemSocketOf } from "../../graph/behave-sockets.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { CatalogueEntry } from "../define.ts";
import { behaveComponent } from "./behave-component.ts";

const category = "Behave/Flow";

/** A list of more indices is a mistake, and would fill the memory before the run is out of visits. */
const maxIterations = 1_000_000;

const forLoop = behaveComponent({
  name: "flow/forLoop",
  category,
  help: "Fires 'loopBody' for each whole number from the start index up to, but not including, the end index; then 'completed'.",
  in: { flow: "flow", startIndex: "integer", endIndex: "integer" },
  out: { loopBody: "flow", index: "integer", completed: "flow" },
  each: ["loopBody"],
  run(call) {
    const start = call.count("startIndex");
    const count = Math.max(0, call.count("endIndex") - start);
    if (count > maxIterations)
      throw new SpellError(
        "budget_exceeded",
        `${call.context.label} would make ${count} iterations; ${maxIterations} are allowed. Check its start and end index.`,
      );
    return { iterations: { count, outputs: { index: Array.from({ length: count }, (_, i) => start + i) } } };
  },
});

const forEach = behaveComponent({
  name: "flow/array/forEach",
  category,
  help: "Fires 'loopBody' for each item of the list, with the item and its place from 0; then 'completed'.",
  in: { flow: "flow", array: "array" },
  out: { completed: "flow", loopBody: "flow", index: "integer" },
  isDynamic: true,
  each: ["loopBody"],
  run(call) {
    const items = call.list("array");
    const { name } = itemSocketOf(call.configuration, "Array Item");
    return {
      iterations: { count: items.length, outputs: { index: items.map((_, i) => i), [name]: items } },
    };
  },
});

const whileLoop = behaveComponent({
  name: "flow/whileLoop",
  aliases: ["flow/while"],
  category,
  help: "Fires 'loopBody' as long as the condition is true, looked at anew before each turn; then 'completed'.",
  in: { flow: "flow", condition: "boolean" },
  out: { completed: "flow", loopBody: "flow" },
  run: (call) => (call.flag("condition") ? { fired: ["loopBody"], again: true } : { fired: ["completed"] }),
});

export const loopComponents: CatalogueEntry[] = [forLoop, forEach, whileLoop];
