import * as z from "zod";
import { defineComponent, output, outputs, trigger } from "../define.ts";
import { broughtObject } from "./source.ts";

/** An actor that is woken more often than this never sleeps, and has time for little else. */
const minIntervalMs = 100;
/** Thirty days. */
const maxIntervalMs = 2_592_000_000;

export const interval = defineComponent({
  name: "Interval",
  aliases: [],
  category: "I/O",
  help: "While the spell is played: starts a run after each interval, 'count' times or until pause. Gives the time at which it was due, its place from 0 on, and how many before it were missed while nothing ran.",
  inputs: [],
  outputs: [trigger(), output("at", "number"), output("index", "number"), output("missed", "number")],
  role: "source",
  data: z.object({
    name: z.string().nullish(),
    intervalMs: z.number().int().min(minIntervalMs).max(maxIntervalMs).default(1000),
    count: z.number().int().positive().nullish(),
  }),
  source: ({ intervalMs, count }) => ({
    kind: "interval",
    next: (after, fired) => (count != null && fired >= count ? undefined : after + intervalMs),
  }),
  execute(context) {
    const { at = context.now, index = 0, missed = 0 } = broughtObject(context);
    return { outputs: outputs({ at, index, missed }) };
  },
});
