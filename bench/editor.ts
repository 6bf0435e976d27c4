/**
 * How smooth the editor's canvas is: frame times in Chromium while a spell of 500 nodes is panned and zoomed, and while 2 000
 * events of its runs arrive; with some twenty nodes in view and with all. Beside them the page with ten nodes: what the machine
 * itself can show.
 */
import { loadavg } from "node:os";
import type { Page } from "playwright-core";
import { SpellrunnerClient } from "../client/lib/index.ts";
import { buildEditor } from "../scripts/build-editor.ts";
import { randomSecret, signToken } from "../scripts/identity.ts";
import { startRuntime } from "../scripts/runtime.ts";
import { findChromium, startChromium } from "../test/helpers/chromium.ts";
import { type Frames, framesDuring, pan, rowOf, zoom } from "./editor/frames.ts";
import { grid, perRow } from "./editor/spells.ts";
import { report, type Row } from "./report.ts";

const ms = 5000;
/** Of others on the machine, mostly. */
const load = loadavg()[0] ?? 0;
const shortRuns = 38;

const chromium = findChromium();
if (chromium === undefined) throw new Error("This bench needs Chromium.");
await buildEditor();
const vars = { AUTH_SECRET: randomSecret() };
const runtime = await startRuntime({ vars });
const token = await signToken(vars, "bench", 1);
const client = new SpellrunnerClient({ url: runtime.url, token });
await client.spells.put("ten", grid("ten", 10, "joined"));
await client.spells.put("chain", grid("chain", 500, "joined"));
await client.spells.put("rows", grid("rows", 500, "apart"));
const browser = await startChromium(chromium);
const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
await page.goto(runtime.url);
await page.getByText("Use a token or an API key").click();
await page.getByLabel("Token").fill(token);
await page.getByRole("button", { name: "Sign in with it" }).click();
await page.getByRole("heading", { name: "Spells", level: 1 }).waitFor();

const open = async (id: string): Promise<void> => {
  await page.goto(`${runtime.url}/#/spell/${id}`);
  await page.locator(".react-flow__node").first().waitFor();
  await page.getByText(/^Saved, version/).waitFor();
  await page.mouse.move(500, 400);
  await page.waitForTimeout(1500);
};

const scaleOf = (of: Page): Promise<number> =>
  of.evaluate(
    () => new DOMMatrix(getComputedStyle(document.querySelector(".react-flow__viewport")!).transform).a,
  );

/** From all in view to the size at which text is read. */
async function goNear(): Promise<number> {
  await page.keyboard.down("Control");
  while ((await scaleOf(page)) < 1) await page.mouse.wheel(0, -40);
  await page.keyboard.up("Control");
  await page.waitForTimeout(800);
  return page.evaluate(() => {
    const view = document.querySelector(".react-flow")!.getBoundingClientRect();
    const boxes = [...document.querySelectorAll(".react-flow__node")].map((node) =>
      node.getBoundingClientRect(),
    );
    return boxes.filter(
      ({ left, right, top, bottom }) =>
        right > view.left && left < view.right && bottom > view.top && top < view.bottom,
    ).length;
  });
}

async function goFar(): Promise<void> {
  await page.keyboard.press("f");
  await page.waitForTimeout(800);
}

let events = 0;

/** Runs of a row each, evenly over the time; begun outside the page, which shows them all. */
async function runRows(): Promise<void> {
  const end = Date.now() + ms;
  const running: Promise<unknown>[] = [];
  for (let i = 0; i < shortRuns; i += 1) {
    running.push(client.run("rows", { trigger: `row ${(i % (500 / perRow)) + 1}` }).result());
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - Date.now()) / (shortRuns - i)));
  }
  await Promise.all(running);
}

async function eventsDuring(work: () => Promise<unknown>): Promise<{ frames: Frames; told: string }> {
  events = 0;
  const frames = await framesDuring(page, () => Promise.all([runRows(), work()]));
  return { frames, told: `${events} events of ${shortRuns} runs` };
}

const rows: Row[] = [];
const add = (what: string, frames: Frames): void => {
  const row = rowOf(what, frames);
  rows.push(row);
  process.stderr.write(`${Object.values(row).join(" | ")}\n`);
};

await open("ten");
add("10 nodes: panning", await framesDuring(page, () => pan(page, ms)));
add("10 nodes: zooming", await framesDuring(page, () => zoom(page, ms, 1)));
await open("rows");
const listener = client.connect("rows");
listener.on("event", () => void (events += 1));
await listener.live();
for (const place of ["all 500", "near"] as const) {
  await goFar();
  const inView = place === "near" ? `${await goNear()} of 500 in view` : "all 500 in view";
  const [idle, moved] = [() => Promise.resolve(), () => pan(page, ms)];
  add(`${inView}: panning`, await framesDuring(page, moved));
  if (place === "all 500")
    add(`${inView}: zooming out and back`, await framesDuring(page, () => zoom(page, ms, 1)));
  const still = await eventsDuring(idle);
  add(`${inView}: ${still.told}`, still.frames);
  const both = await eventsDuring(moved);
  add(`${inView}: ${both.told}, panning`, both.frames);
}
add("from near to all 500 and back: zooming", await framesDuring(page, () => zoom(page, ms, 3)));
listener.close();
await open("chain");
await goFar();
add(
  "all 500 in view: one run of all, about 1 000 events at once",
  await framesDuring(page, async () => {
    await page.keyboard.press("Control+Enter");
    await page.waitForTimeout(ms);
  }),
);
await browser.close();
await runtime.close();

report({
  name: "editor",
  question: "How smooth is the canvas with 500 nodes, and while 2 000 events arrive?",
  tables: [{ rows }],
  notes: [
    "Chromium without a display or a graphics card: everything is drawn by the processor, on the two cores that the server runs on as well.",
    "500 nodes have 1 000 wires. Each row lasts 5 s.",
    `When it began, ${load.toFixed(1)} others waited for or had the processor (load average of the last minute).`,
  ],
  packages: ["@xyflow/react", "react", "zustand"],
});
