/**
 * `POST run` beside what one would build without us: an express and socket.io server that runs the same spell in process, with vm2
 * for Code as such servers had it, and a LangGraph.js graph behind Hono on Node; and beside a bare object, for what the platform
 * itself takes. Once with nobody who looks on, once with an editor tab that is shown every node's result. Each server has a process
 * of its own.
 */
import { findListener } from "../scripts/processes.ts";
import { codes, echoes } from "./drawn.ts";
import { processorUs } from "./process-time.ts";
import { median, report, type Row } from "./report.ts";
import { startServer } from "./servers/serve.ts";
import { startSides } from "./sides.ts";
import { openTab } from "./tabs/open.ts";
import { type Asked, inTurns, type Measured, ratioOf, ratiosOf } from "./turns.ts";

const rounds = Number(process.env.R ?? 5);

interface Subject {
  spell: ReturnType<typeof echoes>;
  nodes: number;
  requests: number;
  /** What a run gives as `said`, so that nobody is timed who does something else. */
  expected: unknown;
  hasCode?: true;
  /** How many times as fast as the in-process server it is to be. */
  aim?: number;
}
const subjects = {
  "10 nodes": { spell: echoes(10, { durability: "group" }), nodes: 10, requests: 1500, expected: "1" },
  "100 nodes": {
    spell: echoes(100, { durability: "group" }),
    nodes: 100,
    requests: 700,
    expected: "1",
    aim: 1,
  },
  "10 Code": {
    spell: codes(10, { durability: "group" }),
    nodes: 13,
    requests: 120,
    expected: 11,
    hasCode: true,
    aim: 3,
  },
} satisfies Record<string, Subject>;
type Name = keyof typeof subjects;
const idOf = (name: string): string => `${name.replace(" ", "-").toLowerCase()}-group`;
const spells = Object.fromEntries(Object.entries(subjects).map(([name, { spell }]) => [idOf(name), spell]));

const sides = await startSides("bench/workers/bare.ts");
const { headers, secret, urls } = sides;
const body = JSON.stringify({ inputs: { text: "1" } });
const socketIo = await startServer("socket-io.ts", secret, spells);
const langGraph = await startServer("langgraph.ts", secret, spells);
const pidOf = (url: string): number => findListener(Number(new URL(url).port))?.pid ?? 0;
const servers = {
  ours: { url: urls.spell, pid: pidOf(urls.spell) },
  "socket.io": socketIo,
  langgraph: langGraph,
  bare: { url: urls.bare, pid: pidOf(urls.bare) },
};
type Server = keyof typeof servers;

/** For each aim: whether it is met, or by how much it is not. */
const verdicts: string[] = [];

try {
  for (const [id, spell] of Object.entries(spells)) await sides.save(id, spell);
  const tables: { title: string; names: Name[]; compare: typeof compareAlone }[] = [
    { title: "Nobody looks on", names: ["10 nodes", "100 nodes", "10 Code"], compare: compareAlone },
    { title: "An editor tab looks on", names: ["10 nodes", "100 nodes"], compare: compareWatched },
  ];
  const filled: { title: string; rows: Row[] }[] = [];
  for (const { title, names, compare } of tables) {
    const rows: Row[] = [];
    for (const name of names)
      for (const connections of [1, 8]) {
        rows.push(await compare(name, subjects[name], connections));
        console.error(rows.at(-1));
      }
    filled.push({ title, rows });
  }
  report({
    name: "http-peers",
    question: "A run by HTTP, beside servers that one would build without us",
    tables: filled,
    notes: [
      `${rounds} rounds a row, the servers in turn, the ratio taken round by round; \`durability: group\`. The load generator and the tabs share the processors with the servers: read the ratios, and the µs of the server's own processor a run.`,
      "The in-process server keeps no journal, has no limits and forgets a run with its answer; its Code runs in vm2, ours in QuickJS. LangGraph's nodes pass a text on; it has no Code. The bare object answers a constant.",
      "A tab has a process of its own, a WebSocket that said hello at ours, a client of socket.io over a WebSocket there. A turn's time ends when each node's result of each run has arrived there, which is checked.",
      "",
      "Aims: with 100 nodes no slower than the in-process server, with Code three times as fast; p99 no worse.",
      "",
      ...verdicts.map((verdict) => `- ${verdict}`),
      "",
      "Why not: `bare object × socket.io` is what the platform leaves to any object behind a Worker; below it is the run with its journal. The slowest runs are those that meet a collection of garbage: the runtime makes some forty objects of its own a request and a call of an object, and destroys them then, 10 to 25 ms each 700 requests, also for the bare object.",
    ],
    packages: [
      "workerd",
      "express",
      "socket.io",
      "socket.io-client",
      "vm2",
      "@langchain/langgraph",
      "@hono/node-server",
    ],
  });
} finally {
  socketIo.close();
  langGraph.close();
  await sides.close();
}

async function compareAlone(name: Name, subject: Subject, connections: number): Promise<Row> {
  const all: Server[] = ["ours", "socket.io", ...(subject.hasCode ? [] : ["langgraph" as const]), "bare"];
  const asked = all.map((server) => askedOf(server, name));
  for (const { url, name: server } of asked)
    if (server !== "bare") await check(url, subject.expected, server);
  const results = await measure(asked, subject, connections);
  const of = (server: Server): Measured => results.get(server) as Measured;
  const beside = (one: Server, other: Server): string =>
    results.has(one) && results.has(other)
      ? `${ratioOf(of(one), of(other))}; ${Math.round(of(one === "ours" ? other : one).perSecond)} /s`
      : "has no Code";
  return {
    spell: name,
    connections,
    ...besideSocketIo(name, subject, connections, of("ours"), of("socket.io"), "nobody looks on"),
    "× LangGraph on Hono": beside("ours", "langgraph"),
    "bare object × socket.io": beside("bare", "socket.io"),
    "processor µs a run: ours, socket.io, bare, LangGraph": (
      ["ours", "socket.io", "bare", "langgraph"] as const
    )
      .map((server) => results.get(server)?.processorUs.toFixed(0) ?? "–")
      .join(", "),
  };
}

async function compareWatched(name: Name, subject: Subject, connections: number): Promise<Row> {
  const place = { token: headers.authorization?.slice("Bearer ".length) ?? "", spellId: idOf(name) };
  const tabs = {
    ours: await openTab("spellrunner.ts", { ...place, url: servers.ours.url, nodes: subject.nodes }),
    "socket.io": await openTab("socket-io.ts", {
      ...place,
      url: servers["socket.io"].url,
      nodes: subject.nodes,
    }),
  };
  const opened = { ours: processorUs(tabs.ours.pid), "socket.io": processorUs(tabs["socket.io"].pid) };
  const runs = { ours: 0, "socket.io": 0 };
  const arrived = { ours: 0, "socket.io": 0 };
  const both = ["ours", "socket.io"] as const;
  try {
    const watched = both.map((server) => ({
      ...askedOf(server, name),
      settled: async (requests: number) => {
        runs[server] += requests;
        arrived[server] = (await tabs[server].until(runs[server])).frames;
      },
    }));
    const results = await measure(watched, subject, connections);
    const of = (server: Server): Measured => results.get(server) as Measured;
    const ofBoth = (text: (server: (typeof both)[number]) => string): string => both.map(text).join(", ");
    return {
      spell: name,
      connections,
      ...besideSocketIo(name, subject, connections, of("ours"), of("socket.io"), "a tab looks on"),
      "frames a run: ours, socket.io": ofBoth((server) => (arrived[server] / runs[server]).toFixed(1)),
      "processor µs a run: ours, socket.io": ofBoth((server) => of(server).processorUs.toFixed(0)),
      "the tab's": ofBoth((server) =>
        ((processorUs(tabs[server].pid) - opened[server]) / runs[server]).toFixed(0),
      ),
    };
  } finally {
    for (const tab of Object.values(tabs)) tab.close();
  }
}

function askedOf(server: Server, name: Name): Asked {
  const { url, pid } = servers[server];
  return {
    name: server,
    url: `${url}/spells/${idOf(name)}/run`,
    body,
    headers,
    pid,
    ...(server === "langgraph" ? { share: 0.03 } : {}),
  };
}

function measure(
  asked: readonly Asked[],
  { requests }: Subject,
  connections: number,
): Promise<Map<string, Measured>> {
  return inTurns(asked, { rounds, requests, warmUp: 3 * requests, connections });
}

/** The columns that every row has, and the verdicts on the aims that the row is about. */
function besideSocketIo(
  name: string,
  { aim }: Subject,
  connections: number,
  ours: Measured,
  theirs: Measured,
  how: string,
): Row {
  const times = ({ p50, p99 }: Measured): string => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
  const ratio = median(ratiosOf(ours, theirs));
  const slower = ours.p99 / theirs.p99;
  if (aim !== undefined) {
    const where = `${name}, ${connections} at once, ${how}`;
    const verdict = (isMet: boolean, is: string, wanted: string): void =>
      void verdicts.push(`${isMet ? "met" : "**not met**"}: ${where}: ${is}, aim ${wanted}`);
    verdict(ratio >= aim, `${ratio.toFixed(2)} times as fast`, `${aim}`);
    verdict(
      slower <= 1,
      `p99 ${ours.p99.toFixed(2)} ms, ${slower.toFixed(2)} times theirs`,
      `${theirs.p99.toFixed(2)} ms`,
    );
  }
  return {
    "ours, runs/s": Math.round(ours.perSecond),
    "× socket.io in process": `${ratioOf(ours, theirs)}; ${Math.round(theirs.perSecond)} /s`,
    "p50 / p99 ms: ours": times(ours),
    "socket.io": times(theirs),
    "p99, ours ÷ socket.io (aim ≤ 1)": slower.toFixed(2),
  };
}

async function check(url: string, wanted: unknown, server: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers, body });
  const answer = (await response.json()) as { outputs?: { said?: unknown } };
  if (answer.outputs?.said !== wanted)
    throw new Error(`${server} gave ${JSON.stringify(answer)} and not ${JSON.stringify(wanted)}.`);
}
