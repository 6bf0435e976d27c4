/** Where the Worker's and the actor's time goes while runs come by HTTP: the functions that take most themselves. Prints, keeps nothing. */
import type { Profiler } from "node:inspector/promises";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { codes, echoes } from "./drawn.ts";
import { load } from "./load.ts";
import { selfTimes } from "./self-times.ts";

const shown = 30;
const samplingUs = 200;

/** A debugger's protocol over its socket: https://chromedevtools.github.io/devtools-protocol/ */
async function attach(inspectorUrl: string) {
  const targets = (await (
    await fetch(`${inspectorUrl.replace(/^ws/, "http").replace(/\/$/, "")}/json`)
  ).json()) as {
    id: string;
    webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ id }) => id.includes("spellrunner")) ?? targets[0];
  if (target === undefined) throw new Error("The runtime has nothing to attach to.");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  let last = 0;
  return {
    post: (method: string, params: object = {}): Promise<unknown> =>
      new Promise((resolve) => {
        waiting.set((last += 1), resolve);
        socket.send(JSON.stringify({ id: last, method, params }));
      }),
    close: () => socket.close(),
  };
}

const vars = { AUTH_SECRET: randomSecret() };
const headers = {
  authorization: `Bearer ${await signToken(vars, "bench", 1)}`,
  "content-type": "application/json",
};
const runtime = await startRuntime({ vars, inspect: true });
try {
  const debuggee = await attach(runtime.inspectorUrl ?? "");
  await debuggee.post("Profiler.enable");
  await debuggee.post("Profiler.setSamplingInterval", { interval: samplingUs });
  for (const [what, spell, requests] of [
    ["10 nodes, turn", echoes(10, { durability: "turn" }), 4000],
    ["10 nodes, group", echoes(10, { durability: "group" }), 4000],
    ["100 nodes, group", echoes(100, { durability: "group" }), 1500],
    ["10 Code, group", codes(10, { durability: "group" }), 1500],
  ] as const) {
    const id = what.replaceAll(/\W+/g, "-");
    const saved = await fetch(`${runtime.url}/spells/${id}`, {
      method: "PUT",
      headers,
      body: JSON.stringify(spell),
    });
    if (!saved.ok) throw new Error(await saved.text());
    const go = (count: number) =>
      load({
        url: `${runtime.url}/spells/${id}/run`,
        body: JSON.stringify({ inputs: { text: "hello" } }),
        headers,
        connections: 4,
        requests: count,
      });
    await go(requests / 2);
    await debuggee.post("Profiler.start");
    await go(requests);
    const { profile } = (await debuggee.post("Profiler.stop")) as { profile: Profiler.Profile };
    const times = [
      ...selfTimes(
        profile,
        ({ functionName, lineNumber }) => `${functionName || "(anonymous)"}:${lineNumber + 1}`,
      ),
    ]
      .filter(([name]) => !name.startsWith("(idle)"))
      .toSorted((one, other) => other[1] - one[1]);
    const sum = times.reduce((all, [, us]) => all + us, 0);
    console.log(`\n## ${what}: ${(sum / requests).toFixed(0)} µs a run while profiled\n`);
    for (const [name, us] of times.slice(0, shown))
      console.log(
        `${((us / sum) * 100).toFixed(1).padStart(5)} %  ${(us / requests).toFixed(1).padStart(7)} µs  ${name}`,
      );
  }
  debuggee.close();
} finally {
  await runtime.close();
}
