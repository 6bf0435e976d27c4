/** A webhook to two nodes to its reply, as a caller sees it: requests a second, and how long one takes. */
import { findListener } from "../scripts/processes.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { hooked } from "./drawn.ts";
import { report, type Row } from "./report.ts";
import { inTurns } from "./turns.ts";

const rounds = 5;
const requests = 2000;

const vars = { AUTH_SECRET: randomSecret() };
const headers = {
  authorization: `Bearer ${await signToken(vars, "bench", 1)}`,
  "content-type": "application/json",
};
const runtime = await startRuntime({ vars });
const pid = findListener(Number(new URL(runtime.url).port))?.pid ?? 0;
const body = JSON.stringify({ text: "hello" });

/** Saves and plays a spell; gives the address of its webhook. */
async function played(id: string, document: unknown): Promise<string> {
  const address = `${runtime.url}/spells/${id}`;
  const saved = await fetch(address, { method: "PUT", headers, body: JSON.stringify(document) });
  if (!saved.ok) throw new Error(await saved.text());
  const answer = await fetch(`${address}/play`, { method: "POST", headers });
  const { sources = [] } = (await answer.json()) as { sources?: { hook?: string }[] };
  const url = `${runtime.url}${sources[0]?.hook ?? ""}`;
  const reply = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const text = await reply.text();
  if (!text.includes('"said":{"text":"hello"}')) throw new Error(`The webhook answered ${text}`);
  return url;
}

try {
  const url = await played("hooked", hooked());
  const rows: Row[] = [];
  for (const connections of [1, 8, 32]) {
    const asked = { name: "hook", url, body, headers: { "content-type": "application/json" }, pid };
    const result = (await inTurns([asked], { rounds, requests, warmUp: requests, connections })).get("hook");
    if (result === undefined) continue;
    rows.push({
      connections,
      "requests/s (median)": Math.round(result.perSecond),
      "least – most": `${Math.round(Math.min(...result.rates))} – ${Math.round(Math.max(...result.rates))}`,
      "p50, ms": result.p50.toFixed(2),
      "p99, ms": result.p99.toFixed(2),
      "processor, µs a request": result.processorUs.toFixed(0),
    });
  }
  report({
    name: "webhook",
    question: "A webhook to two nodes to its reply, one actor",
    tables: [{ rows }],
    notes: [
      `${rounds} rounds of ${requests} requests a row. Each is written twice before its reply leaves: as a firing that waits, and as the run that takes it. n8n publishes 220 requests a second for a webhook with two nodes, on one machine of its choice: https://docs.n8n.io/hosting/scaling/performance-benchmarking/`,
      "The load generator shares the processors with the server.",
    ],
    packages: ["workerd"],
  });
} finally {
  await runtime.close();
}
