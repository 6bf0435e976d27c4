/**
 * How many runs a second one hot spell makes when it is spread over sessions. Each run waits for a provider, as most do: one
 * runner has 16 runs at once, so that one session can make 16 for each time that the provider takes, whatever the machine.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { median, report, type Row } from "./report.ts";

const providerMs = 2000;
const clients = 64;
const secondsARow = 10;
const sessionCounts = [1, 2, 4];

const provider = createServer((request, response) => {
  const answer = (): void => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ choices: [{ text: "snow", finish_reason: "stop" }] }));
  };
  request.resume().on("end", () => setTimeout(answer, providerMs));
});
await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
const vars = {
  AUTH_SECRET: randomSecret(),
  OPENAI_BASE_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
};
const headers = { authorization: `Bearer ${await signToken(vars, "bench", 1)}` };
const runtime = await startRuntime({ vars });

const spell = {
  format: "spellrunner@1",
  name: "Hot",
  nodes: {
    s: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    g: { component: "Generator", position: [200, 0], data: { fewshot: "A word for winter:" } },
    o: { component: "Output", position: [400, 0], data: { name: "said" } },
  },
  edges: {
    e1: { from: ["s", "trigger"], to: ["g", "trigger"] },
    e2: { from: ["g", "trigger"], to: ["o", "trigger"] },
    e3: { from: ["g", "result"], to: ["o", "input"] },
  },
};

async function run(session: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${runtime.url}/spells/hot/run?session=${session}`, {
    method: "POST",
    headers,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return performance.now() - started;
}

async function rowOf(sessions: number): Promise<Row> {
  const names = Array.from({ length: sessions }, (_, i) => `part-${i}`);
  await Promise.all(names.map(run));
  const times: number[] = [];
  const started = performance.now();
  const client = async (n: number): Promise<void> => {
    for (let i = n; performance.now() - started < secondsARow * 1000; i += clients)
      times.push(await run(names[i % sessions] ?? ""));
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n)));
  const seconds = (performance.now() - started) / 1000;
  return {
    sessions,
    "runs/s": (times.length / seconds).toFixed(0),
    "most that 16 at once allow": ((16 * sessions * 1000) / providerMs).toFixed(0),
    "p50, ms": median(times).toFixed(0),
  };
}

try {
  const response = await fetch(`${runtime.url}/spells/hot`, {
    method: "PUT",
    headers,
    body: JSON.stringify(spell),
  });
  if (!response.ok) throw new Error(await response.text());
  const rows: Row[] = [];
  for (const sessions of sessionCounts) rows.push(await rowOf(sessions));
  report({
    name: "sessions",
    question: "How many runs a second does a hot spell make, spread over sessions?",
    tables: [{ rows }],
    notes: [
      `${clients} callers, each with one run at a time, ${secondsARow} s a row. The provider answers after ${providerMs} ms.`,
      "Callers and provider share the processors with the server.",
    ],
    packages: ["workerd"],
  });
} finally {
  await runtime.close();
  provider.closeAllConnections();
  provider.close();
}
