/** `spell play` and `spell pause`: the sources of a spell. */
import type { Runner } from "../../lib/client.ts";
import { serverCommand, table, timeOf } from "../server-command.ts";

export const play = serverCommand(
  { name: "play", description: "Start the sources of a spell: each firing is a run", positionals: ["ID"] },
  {},
  async ({ client, session, argument, print }) => {
    const runner = await client.play(argument(0), { session });
    print(runner, () => linesOf(runner));
  },
);

export const pause = serverCommand(
  { name: "pause", description: "Stop the sources of a spell; what runs goes on", positionals: ["ID"] },
  {},
  async ({ client, session, argument, print }) => {
    const runner = await client.pause(argument(0), { session });
    print(runner, () => linesOf(runner));
  },
);

const linesOf = ({ playing, sources, waiting }: Runner): string[] => [
  `${playing ? "Playing" : "Paused"}, ${waiting} firings wait.`,
  ...table(
    sources.map(({ nodeId, name, kind, nextAt, hook }) => [
      nodeId,
      kind,
      name,
      nextAt === undefined ? (hook ?? "") : `next ${timeOf(nextAt)}`,
    ]),
  ),
];
