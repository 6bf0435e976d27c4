/**
 * How long a search takes among many rows: words among 50 000 documents, and the nearest of 20 000 vectors of 384 numbers, each by
 * HTTP and all. Beside each stands a request to the same service that looks at one row by its id: what the way there costs alone.
 */
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { median, report, type Row } from "./report.ts";

const documents = 50_000;
const vectors = 20_000;
const dimensions = 384;
const searches = 200;

const vars = { AUTH_SECRET: randomSecret() };
const token = await signToken(vars, "bench", 1);
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
const runtime = await startRuntime({ vars });

const ask = async (path: string, body?: unknown): Promise<unknown> => {
  const response = await fetch(`${runtime.url}/services/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
};

/** Numbers that look random and are the same each time. */
let seed = 1;
const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
/** As words of a language are: few that are common, many that are rare. */
const word = (): string => `word${Math.floor(5000 * random() ** 3)}`;
const text = (words: number): string => Array.from({ length: words }, word).join(" ");
const vector = (): number[] =>
  Array.from({ length: dimensions }, () => Math.round((random() - 0.5) * 1e4) / 1e4);

async function timesOf(act: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < searches; i++) {
    const started = performance.now();
    await act();
    times.push(performance.now() - started);
  }
  return times.toSorted((a, b) => a - b);
}

const rowOf = (what: string, times: number[], alone: number[]): Row => ({
  search: what,
  "p50, ms": median(times).toFixed(1),
  "p95, ms": (times[Math.floor(times.length * 0.95)] ?? 0).toFixed(1),
  "one row by its id, p50, ms": median(alone).toFixed(1),
});

try {
  let documentId = "";
  for (let i = 0; i < documents; i += 1000) {
    const batch = Array.from({ length: 1000 }, (_, n) => ({
      title: text(4),
      content: text(60),
      type: `t${n % 10}`,
    }));
    const { ids } = (await ask("documents/createMany", { documents: batch })) as { ids: string[] };
    documentId = ids[0] ?? "";
  }
  let objectId = "";
  for (let i = 0; i < vectors; i += 100) {
    const made = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        ask("weaviate", { class: "Bench", properties: { n: i + n }, vector: vector() }),
      ),
    );
    objectId = (made[0] as { id: string }).id;
  }
  const search = (words: string, more: object = {}) =>
    ask("search/query", { query: words, in: "documents", limit: 10, ...more });
  const document = await timesOf(() => ask(`documents/${documentId}`));
  const object = await timesOf(() => ask(`weaviate/${objectId}`));
  const rows = [
    rowOf("one word among 50 000 documents", await timesOf(() => search(word())), document),
    rowOf("three words", await timesOf(() => search(text(3))), document),
    rowOf("three words, of one type", await timesOf(() => search(text(3), { type: "t1" })), document),
    rowOf(
      "nearest 10 of 20 000 vectors of 384",
      await timesOf(() => ask("weaviate/nearVector", { class: "Bench", vector: vector(), limit: 10 })),
      object,
    ),
  ];
  report({
    name: "services",
    question: "Search among many rows, by HTTP",
    tables: [{ rows }],
    notes: [
      `${searches} searches a row, one after the other; words are drawn as those of a language are, few common and many rare. Aims: words below 20 ms, vectors below 50 ms at p50.`,
    ],
    packages: ["workerd"],
  });
} finally {
  await runtime.close();
}
