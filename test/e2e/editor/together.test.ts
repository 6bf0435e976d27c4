/** A spell in two tabs, one of which loses its line: what both write is merged or shown, and nothing is lost. */
import type { BrowserContext, Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import {
  type EditorTab,
  expectAccessible,
  nodeAt,
  openTab,
  signInWithToken,
  statusOf,
} from "../../helpers/editor.ts";
import { liveEditor } from "../../helpers/live-editor.ts";

const live = liveEditor("together");
const { chromiumPath } = live;

afterEach(() => {
  if (live.server !== undefined) live.server.proxy.isDown = false;
});

const spell = {
  format: "spellrunner@1",
  id: "shared",
  name: "Shared",
  version: 0,
  nodes: {
    text: { component: "Text Variable", position: [0, 0], data: { name: "old", text: "old" } },
    out: { component: "Output", position: [320, 0], data: { name: "out" } },
  },
  edges: { e: { from: ["text", "output"], to: ["out", "input"] } },
};

interface Tab extends EditorTab {
  context: BrowserContext;
}

async function open(id: string, by: "proxy" | "direct", context?: BrowserContext): Promise<Tab> {
  const own = context ?? (await live.browser.newContext());
  const url = by === "proxy" ? live.server.proxy.url : live.server.url;
  const tab = await openTab(own, url, { mayLose: true });
  if (context === undefined) await signInWithToken(tab.page, await live.server.tokenOf("together"));
  await tab.page.goto(`${url}/#/spell/${id}`);
  await nodeAt(tab.page, "text").waitFor();
  await tab.page.getByText(/^Saved, version/).waitFor();
  return { ...tab, context: own };
}

const select = (page: Page, id: string): Promise<void> => nodeAt(page, id).locator(".node-title").click();
const nameField = (page: Page) =>
  page.getByRole("region", { name: "Fields" }).getByLabel("name", { exact: true });
const goOffline = async (page: Page): Promise<void> => {
  live.server.proxy.isDown = true;
  live.server.proxy.cut();
  await page.getByText("offline").waitFor();
};

describe.skipIf(chromiumPath === undefined)("two tabs of one spell", () => {
  it("merge what they changed apart, and show what they both changed", async () => {
    await live.client.spells.put("shared", spell);
    const mine = await open("shared", "proxy");
    const theirs = await open("shared", "direct");
    await goOffline(mine.page);

    await select(mine.page, "text");
    await nameField(mine.page).fill("mine");
    await mine.page.getByText("Kept here until the server is back").waitFor();
    await select(theirs.page, "text");
    await nameField(theirs.page).fill("theirs");
    await theirs.page.getByLabel("Name of the spell").fill("Named by the other");
    await expect.poll(async () => (await live.client.spells.get("shared")).name).toBe("Named by the other");

    live.server.proxy.isDown = false;
    await mine.page.getByText("1 changed in two places").waitFor();
    await expect
      .poll(() => mine.page.getByLabel("Name of the spell").inputValue())
      .toBe("Named by the other");
    await mine.page.getByText(/^Saved, version/).waitFor();
    await expect
      .poll(async () => (await live.client.spells.get("shared")).nodes.text?.data.name)
      .toBe("mine");
    const conflict = mine.page.getByRole("region", { name: "Changed in two places" });
    await conflict.getByText("theirs", { exact: true }).waitFor();
    await expectAccessible(mine.page);
    await conflict.getByRole("button", { name: "Take theirs" }).click();
    await expect.poll(() => nameField(theirs.page).inputValue()).toBe("theirs");
    await expect
      .poll(async () => (await live.client.spells.get("shared")).nodes.text?.data.name)
      .toBe("theirs");
    expect([...mine.faults, ...theirs.faults]).toEqual([]);
    await mine.context.close();
    await theirs.context.close();
  });

  it("keep what was written offline through a closed tab", async () => {
    await live.client.spells.put("closed", { ...spell, id: "closed" });
    const tab = await open("closed", "proxy");
    await goOffline(tab.page);
    await tab.page.getByLabel("Name of the spell").fill("Written before the tab was closed");
    await tab.page.getByText("Kept here until the server is back").waitFor();
    await tab.page.close();
    live.server.proxy.isDown = false;
    const again = await open("closed", "proxy", tab.context);
    await expect
      .poll(async () => (await live.client.spells.get("closed")).name)
      .toBe("Written before the tab was closed");
    expect(again.faults).toEqual([]);
    await tab.context.close();
  });

  it("see each other's runs, and what ran while one was away", async () => {
    const { id } = await live.client.spells.create({
      ...spell,
      nodes: {
        ...spell.nodes,
        start: { component: "Trigger In", position: [0, -160], data: { name: "start" } },
      },
      edges: { ...spell.edges, t: { from: ["start", "trigger"], to: ["out", "trigger"] } },
    });
    const mine = await open(id, "proxy");
    const theirs = await open(id, "direct");
    await theirs.page.keyboard.press("Control+Enter");
    await statusOf(mine.page, "out", "completed");
    await goOffline(mine.page);
    await theirs.page.keyboard.press("Control+Enter");
    await theirs.page.keyboard.press("Control+j");
    await theirs.page.getByRole("button", { name: "Past runs" }).click();
    await expect.poll(() => theirs.page.getByRole("button", { name: "Open", exact: true }).count()).toBe(2);
    live.server.proxy.isDown = false;
    await mine.page.getByText("offline").waitFor({ state: "detached" });
    await mine.page.keyboard.press("Control+j");
    await expect
      .poll(() =>
        mine.page
          .getByRole("list", { name: "Console" })
          .getByText(/^Run completed/)
          .count(),
      )
      .toBe(2);
    expect([...mine.faults, ...theirs.faults]).toEqual([]);
    await mine.context.close();
    await theirs.context.close();
  });
});
