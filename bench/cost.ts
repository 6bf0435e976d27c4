/** What 1 000 runs cost on Cloudflare, from operations that were counted, for typical spells. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWorker } from "../scripts/build-worker.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { startOpenAiServer } from "../test/helpers/openai-server.ts";
import { codes, echoes, prompted } from "./drawn.ts";
import { load } from "./load.ts";
import { report, type Row } from "./report.ts";
import { modulesOfWorker } from "./sides.ts";

const runs = 1000;
const connections = 4;

/** USD a million, beyond what a plan includes; read in November 2026. */
const prices = {
  // https://developers.cloudflare.com/workers/platform/pricing/
  requests: 0.3,
  // https://developers.cloudflare.com/durable-objects/platform/pricing/
  objectRequests: 0.15,
  gigabyteSeconds: 12.5,
  rowsRead: 0.001,
  rowsWritten: 1,
};
/** What an object that is awake is billed with. */
const gigabytes = 0.128;

const spells = {
  "ten pure nodes": echoes(10),
  "the same, group": echoes(10, { durability: "group" }),
  "100 pure nodes": echoes(100),
  "ten Code nodes": codes(10),
  "one prompt to a model": prompted(),
};

interface Counted {
  requests: number;
  objectRequests: number;
  d1Queries: number;
  objectMs: number;
  rowsRead: number;
  rowsWritten: number;
}

const folder = mkdtempSync(join(tmpdir(), "bench-cost-"));
const provider = await startOpenAiServer();
const vars = {
  AUTH_SECRET: randomSecret(),
  OPENAI_BASE_URL: `${provider.url}/v1`,
  OPENAI_API_KEY: "a-key-that-only-benches-know",
};
const headers = {
  authorization: `Bearer ${await signToken(vars, "bench", 1)}`,
  "content-type": "application/json",
};
const build = await buildWorker();
const runtime = await startRuntime({
  vars,
  dataDir: join(folder, "data"),
  build: { ...build, modulesDir: await modulesOfWorker("bench/workers/counted.ts", join(folder, "modules")) },
});
const counted = async (): Promise<Counted> =>
  (await (await fetch(`${runtime.url}/counted`)).json()) as Counted;

try {
  const rows: Row[] = [];
  for (const [name, spell] of Object.entries(spells)) rows.push(await cost(name, spell));
  report({
    name: "cost",
    question: "What 1 000 runs cost on Cloudflare, from counted operations",
    tables: [{ rows }],
    notes: [
      `${runs} runs a row over ${connections} connections, warm, nobody watching, with what looks after the journal. Rows count those of indexes, as the bill does. Seconds are those in which a call of the object was under way here; of a model's answer it is all of it, so a model that takes 2 s makes 2 000 s.`,
      `Prices beyond what a plan includes: requests ${prices.requests}, requests of objects ${prices.objectRequests}, ${prices.gigabyteSeconds} for GB-s (an object has ${gigabytes} GB), rows written ${prices.rowsWritten}, rows read ${prices.rowsRead} USD a million. The processor of the Worker is not in it: 0.02 USD a million ms.`,
      "A lone run with `durability: group` keeps its object awake for up to 0.9 s, until it is written: it pays where runs come often.",
    ],
    packages: ["workerd"],
  });
} finally {
  await runtime.close();
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
}

async function cost(name: string, spell: unknown): Promise<Row> {
  const id = name.replaceAll(/\W+/g, "-");
  const saved = await fetch(`${runtime.url}/spells/${id}`, {
    method: "PUT",
    headers,
    body: JSON.stringify(spell),
  });
  if (!saved.ok) throw new Error(await saved.text());
  const go = (requests: number) =>
    load({
      url: `${runtime.url}/spells/${id}/run`,
      body: JSON.stringify({ inputs: { text: "1" } }),
      headers,
      connections,
      requests,
    });
  await go(connections);
  await counted();
  await go(runs);
  // What is held back for the group is written within a second.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { requests, objectRequests, d1Queries, objectMs, rowsRead, rowsWritten } = await counted();
  const seconds = objectMs / 1000;
  const usd =
    (requests * prices.requests +
      objectRequests * prices.objectRequests +
      seconds * gigabytes * prices.gigabyteSeconds +
      rowsRead * prices.rowsRead +
      rowsWritten * prices.rowsWritten) /
    1e6;
  return {
    spell: name,
    requests,
    "requests of objects": objectRequests,
    "rows written": rowsWritten,
    "rows read": rowsRead,
    "D1 queries": d1Queries,
    "object awake, s": seconds.toFixed(2),
    "USD a 1 000 runs": usd.toFixed(4),
    "a million runs": (usd * 1000).toFixed(2),
  };
}
