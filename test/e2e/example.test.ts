/** The example page, in a real browser, as its README says it is opened. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Example, startExample } from "../../scripts/start-example.ts";
import { findChromium, startChromium } from "../helpers/chromium.ts";

const chromiumPath = findChromium();
let example: Example;
let browser: Browser;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [example, browser] = await Promise.all([startExample(), startChromium(chromiumPath)]);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await example?.close();
});

describe.skipIf(chromiumPath === undefined)("the example page", () => {
  it("runs the spell and prints what each node did, in every tab", async () => {
    const tabs = [await browser.newPage(), await browser.newPage()];
    const errors: string[] = [];
    for (const page of tabs) {
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(example.address);
      await page.getByRole("status").filter({ hasText: "live" }).waitFor();
    }
    await tabs[0]?.getByLabel("Name").fill("Bo");
    await tabs[0]?.getByRole("button", { name: "Run" }).click();
    for (const page of tabs) {
      const said = page.getByLabel("What happened");
      await said.filter({ hasText: "run again here: run.completed" }).waitFor();
      expect(await said.textContent()).toContain('greet gave {"greeting":"Hello, Bo!"');
    }
    expect(errors).toEqual([]);
  });
});
