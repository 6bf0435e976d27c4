/** Nodes that wait. The flow that reached them goes on meanwhile; what they fire comes later, in a flow of its own. */
import type { NodeOutcome } from "../../engine/component.ts";
import type { JsonObject } from "../../protocol/values.ts";
import type { CatalogueEntry } from "../define.ts";
import { type BehaveCall, behaveComponent } from "./behave-component.ts";

const category = "Behave/Time";

/** A day; what waits longer is the business of a schedule. */
const maxWaitMs = 86_400_000;

const waitOf = (ms: number): number => (ms > 0 ? Math.min(ms, maxWaitMs) : 0);

/**
 * A timer takes two visits: the one that the trigger made notes that it runs and asks for another at once, which waits.
 * The note tells triggers that come meanwhile that it is running; without it they would see no more than what the last
 * finished visit left. `turn` is the number of the visit that waits, `round` grows with each start and cancel.
 */
interface Note {
  isRunning: boolean;
  turn: number;
  round: number;
}

const noteOf = (memory: JsonObject): Note => ({
  isRunning: memory.isRunning === true,
  turn: Number(memory.turn ?? 0),
  round: Number(memory.round ?? 0),
});

const keep = (note: Note, more: NodeOutcome = { fired: [] }): NodeOutcome => ({
  ...more,
  outputs: { ...note },
});

/** `12` of the visit `3.12`: in a sub-spell the visits of its caller stand before. */
const turnOf = ({ context: { visit } }: BehaveCall): number =>
  Number(visit.slice(visit.lastIndexOf(".") + 1));

function start(call: BehaveCall): NodeOutcome {
  const { round } = noteOf(call.previous);
  return keep({ isRunning: true, turn: turnOf(call) + 1, round: round + 1 }, { fired: [], again: true });
}

/** Waits, then fires unless another round has begun. */
async function wait(call: BehaveCall, ms: number): Promise<NodeOutcome> {
  const { round } = noteOf(call.previous);
  await call.context.sleep(waitOf(ms));
  const now = noteOf(call.previous);
  // What came meanwhile has noted it; a round that a later note of ours hid is still of a lower number.
  if (now.round > round) return keep(now);
  return keep({ ...now, isRunning: false }, { fired: ["flow"] });
}

const isWaiting = (call: BehaveCall): boolean => {
  const { isRunning, turn } = noteOf(call.previous);
  return isRunning && turn === turnOf(call);
};

/** A cancelled timer fires no more, whatever it still waits for. */
function cancel(call: BehaveCall): NodeOutcome {
  const note = noteOf(call.previous);
  return keep(note.isRunning ? { ...note, isRunning: false, round: note.round + 1 } : note);
}

const delay = behaveComponent({
  name: "time/delay",
  aliases: ["flow/delay"],
  category,
  help: "Fires after that many seconds. Triggers that come while it waits are ignored.",
  in: { flow: "flow", duration: { type: "float", default: 1 } },
  out: { flow: "flow" },
  remembers: true,
  detached: true,
  run(call) {
    if (isWaiting(call)) return wait(call, call.number("duration") * 1000);
    const note = noteOf(call.previous);
    return note.isRunning ? keep(note) : start(call);
  },
});

const throttle = behaveComponent({
  name: "flow/throttle",
  category,
  help: "Fires that many seconds after a trigger. Triggers that come while it waits are ignored; 'cancel' calls it off.",
  in: { flow: "flow", duration: { type: "float", default: 1 }, cancel: "flow" },
  out: { flow: "flow" },
  remembers: true,
  detached: true,
  run(call) {
    if (call.trigger === "cancel") return cancel(call);
    if (isWaiting(call)) return wait(call, call.number("duration") * 1000);
    const note = noteOf(call.previous);
    return note.isRunning ? keep(note) : start(call);
  },
});

const debounce = behaveComponent({
  name: "flow/debounce",
  category,
  help: "Fires once no trigger has come for that many seconds: each trigger begins the waiting anew, 'cancel' calls it off.",
  in: { flow: "flow", waitDuration: "float", cancel: "flow" },
  out: { flow: "flow" },
  remembers: true,
  detached: true,
  run(call) {
    if (call.trigger === "cancel") return cancel(call);
    return isWaiting(call) ? wait(call, call.number("waitDuration") * 1000) : start(call);
  },
});

const pause = behaveComponent({
  name: "flow/wait",
  category,
  help: "Fires 'done' after that many milliseconds.",
  in: { flow: "flow", milliseconds: { type: "integer", default: 1000 } },
  out: { done: "flow" },
  async run(call) {
    await call.context.sleep(waitOf(call.count("milliseconds")));
    return {};
  },
});

const now = behaveComponent({
  name: "time/now",
  category,
  help: "Gives the seconds since 1970, with their fraction.",
  out: { result: "float" },
  run: (call) => ({ outputs: { result: call.context.now / 1000 } }),
});

export const timerComponents: CatalogueEntry[] = [delay, throttle, debounce, pause, now];
