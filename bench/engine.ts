/**
 * How fast is the engine, beside others and for itself? Pure graphs in one process, the engines in turn, each with its own
 * events on. `--profile` shows instead where ours spends its time and memory.
 */
import type { Cell } from "./engine/compare.ts";
import type { Peer, Shape } from "./peers/peer.ts";
import { report } from "./report.ts";

// Before the engines are loaded: one of them checks itself unless it knows.
process.env.NODE_ENV = "production";
const { allPeers } = await import("./peers/index.ts");
const { shapes } = await import("./peers/peer.ts");
const { compare, warmUpFor } = await import("./engine/compare.ts");
const { compileCosts, ownCosts } = await import("./engine/own.ts");
const { profile } = await import("./engine/profile.ts");
const { costOf, costRow, loadRow, speedRow, victories } = await import("./engine/tables.ts");
const { limitMs, tryAll } = await import("./engine/trials.ts");

const sizes = [10, 100, 1000, 10_000, 100_000];

if (process.argv.includes("--profile")) {
  // A run of ten nodes is mostly its beginning and end.
  await profile([["chain", 10], ...shapes.map((shape): [Shape, number] => [shape, 10_000])], 1500);
  process.exit(0);
}

const started = performance.now();
const seconds = (): string => `${Math.round((performance.now() - started) / 1000)} s`;
const peers = await allPeers();
const [ours, ...others] = peers.filter((peer) => peer.isBare !== true) as [Peer, ...Peer[]];
const [silent, ...bare] = peers.filter((peer) => peer.isBare === true) as [Peer, ...Peer[]];
const told = { ours, others };
const untold = { ours: silent, others: bare };

const trialsOf = await tryAll(
  peers.flatMap((peer) => shapes.map((shape) => ({ peer, shape }))),
  sizes,
);
console.error(`tried every engine, ${seconds()}`);
const cells: Cell[] = [];
for (const shape of shapes) {
  await warmUpFor(shape, peers, trialsOf);
  for (const n of sizes) cells.push(await compare(shape, n, peers, trialsOf));
  console.error(`compared: ${shape}, ${seconds()}`);
}
const costs = shapes.map((shape) => {
  const ofShape = cells.filter((cell) => cell.shape === shape);
  return costRow(
    shape,
    sizes,
    ofShape.map((cell) => costOf(cell, ours)),
  );
});
for (const { name, ns } of await ownCosts(sizes)) costs.push(costRow(name, sizes, ns));
const compiled = await compileCosts(100_000);

report({
  name: "engine",
  question: "How fast is the engine, beside others and for itself?",
  tables: [
    { rows: [...victories(cells, told), ...victories(cells, untold)] },
    {
      title: "How many times as fast ours is (median, least – most); nodes a second",
      rows: cells.map((cell) => speedRow(cell, [told, untold])),
    },
    {
      title: "Loading: ms; bytes a node when loaded + while its run is held",
      rows: cells.filter(({ n, shape }) => n >= 1000 && shape !== "loop").map((cell) => loadRow(cell, told)),
    },
    { title: "Does a visit cost the same in small and large graphs?", rows: costs },
    { title: "From a document to what runs, ms (median, least – most)", rows: compiled },
  ],
  notes: [
    `All times are of the processor (all threads of the process), which others that use the machine do not stretch. The engines take turns, up to 7 rounds, and the ratio is taken round by round; slow engines have 2 rounds. "over ${limitMs / 1000} s": loading and running once was stopped then, and larger sizes are not run. Every engine's number is checked first.`,
    "Aims: ours first in every row with its events on; 2 M visits a second; 100 000 nodes compiled within 1 000 ms; a visit as dear in large graphs as in small ones.",
    `All of it took ${seconds()}.`,
  ],
  packages: ["@behave-graph/core", "rete", "rete-engine", "@langchain/langgraph"],
});
// Some engines leave timers behind.
process.exit(0);
