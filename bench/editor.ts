/**
 * How smooth the editor's canvas is: frame times in Chromium while 500 nodes are panned and zoomed, and while 2 000 events of
 * runs arrive. Beside them those of the same page with ten nodes: what the machine itself can show.
 */
import type { Page } from "playwright-core";
import { SpellrunnerClient } from "../client/lib/index.ts";
import { buildEditor } from "../scripts/build-editor.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { findChromium, startChromium } from "../test/helpers/chromium.ts";
import { report, type Row } from "./report.ts";

const seconds = 5;
const eventsWanted = 2000;

/** A chain of Echoes in rows, each reading the one before, and every other one that above it, too. */
function grid(id: string, count: number): Record<string, unknown> {
  const perRow = 25;
  const nodes: Record<string, unknown> = {
    start: { component: "Trigger In", position: [-300, 0], data: { name: "start" } },
    text: { component: "Universal Input", position: [-300, 200], data: { name: "text", text: "word" } },
  };
  const edges: Record<string, unknown> = {};
  const wire = (from: [string, string], to: [string, string]): void =>
    void (edges[`e${Object.keys(edges).length}`] = { from, to });
  for (let i = 1; i <= count; i += 1) {
    const [column, row] = [(i - 1) % perRow, Math.floor((i - 1) / perRow)];
    nodes[`n${i}`] = { component: "Echo", position: [column * 260, row * 190], data: {} };
    wire([i === 1 ? "start" : `n${i - 1}`, "trigger"], [`n${i}`, "trigger"]);
    wire(i % 2 === 0 && i > perRow ? [`n${i - perRow}`, "output"] : ["text", "output"], [`n${i}`, "source"]);
  }
  return { format: "spellrunner@1", id, name: id, version: 0, nodes, edges };
}

interface Frames {
  times: number[];
  longTasks: number[];
}

/** Frame times and long tasks of the page while `work` goes on. */
async function framesDuring(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const kept = globalThis as unknown as { frames: Frames & { isOn: boolean } };
    const frames = { times: [] as number[], longTasks: [] as number[], isOn: true };
    kept.frames = frames;
    let last = performance.now();
    const take = (now: number): void => {
      frames.times.push(now - last);
      last = now;
      if (frames.isOn) requestAnimationFrame(take);
    };
    requestAnimationFrame(take);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) frames.longTasks.push(duration);
    }).observe({ type: "longtask" });
  });
  await work();
  return page.evaluate(() => {
    const { frames } = globalThis as unknown as { frames: Frames & { isOn: boolean } };
    frames.isOn = false;
    return { times: frames.times.slice(1), longTasks: frames.longTasks };
  });
}

/** Panned by the wheel and zoomed by it with Ctrl, as a hand does, for some seconds. */
async function panAndZoom(page: Page): Promise<void> {
  await page.mouse.move(500, 400);
  const end = Date.now() + seconds * 1000;
  for (let i = 0; Date.now() < end; i += 1) {
    const isZoom = i % 60 > 40;
    if (isZoom) await page.keyboard.down("Control");
    await page.mouse.wheel(isZoom ? 0 : 24 * Math.sin(i / 20), (isZoom ? 12 : 24) * Math.cos(i / 20));
    if (isZoom) await page.keyboard.up("Control");
    await page.waitForTimeout(8);
  }
}

function rowOf(what: string, { times, longTasks }: Frames): Row {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  const slow = times.filter((ms) => ms > 50).length;
  return {
    "": what,
    frames: times.length,
    "p50 ms": at(0.5),
    "p95 ms": at(0.95),
    "p99 ms": at(0.99),
    "longest ms": (sorted.at(-1) ?? 0).toFixed(0),
    "above 50 ms": `${((100 * slow) / Math.max(1, times.length)).toFixed(1)} %`,
    "tasks above 50 ms": `${longTasks.length}, longest ${Math.max(0, ...longTasks).toFixed(0)} ms`,
  };
}

const chromium = findChromium();
if (chromium === undefined) throw new Error("This bench needs Chromium.");
await buildEditor();
const vars = { AUTH_SECRET: randomSecret() };
const runtime = await startRuntime({ vars });
const token = await signToken(vars, "bench", 1);
const client = new SpellrunnerClient({ url: runtime.url, token });
for (const count of [10, 500]) await client.spells.put(`grid${count}`, grid(`grid${count}`, count));
const browser = await startChromium(chromium);
const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
await page.goto(runtime.url);
await page.getByText("Use a token or an API key").click();
await page.getByLabel("Token").fill(token);
await page.getByRole("button", { name: "Sign in with it" }).click();
await page.getByRole("heading", { name: "Spells", level: 1 }).waitFor();

const rows: Row[] = [];
const open = async (id: string): Promise<void> => {
  await page.goto(`${runtime.url}/#/spell/${id}`);
  await page.locator(".react-flow__node").first().waitFor();
  await page.getByText(/^Saved, version/).waitFor();
  await page.waitForTimeout(1500);
};
await open("grid10");
rows.push(rowOf("10 nodes, panned and zoomed", await framesDuring(page, () => panAndZoom(page))));
await open("grid500");
rows.push(rowOf("500 nodes, panned and zoomed", await framesDuring(page, () => panAndZoom(page))));
await page.keyboard.press("f");
await page.waitForTimeout(500);
rows.push(
  rowOf("500 nodes, all in view, panned and zoomed", await framesDuring(page, () => panAndZoom(page))),
);

let events = 0;
const listener = client.connect("grid500");
listener.on("event", () => void (events += 1));
await listener.live();
const runs = async (): Promise<void> => {
  events = 0;
  const end = Date.now() + seconds * 1000;
  for (let started = 0; Date.now() < end; started += 1) {
    if (events < eventsWanted) await page.keyboard.press("Control+Enter");
    await page.waitForTimeout((seconds * 1000) / 4);
  }
};
await page.keyboard.press("f");
const live = await framesDuring(page, runs);
rows.push(rowOf(`500 nodes all in view, ${events} events of runs in ${seconds} s`, live));
const edited = await framesDuring(page, async () => {
  const done = runs();
  await panAndZoom(page);
  await done;
});
rows.push(rowOf(`the same (${events} events), panned and zoomed meanwhile`, edited));
listener.close();
await browser.close();
await runtime.close();

report({
  name: "editor",
  question: "How smooth is the canvas with 500 nodes, and while 2 000 events arrive?",
  tables: [{ rows }],
  notes: [
    "Chromium without a display or a graphics card: everything is drawn by the processor, on the two cores that the server runs on as well.",
    "500 nodes have 1 000 wires; each run of theirs tells of about 1 000 events.",
  ],
  packages: ["@xyflow/react", "react", "zustand"],
});
