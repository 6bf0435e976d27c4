/**
 * `npm run soak`: 30 connections for a minute while lines are cut at random and runs go on; every connection must have every
 * event once, in order. `--connections N --seconds N` for another measure; exit code 1 when an event is missing or doubled.
 */
import { startLiveServer } from "../test/helpers/live-server.ts";
import { SpellError } from "../src/protocol/errors.ts";
import { runCommand } from "./command.ts";
import { soak } from "./soak-connections.ts";

const numberOf = (option: string, otherwise: number): number => {
  const at = process.argv.indexOf(option);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};

await runCommand(async () => {
  const server = await startLiveServer();
  try {
    const report = await soak(server, {
      connections: numberOf("--connections", 30),
      ms: numberOf("--seconds", 60) * 1000,
    });
    console.log(
      `${report.connections} connections, ${report.cuts} cuts, ${report.runs} runs, ${report.events} events each: ${report.faults.length} faults`,
    );
    if (report.faults.length > 0) throw new SpellError("internal", report.faults.join("\n"));
  } finally {
    await server.close();
  }
});
