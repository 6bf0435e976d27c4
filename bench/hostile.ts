/**
 * How long does a good client's run take while hostile ones are at the same server? Its runs follow one another, alone and then
 * beside each attack, and all of them must complete; exit code 1 where one does not.
 */
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { defaultLimits } from "../scripts/default-limits.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { attacks, hostileSpells, node, type Target } from "./hostile/attacks.ts";
import { report, type Row } from "./report.ts";

const attackMs = 6000;
/** From one good run's begin to the next: below the 50 a second that a user may begin. */
const paceMs = 30;
/** A run that takes longer has not completed. */
const patienceMs = 60_000;

const goodSpell = {
  format: "spellrunner@1",
  name: "good",
  nodes: {
    s: node("Trigger In", { name: "start" }),
    a: node("Universal Input", { name: "text" }, 50),
    c: node("Code", { code: "function worker({ text }) { return { said: text + '!' } }" }, 100, ["said"]),
    o: node("Output", { name: "said" }, 150),
  },
  edges: {
    t: { from: ["s", "trigger"], to: ["c", "trigger"] },
    u: { from: ["c", "trigger"], to: ["o", "trigger"] },
    d: { from: ["a", "output"], to: ["c", "text"] },
    e: { from: ["c", "said"], to: ["o", "input"] },
  },
};

// Their addresses would be told apart where they come in; here there is but one, so that all may ask as often as they can.
const vars = { ...defaultLimits, RATE_LIMITS: "off", AUTH_SECRET: randomSecret() };
const runtime = await startRuntime({ vars, onLog: () => {} });
const tokens = { good: await signToken(vars, "good", 1), hostile: await signToken(vars, "hostile", 1) };
const target: Target = { url: runtime.url, token: tokens.hostile };

try {
  await save(tokens.good, "good", goodSpell);
  for (const [id, spell] of Object.entries(hostileSpells)) await save(tokens.hostile, id, spell);
  await goodRuns(2000);
  const alone = await goodRuns(attackMs);
  const rows: Row[] = [rowOf("none", alone, {})];
  for (const name of Object.keys(attacks)) rows.push(await beside(name, [name]));
  rows.push(await beside("all at once", Object.keys(attacks)));
  report({
    name: "hostile",
    question: "A good client's runs beside hostile clients of the same server",
    tables: [{ rows }],
    notes: [
      `Each attack ${attackMs / 1000} s by one user with an account, in a thread of its own; the good client's runs, with user code in them, follow one another meanwhile. Limits as npm start has them on an address that strangers reach, but without rates by address. In brackets what the hostile requests were answered.`,
      "All parts share two processors, and all objects of a local server one thread: the times are those of this machine.",
    ],
    packages: ["workerd"],
  });
  if (rows.some((row) => row.failed !== 0)) process.exitCode = 1;
} finally {
  await runtime.close();
}

interface Runs {
  times: number[];
  faults: string[];
}

async function beside(title: string, names: string[]): Promise<Row> {
  const attacker = new Worker(new URL("hostile/attacker.ts", import.meta.url), {
    workerData: { target, names, ms: attackMs },
  });
  const counts = new Promise<Record<string, Record<string, number>>>((resolve, reject) => {
    attacker.once("message", resolve).once("error", reject);
  });
  const runs = await goodRuns(attackMs);
  const told = await counts;
  await attacker.terminate();
  console.error(`${title}: done`);
  return rowOf(title, runs, told);
}

function rowOf(title: string, { times, faults }: Runs, told: Record<string, Record<string, number>>): Row {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1);
  const answers = new Map<string, number>();
  for (const counts of Object.values(told))
    for (const [outcome, count] of Object.entries(counts))
      answers.set(outcome, (answers.get(outcome) ?? 0) + count);
  const all = [...answers.values()].reduce((sum, count) => sum + count, 0);
  if (faults.length > 0) console.error(`${title}: ${[...new Set(faults)].join("; ")}`);
  return {
    beside: title,
    "hostile requests":
      all === 0 ? "" : `${all} (${[...answers].map(([what, count]) => `${what}: ${count}`).join(", ")})`,
    "good runs": times.length + faults.length,
    failed: faults.length,
    "p50, ms": at(0.5),
    "p99, ms": at(0.99),
    "longest, ms": at(1),
  };
}

/** One after the other, for so long, five at least. */
async function goodRuns(ms: number): Promise<Runs> {
  const runs: Runs = { times: [], faults: [] };
  const end = Date.now() + ms;
  while (Date.now() < end || runs.times.length + runs.faults.length < 5) {
    const started = performance.now();
    const pace = sleep(paceMs);
    const answer = await post(JSON.stringify({ inputs: { text: "hello" } }));
    if (answer.includes('"said":"hello!"')) runs.times.push(performance.now() - started);
    else runs.faults.push(answer.slice(0, 200));
    await pace;
  }
  return runs;
}

function post(body: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request(
      `${runtime.url}/spells/good/run`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${tokens.good}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
        signal: AbortSignal.timeout(patienceMs),
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.once("close", () => resolve(text));
      },
    );
    asked.once("error", ({ message }) => resolve(message));
    asked.end(body);
  });
}

async function save(token: string, id: string, document: unknown): Promise<void> {
  const response = await fetch(`${runtime.url}/spells/${id}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(document),
  });
  if (!response.ok) throw new Error(await response.text());
}
