/** Two tabs of the same spell in a real browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection, SpellrunnerClient, StampedEvent } from "../../client/lib/index.ts";
import { bundlePage, findChromium, servePages, startChromium } from "../helpers/chromium.ts";
import { type LiveServer, startLiveServer } from "../helpers/live-server.ts";
import { spell } from "../helpers/spells.ts";

interface Tab {
  connection: Connection;
  events: StampedEvent[];
  states: string[];
  replayed: string[];
  during: string[][];
}
declare const tab: Tab;

const chromiumPath = findChromium();
let server: LiveServer;
let pages: Awaited<ReturnType<typeof servePages>>;
let browser: Browser;
let client: SpellrunnerClient;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  pages = await servePages(await bundlePage("test/e2e/page.ts"));
  server = await startLiveServer({ ALLOWED_ORIGINS: pages.origin });
  client = await server.client("tabs");
  await client.spells.put("slow", slow);
  browser = await startChromium(chromiumPath);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await pages?.close();
});

/** A question in the middle: the run goes on when the test lets it. */
const slow = spell(
  {
    s: "Trigger In:start",
    g: { is: "Generator", data: { fewshot: "tab one" } },
    a: { is: "Ask", data: { prompt: "Go on?" } },
    h: { is: "Generator", data: { fewshot: "tab two" } },
    o: "Output:said",
  },
  `
  s.trigger > g.trigger
  g.trigger > a.trigger
  a.trigger > h.trigger
  h.trigger > o.trigger
  h.result > o.input`,
);

interface Opened {
  page: Page;
  logged: string[];
  errors: string[];
}

async function openTab(): Promise<Opened> {
  const page = await browser.newPage();
  const logged: string[] = [];
  const errors: string[] = [];
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "log") logged.push(text);
    // The cut is the test's own doing.
    else if (!text.includes("WebSocket") && !text.includes("net::ERR")) errors.push(text);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  const token = await server.tokenOf("tabs");
  await page.goto(`${pages.origin}/#${new URLSearchParams({ url: server.proxy.url, token }).toString()}`);
  await page.waitForFunction(() => tab.connection.state === "live");
  return { page, logged, errors };
}

const all = async (runId: string): Promise<StampedEvent[]> => {
  const events: StampedEvent[] = [];
  for await (const event of client.runs.events("slow", runId)) events.push(event);
  return events;
};

describe.skipIf(chromiumPath === undefined)("two tabs of a spell", () => {
  it("see each node of a run of one through a cut, and run it again with the server's values and no network", async () => {
    const [one, two] = [await openTab(), await openTab()];
    const runId = await one.page.evaluate(async () => tab.connection.run().runId);
    for (const { page } of [one, two])
      await page.waitForFunction(() => tab.events.some(({ type }) => type === "node.waiting"));
    server.proxy.isDown = true;
    server.proxy.cut();
    for (const { page } of [one, two]) await page.waitForFunction(() => tab.connection.state === "offline");
    // By a line of its own: the run goes on and ends while both tabs are away.
    const direct = client.connect("slow");
    await direct.live();
    const ended = new Promise((resolve) => direct.once("run.completed", resolve));
    direct.answer({ runId, nodeId: "a", visit: "1" }, "yes");
    await ended;
    direct.close();
    server.proxy.isDown = false;
    for (const { page } of [one, two]) await page.waitForFunction(() => tab.replayed.length === 1);
    const expected = await all(runId);
    const completed = expected.filter((event) => event.type === "node.completed");
    expect(completed.map(({ nodeId }) => nodeId)).toEqual(["s", "g", "a", "h", "o"]);
    for (const { page, logged, errors } of [one, two]) {
      const seen = await page.evaluate(() => ({ ...tab, connection: null }));
      expect(seen.events).toEqual(expected);
      expect(seen.states).toEqual(expect.arrayContaining(["offline", "behind"]));
      expect(seen.states.at(-1)).toBe("live");
      expect(seen.replayed).toEqual([runId]);
      expect(seen.during).toEqual([[]]);
      const ends = logged.filter((line) => line.startsWith("←"));
      expect(ends.map((line) => line.split(" ")[1])).toEqual(["s", "g", "a", "h", "o"]);
      // As Chromium prints an object.
      const result = completed[3]?.outputs.result;
      expect(result).toContain("tab two");
      expect(ends[3]).toContain(result);
      expect(errors).toEqual([]);
    }
  });

  it("see a run while it streams, from its first event, when neither line breaks", async () => {
    const [one, two] = [await openTab(), await openTab()];
    const runId = await two.page.evaluate(async () => tab.connection.run().runId);
    await one.page.waitForFunction(() => tab.events.some(({ type }) => type === "node.waiting"));
    await one.page.evaluate(
      (id) => tab.connection.answer({ runId: id, nodeId: "a", visit: "1" }, "yes"),
      runId,
    );
    for (const { page } of [one, two]) await page.waitForFunction(() => tab.replayed.length === 1);
    const expected = await all(runId);
    for (const { page } of [one, two]) {
      const seen = await page.evaluate(() => ({ ...tab, connection: null }));
      expect(seen.events).toEqual(expected);
      expect(seen.during).toEqual([[]]);
    }
  });
});
