/**
 * How much of the speed of a bare object does a warm run keep? Ten pure nodes by HTTP, journaled, against the same host,
 * route, body and token with an object that writes one row. The two take turns, so that both meet the same machine.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { buildWorker } from "../scripts/build-worker.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { runWrangler } from "../scripts/wrangler.ts";
import { load } from "./load.ts";
import { median, report } from "./report.ts";

const rounds = 7;
const requests = 3000;
const warmUp = 2000;

/** Trigger In, Universal Input, seven Echoes and an Output. */
function tenNodes(): unknown {
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
  return { format: "spellrunner@1", name: "ten", nodes, edges };
}

async function bareBuild(folder: string) {
  const { code, output } = await runWrangler(
    ["deploy", "bench/workers/bare.ts", "--dry-run", "--outdir", folder],
    { show: false },
  );
  if (code !== 0) throw new Error(output);
  for (const name of readdirSync(folder))
    if (![".js", ".wasm"].includes(extname(name))) rmSync(join(folder, name));
  return { ...(await buildWorker()), modulesDir: folder };
}

const folder = mkdtempSync(join(tmpdir(), "bench-bare-"));
const vars = { AUTH_SECRET: randomSecret() };
const token = await signToken(vars, "bench", 1);
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
const body = JSON.stringify({ inputs: { text: "hello" } });
const runtimes = {
  spell: await startRuntime({ vars }),
  bare: await startRuntime({ vars, build: await bareBuild(folder) }),
};
try {
  for (const { url } of Object.values(runtimes)) {
    const response = await fetch(`${url}/spells/ten`, {
      method: "PUT",
      headers,
      body: JSON.stringify(tenNodes()),
    });
    if (!response.ok) throw new Error(await response.text());
  }
  const measure = (side: keyof typeof runtimes, count: number, connections: number) =>
    load({ url: `${runtimes[side].url}/spells/ten/run`, body, headers, connections, requests: count });
  const rows = [];
  for (const connections of [1, 8]) {
    await measure("bare", warmUp, connections);
    await measure("spell", warmUp, connections);
    const ratios: number[] = [];
    const kept: Record<keyof typeof runtimes, Awaited<ReturnType<typeof measure>>[]> = {
      spell: [],
      bare: [],
    };
    for (let round = 0; round < rounds; round++) {
      const first = round % 2 === 0 ? ("spell" as const) : ("bare" as const);
      const second = first === "spell" ? ("bare" as const) : ("spell" as const);
      kept[first].push(await measure(first, requests, connections));
      kept[second].push(await measure(second, requests, connections));
      ratios.push((kept.spell.at(-1)?.perSecond ?? 0) / (kept.bare.at(-1)?.perSecond ?? 1));
    }
    const of = (side: keyof typeof runtimes, key: "perSecond" | "p50" | "p99") =>
      median(kept[side].map((result) => result[key]));
    rows.push({
      connections,
      "spell, runs/s": Math.round(of("spell", "perSecond")),
      "bare, req/s": Math.round(of("bare", "perSecond")),
      "ratio (median)": median(ratios).toFixed(2),
      "ratio (min – max)": `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`,
      "spell p50 / p99, ms": `${of("spell", "p50").toFixed(2)} / ${of("spell", "p99").toFixed(2)}`,
      "bare p50 / p99, ms": `${of("bare", "p50").toFixed(2)} / ${of("bare", "p99").toFixed(2)}`,
    });
  }
  report({
    name: "http-run",
    question: "A warm run of ten pure nodes by HTTP, against an object that writes one row",
    tables: [{ rows }],
    notes: [
      `${rounds} rounds a row, the two sides in turn, ${requests} requests each; the ratio is taken round by round. Aim: at least 0.5.`,
      "The load generator shares the processors with the servers: read the ratios, not the rates.",
    ],
    packages: ["workerd"],
  });
} finally {
  await Promise.all(Object.values(runtimes).map((runtime) => runtime.close()));
  rmSync(folder, { recursive: true, force: true });
}
