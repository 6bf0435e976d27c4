/**
 * `POST run` beside what one would build without us: an express and socket.io server that runs the same spell in process, with vm2
 * for Code as such servers had it, and a LangGraph.js graph behind Hono on Node. Each server has a process of its own.
 */
import { findListener } from "../scripts/processes.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { codes, echoes } from "./drawn.ts";
import { report, type Row } from "./report.ts";
import { startServer } from "./servers/serve.ts";
import { type Asked, inTurns, type Measured, ratioOf } from "./turns.ts";

const rounds = Number(process.env.R ?? 5);

const spells = {
  "10 nodes": echoes(10, { durability: "group" }),
  "100 nodes": echoes(100, { durability: "group" }),
  "10 Code": codes(10, { durability: "group" }),
};
type SpellName = keyof typeof spells;
const idOf = (name: string): string => name.replace(" ", "-").toLowerCase();
/** What a run gives, so that nobody is timed who does something else. */
const expected: Record<SpellName, unknown> = { "10 nodes": "1", "100 nodes": "1", "10 Code": 11 };
const requests: Record<SpellName, number> = { "10 nodes": 2000, "100 nodes": 1000, "10 Code": 300 };

const secret = randomSecret();
const headers = {
  authorization: `Bearer ${await signToken({ AUTH_SECRET: secret }, "bench", 1)}`,
  "content-type": "application/json",
};
const body = JSON.stringify({ inputs: { text: "1" } });
const byId = Object.fromEntries(Object.entries(spells).map(([name, spell]) => [idOf(name), spell]));
const own = await startRuntime({ vars: { AUTH_SECRET: secret } });
const socketIo = await startServer("socket-io.ts", secret, byId);
const langGraph = await startServer("langgraph.ts", secret, byId);
const ownPid = findListener(Number(new URL(own.url).port))?.pid ?? 0;

try {
  for (const [id, spell] of Object.entries(byId)) {
    const saved = await fetch(`${own.url}/spells/${id}`, {
      method: "PUT",
      headers,
      body: JSON.stringify(spell),
    });
    if (!saved.ok) throw new Error(await saved.text());
  }
  const rows: Row[] = [];
  for (const name of Object.keys(spells) as SpellName[])
    for (const connections of [1, 8]) {
      rows.push(await compare(name, connections));
      console.error(rows.at(-1));
    }
  report({
    name: "http-peers",
    question: "A run by HTTP, beside servers that one would build without us",
    tables: [{ rows }],
    notes: [
      `${rounds} rounds a row, the servers in turn, the ratio taken round by round; \`durability: group\`; nobody is connected to the sockets. The load generator shares the processors with the servers: read the ratios, and the µs of the server's own processor a run.`,
      "The in-process server keeps no journal, has no limits and forgets a run with its answer; its Code runs in vm2, ours in QuickJS. LangGraph's nodes pass a text on; it has no Code.",
      "Aims: at 100 nodes no slower than the in-process server, with Code three times as fast.",
    ],
    packages: ["workerd", "express", "socket.io", "vm2", "@langchain/langgraph", "@hono/node-server"],
  });
} finally {
  socketIo.close();
  langGraph.close();
  await own.close();
}

async function compare(name: SpellName, connections: number): Promise<Row> {
  const at = (server: string, url: string, pid: number): Asked => ({
    name: server,
    url: `${url}/spells/${idOf(name)}/run`,
    body,
    headers,
    pid,
  });
  const asked = [at("ours", own.url, ownPid), at("socket.io", socketIo.url, socketIo.pid)];
  if (name !== "10 Code") asked.push({ ...at("langgraph", langGraph.url, langGraph.pid), share: 0.03 });
  for (const { url, name: server } of asked) await check(url, expected[name], server);
  const count = requests[name];
  const results = await inTurns(asked, { rounds, requests: count, warmUp: count, connections });
  const of = (server: string): Measured | undefined => results.get(server);
  const ours = of("ours") as Measured;
  const beside = (server: string): string => {
    const other = of(server);
    return other === undefined ? "has no Code" : `${ratioOf(ours, other)}; ${Math.round(other.perSecond)} /s`;
  };
  const times = (server: string): string => {
    const one = of(server);
    return one === undefined ? "" : `${one.p50.toFixed(2)} / ${one.p99.toFixed(2)}`;
  };
  const us = (server: string): string => of(server)?.processorUs.toFixed(0) ?? "";
  return {
    spell: name,
    connections,
    "ours, runs/s": Math.round(ours.perSecond),
    "× socket.io in process": beside("socket.io"),
    "× LangGraph on Hono": beside("langgraph"),
    "p50 / p99 ms: ours": times("ours"),
    "socket.io": times("socket.io"),
    "processor µs a run: ours, socket.io, LangGraph": [us("ours"), us("socket.io"), us("langgraph")].join(
      ", ",
    ),
  };
}

async function check(url: string, wanted: unknown, server: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers, body });
  const answer = (await response.json()) as { outputs?: { said?: unknown } };
  if (answer.outputs?.said !== wanted)
    throw new Error(`${server} gave ${JSON.stringify(answer)} and not ${JSON.stringify(wanted)}.`);
}
