/** `spell replay`: a past run, run again here from its journal. */
import type { Playback } from "../../lib/playback.ts";
import { consolePlugin } from "../../lib/plugins/console-plugin.ts";
import { timingPlugin } from "../../lib/plugins/timing-plugin.ts";
import { serverCommand, table } from "../server-command.ts";

export const replay = serverCommand(
  {
    name: "replay",
    description: "Run a past run again here, from its journal: nothing is executed or called",
    positionals: ["ID", "RUN"],
  },
  {},
  async ({ client, session, argument, isJson }) => {
    const timing = timingPlugin();
    const plugins = isJson ? [] : [consolePlugin(), timing];
    const playback: Playback = await client.replay(argument(0), argument(1), { session, plugins });
    for (let step = playback.forward(); step !== null; step = playback.forward())
      // The plan is long, and is had elsewhere.
      if (isJson)
        console.log(
          JSON.stringify(step.type === "run.start" ? { type: step.type, start: step.start } : step),
        );
    if (isJson) return;
    const rows = timing.timings.map(({ nodeId, component, visits, totalMs }) => [
      nodeId,
      component,
      `${visits} visits`,
      `${Math.round(totalMs * 10) / 10} ms`,
    ]);
    for (const line of table(rows)) console.log(line);
  },
);
