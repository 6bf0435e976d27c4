/** The plugins for Rete in a real browser, by the real packages. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlePage, findChromium, servePages, startChromium } from "../helpers/chromium.ts";
import { type LiveServer, startLiveServer } from "../helpers/live-server.ts";
import { reteSum } from "../helpers/rete-sum.ts";

declare const runV1: () => Promise<Record<string, unknown>>;
declare const runV2: () => Promise<unknown>;

const chromiumPath = findChromium();
let server: LiveServer;
let pages: Awaited<ReturnType<typeof servePages>>;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  pages = await servePages(await bundlePage("test/e2e/rete-page.ts"));
  server = await startLiveServer({ ALLOWED_ORIGINS: pages.origin });
  await (await server.client("rete")).spells.put("sum", reteSum);
  browser = await startChromium(chromiumPath);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await pages?.close();
});

describe.skipIf(chromiumPath === undefined)("Rete in a browser", () => {
  it("gives the server's results, in editors of both generations", async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    const token = await server.tokenOf("rete");
    await page.goto(`${pages.origin}/#${new URLSearchParams({ url: server.url, token }).toString()}`);
    await page.waitForFunction(() => typeof runV1 === "function");
    expect(await page.evaluate(() => runV1())).toMatchObject({ result: "success", 3: { num: 42 } });
    expect(await page.evaluate(() => runV2())).toMatchObject({ num: 42 });
    expect(errors).toEqual([]);
  });
});
