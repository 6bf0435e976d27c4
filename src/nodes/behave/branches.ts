/** Nodes that choose which way a flow goes on. */
import type { Json } from "../../protocol/values.ts";
import type { CatalogueEntry } from "../define.ts";
import { failed } from "../inputs.ts";
import { behaveComponent, type BehaveCall } from "./behave-component.ts";

const category = "Behave/Flow";

const branch = behaveComponent({
  name: "flow/branch",
  category,
  help: "Fires 'true' where the condition is true, else 'false'.",
  in: { flow: "flow", condition: "boolean" },
  out: { true: "flow", false: "flow" },
  run: (call) => ({ fired: [call.flag("condition") ? "true" : "false"] }),
});

const sequence = behaveComponent({
  name: "flow/sequence",
  category,
  help: "Fires its outputs 1, 2, 3, … one after the other: each when all that the one before set off is over.",
  in: { flow: "flow" },
  isDynamic: true,
  run: () => ({}),
});

/**
 * The first output whose case is `selection`. Cases are inputs of the outputs' names where the node counts them, else the
 * names themselves.
 */
function chosen(
  call: BehaveCall,
  selection: Json,
  caseOf: (name: string, isCounted: boolean) => Json,
): string {
  const isCounted = (call.configuration.numCases ?? null) !== null;
  const names = call.context.node.next.map(([name]) => name).filter((name) => name !== "default");
  return names.find((name) => caseOf(name, isCounted) === selection) ?? "default";
}

const switchOnString = behaveComponent({
  name: "flow/switch/string",
  category,
  help: "Fires the first output whose case equals the selection, else 'default'. The cases are the inputs 1, 2, … or, in older spells, the outputs' names.",
  in: { flow: "flow", selection: "string" },
  out: { default: "flow" },
  isDynamic: true,
  run: (call) => ({
    fired: [chosen(call, call.text("selection"), (name, isCounted) => (isCounted ? call.text(name) : name))],
  }),
});

const switchOnInteger = behaveComponent({
  name: "flow/switch/integer",
  category,
  help: "Fires the first output whose case equals the selected whole number, else 'default'. The cases are the inputs 1, 2, … or, in older spells, the outputs' names.",
  in: { flow: "flow", selection: "integer" },
  out: { default: "flow" },
  isDynamic: true,
  run: (call) => {
    const caseOf = (name: string, isCounted: boolean): Json =>
      isCounted ? call.value(name, "integer") : Number(name);
    return { fired: [chosen(call, call.value("selection"), caseOf)] };
  },
});

const switchOnText = behaveComponent({
  name: "flow/switch",
  category,
  help: "Fires the output whose name is the text, without blanks around it; 'default' where none is.",
  in: { flow: "flow", string: "string" },
  out: { default: "flow" },
  isDynamic: true,
  run(call) {
    const text = call.text("string").trim();
    const isOutput = call.context.node.next.some(([name]) => name === text);
    return { fired: [isOutput ? text : "default"] };
  },
});

const split = behaveComponent({
  name: "flow/split",
  category,
  help: "Fires 'flow1', then 'flow2', then 'done', each when all that the one before set off is over.",
  in: { flow: "flow" },
  out: { flow1: "flow", flow2: "flow", done: "flow" },
  run: () => ({}),
});

const flipFlop = behaveComponent({
  name: "flow/flipFlop",
  category,
  help: "Fires 'on' and 'off' in turn, 'on' first, and tells which.",
  in: { flow: "flow" },
  out: { on: "flow", off: "flow", isOn: "boolean" },
  remembers: true,
  run(call) {
    const isOn = call.previous.isOn !== true;
    return { outputs: { isOn }, fired: [isOn ? "on" : "off"] };
  },
});

const multiGate = behaveComponent({
  name: "flow/multiGate",
  category,
  help: "Fires its outputs in turn, one at each trigger, from the start index on (0 is the first). After the last it begins again where 'loop' is true, else it fires no more. 'reset' goes back to the first.",
  in: {
    flow: "flow",
    reset: "flow",
    loop: "boolean",
    startIndex: "integer",
  },
  out: { "1": "flow", "2": "flow", "3": "flow" },
  remembers: true,
  run(call) {
    if (call.trigger === "reset") return { outputs: { next: 0 }, fired: [] };
    const outputs = call.context.node.next.map(([name]) => name);
    const next = Number(call.previous.next ?? call.count("startIndex"));
    const index = call.flag("loop") ? next % outputs.length : next;
    const output = outputs[index];
    return { outputs: { next: index + 1 }, fired: output === undefined ? [] : [output] };
  },
});

const gate = behaveComponent({
  name: "flow/gate",
  category,
  help: "Lets the flow pass while it is open. 'open', 'close' and 'toggle' set it; it starts open unless 'startClosed' is true.",
  in: {
    flow: "flow",
    open: "flow",
    close: "flow",
    toggle: "flow",
    // Open unless told: so Magick had it, where the original package starts closed. The same holds for MultiGate's 'loop'.
    startClosed: "boolean",
  },
  out: { flow: "flow" },
  remembers: true,
  run(call) {
    const { isClosed: before } = call.previous;
    const wasClosed = typeof before === "boolean" ? before : call.flag("startClosed");
    switch (call.trigger) {
      case "open":
        return { outputs: { isClosed: false }, fired: [] };
      case "close":
        return { outputs: { isClosed: true }, fired: [] };
      case "toggle":
        return { outputs: { isClosed: !wasClosed }, fired: [] };
      default:
        return { outputs: { isClosed: wasClosed }, fired: wasClosed ? [] : ["flow"] };
    }
  },
});

const expectTrue = behaveComponent({
  name: "debug/expectTrue",
  category: "Behave/Debug",
  help: "Goes on where the condition is true; else the run fails with the description.",
  in: { flow: "flow", condition: "boolean", description: "string" },
  out: { flow: "flow" },
  run(call) {
    if (call.flag("condition")) return {};
    const description = call.text("description");
    throw failed(call.context, `the condition is not true${description === "" ? "." : `: ${description}`}`);
  },
});

export const branchComponents: CatalogueEntry[] = [
  branch,
  sequence,
  switchOnString,
  switchOnInteger,
  switchOnText,
  split,
  flipFlop,
  multiGate,
  gate,
  expectTrue,
];
