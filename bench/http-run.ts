/**
 * How much of the speed of a bare object does a warm run keep? Ten pure nodes by HTTP, journaled, against the same host, route,
 * body and token with an object that answers a constant: after writing one row, and, for a spell whose runs are committed in
 * groups, without. The two take turns, so that both meet the same machine.
 */
import { findListener } from "../scripts/processes.ts";
import { echoes } from "./drawn.ts";
import { median, report, type Row } from "./report.ts";
import { type Side, startSides } from "./sides.ts";
import { inTurns, type Measured, ratioOf, ratiosOf } from "./turns.ts";

const rounds = 7;
const requests = 3000;
/** Until then the engine of JavaScript still compiles what is hot, on the other processor. */
const warmUp = 6000;
const aim = 0.8;

const sides = await startSides("bench/workers/bare.ts");
const { headers } = sides;
const body = JSON.stringify({ inputs: { text: "hello" } });
try {
  await sides.save("ten", echoes(10));
  await sides.save("ten-group", echoes(10, { durability: "group" }));
  const rows: Row[] = [];
  for (const [spell, what] of [
    ["ten", "turn, beside one row"],
    ["ten-group", "group, beside none"],
  ] as const)
    for (const connections of [1, 8]) rows.push({ durability: what, ...(await compare(spell, connections)) });
  report({
    name: "http-run",
    question: "A warm run of ten pure nodes by HTTP, against an object that answers a constant",
    tables: [{ rows }],
    notes: [
      `${rounds} rounds a row, the two sides in turn, ${requests} requests each; the ratio is taken round by round. Aim: at least ${aim}.`,
      "The load generator shares the processors with the servers: read the ratios, not the rates. The processor is the server's own, all its threads.",
      'Why not, where it is not: "What was found" in bench/README.md.',
    ],
    packages: ["workerd"],
  });
} finally {
  await sides.close();
}

async function compare(spell: string, connections: number): Promise<Row> {
  const asked = (["spell", "bare"] as const).map((side) => ({
    name: side,
    url: `${sides.urls[side]}/spells/${spell}/run`,
    body,
    headers,
    pid: findListener(Number(new URL(sides.urls[side]).port))?.pid ?? 0,
  }));
  const results = await inTurns(asked, { rounds, requests, warmUp, connections });
  const of = (side: Side): Measured => results.get(side) as Measured;
  const [ours, bare] = [of("spell"), of("bare")];
  const ratio = median(ratiosOf(ours, bare));
  const times = ({ p50, p99 }: Measured): string => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
  return {
    connections,
    "spell, runs/s": Math.round(ours.perSecond),
    "bare, req/s": Math.round(bare.perSecond),
    "ratio: median (least – most)": ratioOf(ours, bare),
    [`aim ${aim}`]: ratio >= aim ? "met" : `**not met**, by ${(aim - ratio).toFixed(2)}`,
    "spell p50 / p99, ms": times(ours),
    "bare p50 / p99, ms": times(bare),
    "processor µs: spell, bare": `${ours.processorUs.toFixed(0)}, ${bare.processorUs.toFixed(0)}`,
    "of the processor": (bare.processorUs / ours.processorUs).toFixed(2),
  };
}
