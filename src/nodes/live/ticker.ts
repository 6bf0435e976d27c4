import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { JsonObject } from "../../protocol/values.ts";
import { defineComponent, output, trigger } from "../define.ts";

const data = z.object({
  intervalMs: z.number().int().positive().max(3_600_000).default(1000),
  /** Ticks in all; without it they go on until the run ends. */
  count: z.number().int().nonnegative().max(100_000).nullish(),
});

export const ticker = defineComponent({
  name: "Ticker",
  aliases: [],
  category: "Flow",
  help: "Fires 'tick' at once and then after each interval, 'count' times; then 'done'. The next tick waits until the one before is over.",
  inputs: [trigger()],
  outputs: [trigger("tick"), output("index", "number"), output("at", "number"), trigger("done")],
  each: ["tick"],
  data,
  execute: (context, { intervalMs, count }) => ({
    stream: ticks(context, intervalMs, count ?? Number.POSITIVE_INFINITY),
  }),
});

async function* ticks(context: NodeContext, intervalMs: number, count: number): AsyncGenerator<JsonObject> {
  for (let index = 0; index < count && !context.isCancelled; index++) {
    if (index > 0) await context.sleep(intervalMs);
    yield { index, at: context.now };
  }
}
