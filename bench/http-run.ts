/**
 * How much of the speed of a bare object does a warm run keep? Ten pure nodes by HTTP, journaled, against the same host, route,
 * body and token with an object that answers a constant: after writing one row, and, for a spell whose runs are committed in
 * groups, without. The two take turns, so that both meet the same machine.
 */
import { load } from "./load.ts";
import { median, report, type Row } from "./report.ts";
import { type Side, startSides } from "./sides.ts";

const rounds = 7;
const requests = 3000;
const warmUp = 2000;

/** Trigger In, Universal Input, seven Echoes and an Output. */
function tenNodes(durability: "turn" | "group"): unknown {
  const nodes: Record<string, unknown> = {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    text: { component: "Universal Input", position: [0, 50], data: { name: "text" } },
    out: { component: "Output", position: [900, 0], data: { name: "said" } },
  };
  const edges: Record<string, unknown> = {};
  const wire = (from: [string, string], to: [string, string]): void =>
    void (edges[`e${Object.keys(edges).length + 1}`] = { from, to });
  for (let i = 1; i <= 7; i++) {
    nodes[`echo${i}`] = { component: "Echo", position: [i * 100, 0], data: {} };
    wire([i === 1 ? "start" : `echo${i - 1}`, "trigger"], [`echo${i}`, "trigger"]);
    wire(i === 1 ? ["text", "output"] : [`echo${i - 1}`, "output"], [`echo${i}`, "source"]);
  }
  wire(["echo7", "trigger"], ["out", "trigger"]);
  wire(["echo7", "output"], ["out", "input"]);
  return { format: "spellrunner@1", name: "ten", nodes, edges, settings: { durability } };
}

const sides = await startSides("bench/workers/bare.ts");
const { headers } = sides;
const body = JSON.stringify({ inputs: { text: "hello" } });
try {
  await sides.save("ten", tenNodes("turn"));
  await sides.save("ten-group", tenNodes("group"));
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
      `${rounds} rounds a row, the two sides in turn, ${requests} requests each; the ratio is taken round by round. Aim: at least 0.8.`,
      "The load generator shares the processors with the servers: read the ratios, not the rates.",
    ],
    packages: ["workerd"],
  });
} finally {
  await sides.close();
}

async function compare(spell: string, connections: number): Promise<Row> {
  const measure = (side: Side, count: number) =>
    load({ url: `${sides.urls[side]}/spells/${spell}/run`, body, headers, connections, requests: count });
  await measure("bare", warmUp);
  await measure("spell", warmUp);
  const ratios: number[] = [];
  const kept: Record<Side, Awaited<ReturnType<typeof measure>>[]> = { spell: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (["spell", "bare"] as const) : (["bare", "spell"] as const);
    for (const side of order) kept[side].push(await measure(side, requests));
    ratios.push((kept.spell.at(-1)?.perSecond ?? 0) / (kept.bare.at(-1)?.perSecond ?? 1));
  }
  const of = (side: Side, key: "perSecond" | "p50" | "p99") =>
    median(kept[side].map((result) => result[key]));
  return {
    connections,
    "spell, runs/s": Math.round(of("spell", "perSecond")),
    "bare, req/s": Math.round(of("bare", "perSecond")),
    "ratio (median)": median(ratios).toFixed(2),
    "ratio (min – max)": `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`,
    "spell p50 / p99, ms": `${of("spell", "p50").toFixed(2)} / ${of("spell", "p99").toFixed(2)}`,
    "bare p50 / p99, ms": `${of("bare", "p50").toFixed(2)} / ${of("bare", "p99").toFixed(2)}`,
  };
}
