/** Many connections to one runner, cut at random while runs go on, compared with the server's journal at the end. */
import { setTimeout as sleep } from "node:timers/promises";
import type { StampedEvent } from "../client/lib/index.ts";
import type { LiveServer } from "../test/helpers/live-server.ts";

export interface SoakReport {
  connections: number;
  cuts: number;
  runs: number;
  /** That each connection should have. */
  events: number;
  /** What was missing, doubled or out of order, a line each. */
  faults: string[];
}

/** A loop whose runs write some sixty events. */
const spell = {
  format: "spellrunner@1",
  nodes: {
    s: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    l: { component: "Universal Input", position: [0, 100], data: { name: "list" } },
    f: { component: "ForEach", position: [200, 0], data: {} },
    o: { component: "Output", position: [400, 100], data: { name: "last" } },
  },
  edges: {
    e1: { from: ["s", "trigger"], to: ["f", "act1"] },
    e2: { from: ["l", "output"], to: ["f", "array"] },
    e3: { from: ["f", "act"], to: ["o", "trigger"] },
    e4: { from: ["f", "element"], to: ["o", "input"] },
  },
};
const patienceMs = 60_000;

export async function soak(
  server: LiveServer,
  { connections: count, ms }: { connections: number; ms: number },
): Promise<SoakReport> {
  const direct = await server.client("soak");
  const cuttable = await server.client("soak", "cuttable");
  await direct.spells.put("soak", spell);
  const tabs = Array.from({ length: count }, () => {
    const connection = cuttable.connect("soak", { lastSeq: 0, minRetryMs: 20, maxRetryMs: 500 });
    const events: StampedEvent[] = [];
    connection.on("event", (event) => events.push(event));
    return { connection, events };
  });
  await Promise.all(tabs.map(({ connection }) => connection.live()));
  const runIds: string[] = [];
  let cuts = 0;
  const list = Array.from({ length: 20 }, (_, i) => `${i} ${"x".repeat(200)}`);
  for (const deadline = Date.now() + ms; Date.now() < deadline;) {
    runIds.push((await direct.run("soak", { inputs: { list } })).runId);
    for (let i = Math.floor((Math.random() * count) / 3); i >= 0; i -= 1) {
      server.proxy.cut("one");
      cuts += 1;
    }
    await sleep(Math.random() * 60);
  }
  const journal: StampedEvent[] = [];
  for (const runId of runIds)
    for await (const event of direct.runs.events("soak", runId)) journal.push(event);
  const last = journal.at(-1)?.seq ?? 0;
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(20))
    if (tabs.every(({ connection }) => (connection.lastSeq ?? 0) >= last)) break;
  const expected = JSON.stringify(journal);
  const faults = tabs.flatMap(({ connection, events }, i) => {
    connection.close();
    if (JSON.stringify(events) === expected) return [];
    return [`connection ${i}: ${differenceOf(events, journal)}`];
  });
  return { connections: count, cuts, runs: runIds.length, events: journal.length, faults };
}

function differenceOf(events: readonly StampedEvent[], journal: readonly StampedEvent[]): string {
  const at = journal.findIndex(({ seq }, i) => events[i]?.seq !== seq);
  return `${events.length} events of ${journal.length}; at ${at} it has seq ${events[at]?.seq}, the journal ${journal[at]?.seq}`;
}
