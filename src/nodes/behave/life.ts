/** Events of a spell's life, events that its author named, and its log. */
import type { LogEntry } from "../../engine/sandbox.ts";
import type { Json } from "../../protocol/values.ts";
import { type CatalogueEntry, outputs } from "../define.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";

const onStart = behaveComponent({
  name: "lifecycle/onStart",
  category: "Behave/Event",
  help: "Fires when a run begins that no message or other event starts.",
  out: { flow: "flow" },
  life: "start",
  run: () => ({}),
});

const onTick = behaveComponent({
  name: "lifecycle/onTick",
  aliases: ["lifecycles/onTick"],
  category: "Behave/Event",
  help: "Fires once in a run that no message or other event starts, when all that its start set off is over. Bind the spell to a schedule for ticks that come again.",
  out: { flow: "flow", deltaSeconds: "float" },
  life: "tick",
  run: () => ({ outputs: { deltaSeconds: 0 } }),
});

const onEnd = behaveComponent({
  name: "lifecycle/onEnd",
  category: "Behave/Event",
  help: "Fires last in a run that no message or other event starts.",
  out: { flow: "flow" },
  life: "end",
  run: () => ({}),
});

/** Parameters pass through both nodes of an event: the wires between them carry what the one that raised it was given. */
const passed = (call: BehaveCall): Record<string, Json | undefined> => {
  const { node } = call.context;
  return Object.fromEntries(node.outs.map(([, socket]) => [socket, call.given(socket)]));
};

const raise = behaveComponent({
  name: "customEvent/trigger",
  category: "Behave/Event",
  help: "Raises an event of the spell's own with values for its parameters. Whoever listens runs when the present flow is over, which goes on at once.",
  in: { flow: "flow" },
  out: { $event: "flow", flow: "flow" },
  isDynamic: true,
  run: (call) => ({ outputs: outputs(passed(call)) }),
});

const onRaised = behaveComponent({
  name: "customEvent/onTriggered",
  category: "Behave/Event",
  help: "Fires when an event of the spell's own is raised, and gives its parameters.",
  in: { $event: "flow" },
  out: { flow: "flow" },
  isDynamic: true,
  event: true,
  single: true,
  run: (call) => ({ outputs: outputs(passed(call)) }),
});

const levels: Record<string, LogEntry["level"]> = {
  verbose: "debug",
  info: "info",
  warning: "warn",
  error: "error",
};
const severity = { type: "string", default: "info", choices: Object.keys(levels) } as const;

const logged = (call: BehaveCall, text: string) => ({
  logs: [{ level: levels[call.text("severity")] ?? "info", text }],
});

const log = behaveComponent({
  name: "debug/log",
  category: "Behave/Debug",
  help: "Writes a text into the run's log.",
  in: { flow: "flow", text: "string", severity },
  out: { flow: "flow" },
  run: (call) => logged(call, call.text("text")),
});

const logObject = behaveComponent({
  name: "debug/log/object",
  category: "Behave/Debug",
  help: "Writes a text and an object as JSON into the run's log.",
  in: { flow: "flow", text: "string", severity, payload: "object" },
  out: { flow: "flow" },
  run: (call) => logged(call, `${call.text("text")} ${JSON.stringify(call.value("payload"))}`),
});

const logArray = behaveComponent({
  name: "debug/log/array",
  category: "Behave/Debug",
  help: "Writes a text and a list as JSON into the run's log.",
  in: { flow: "flow", text: "string", severity, payload: "array" },
  out: { flow: "flow" },
  run: (call) => logged(call, `${call.text("text")} ${JSON.stringify(call.value("payload"))}`),
});

export const lifeComponents: CatalogueEntry[] = [
  onStart,
  onTick,
  onEnd,
  raise,
  onRaised,
  log,
  logObject,
  logArray,
];
