/** What a hand does on the canvas, and the keys of the table, on a live server. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectAccessible, nodeAt, openTab, signInWithToken, statusOf } from "../../helpers/editor.ts";
import { liveEditor } from "../../helpers/live-editor.ts";

const live = liveEditor("editing");
const { chromiumPath } = live;

const chain = {
  format: "spellrunner@1",
  version: 0,
  nodes: {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    ask: { component: "Ask", position: [300, 0], data: { prompt: "Go on?" } },
    out: { component: "Output", position: [600, 0], data: { name: "out" } },
  },
  edges: {
    e1: { from: ["start", "trigger"], to: ["ask", "trigger"] },
    e2: { from: ["ask", "trigger"], to: ["out", "trigger"] },
    e3: { from: ["ask", "answer"], to: ["out", "input"] },
  },
};

async function open(id: string): Promise<{ page: Page; faults: string[] }> {
  await live.client.spells.put(id, { ...chain, id, name: id });
  const context = await live.browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page, faults } = await openTab(context, live.server.url);
  await signInWithToken(page, await live.server.tokenOf("editing"));
  await page.goto(`${live.server.url}/#/spell/${id}`);
  await nodeAt(page, "out").waitFor();
  await page.getByText(/^Saved, version/).waitFor();
  return { page, faults };
}

const nodes = (page: Page) => page.locator(".react-flow__node-spell");
const saved = (id: string) => live.client.spells.get(id);

describe.skipIf(chromiumPath === undefined)("editing by keys", () => {
  it("selects all, copies, pastes, duplicates, deletes, and takes each of them back", async () => {
    const { page, faults } = await open("keys");
    await page.keyboard.press("Control+a");
    await page.getByText("3 nodes selected.").waitFor();
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Control+v");
    await expect.poll(() => nodes(page).count()).toBe(6);
    // The wires between the copied come with them.
    await expect.poll(async () => Object.keys((await saved("keys")).edges).length).toBe(6);
    await page.keyboard.press("Control+d");
    await expect.poll(() => nodes(page).count()).toBe(9);
    await page.keyboard.press("Delete");
    await expect.poll(() => nodes(page).count()).toBe(6);
    await page.keyboard.press("Control+z");
    await expect.poll(() => nodes(page).count()).toBe(9);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await expect.poll(() => nodes(page).count()).toBe(3);
    await page.keyboard.press("Control+Shift+Z");
    await expect.poll(() => nodes(page).count()).toBe(6);
    await expect.poll(async () => Object.keys((await saved("keys")).nodes).length).toBe(6);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("frames what is selected, tidies up, walks along wires, and shows the keys", async () => {
    const { page, faults } = await open("frames");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+g");
    await page.locator(".comment-frame").waitFor();
    await expect
      .poll(async () => (await saved("frames")).comments)
      .toMatchObject([{ type: "frame", text: "Frame" }]);
    const start = nodeAt(page, "start").locator(".node-title");
    const box = await start.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 205, { steps: 6 });
    await page.mouse.up();
    await expect.poll(async () => (await saved("frames")).nodes.start?.position[1]).toBeGreaterThan(50);
    const before = (await saved("frames")).nodes.start?.position;
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Shift+L");
    await expect.poll(async () => (await saved("frames")).nodes.start?.position).not.toEqual(before);
    await page.keyboard.press("Alt+ArrowRight");
    await page.getByRole("heading", { name: "Trigger In" }).waitFor();
    await page.keyboard.press("Alt+ArrowRight");
    await page.getByRole("heading", { name: "Ask" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).getByText("Duplicate").waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(chromiumPath === undefined)("editing by hand", () => {
  it("finds at the end of a dragged wire what fits there, and joins it", async () => {
    const { page, faults } = await open("wire");
    const handle = nodeAt(page, "out").locator('.react-flow__handle.source[data-handleid="trigger"]');
    const box = await handle.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 160, { steps: 8 });
    await page.mouse.up();
    const palette = page.getByRole("dialog", { name: "Add a node for “trigger” (trigger)" });
    await palette.getByRole("combobox").fill("echo");
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await expect
      .poll(async () =>
        Object.values((await saved("wire")).edges).map(({ from, to }) => [...from, ...to].join(" ")),
      )
      .toContain("out trigger echo trigger");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("moves a node, and adds one where the canvas was clicked twice", async () => {
    const { page, faults } = await open("hand");
    const title = nodeAt(page, "start").locator(".node-title");
    const box = await title.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 105, { steps: 6 });
    await page.mouse.up();
    await expect.poll(async () => (await saved("hand")).nodes.start?.position[1]).toBeGreaterThan(20);
    await page.mouse.dblclick(300, 250);
    await page.getByRole("combobox", { name: "Search components" }).fill("code");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "code" }).fill("function worker() { return {} }");
    await expect
      .poll(async () => (await saved("hand")).nodes.code?.data.code)
      .toBe("function worker() { return {} }");
    await page.getByRole("textbox", { name: "Name of the new output" }).fill("count");
    await page.getByRole("combobox", { name: "Type of the new output" }).selectOption("number");
    await page.getByRole("button", { name: "Add", exact: true }).last().click();
    await expect
      .poll(async () => (await saved("hand")).nodes.code?.outputs)
      .toEqual([{ name: "count", type: "number" }]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("opens spells as tabs with a connection each, which ends with its tab", async () => {
    const { page, faults } = await open("tab-one");
    await live.client.spells.put("tab-two", { ...chain, id: "tab-two", name: "tab-two" });
    await page.goto(`${live.server.url}/#/spell/tab-two`);
    await nodeAt(page, "out").waitFor();
    const connections = async (id: string): Promise<number> => (await live.client.runner(id)).connections;
    await expect.poll(() => connections("tab-two")).toBe(1);
    await expect(connections("tab-one")).resolves.toBe(1);
    await page.getByRole("button", { name: "Close tab-two" }).click();
    await expect.poll(() => connections("tab-two")).toBe(0);
    await expect(connections("tab-one")).resolves.toBe(1);
    await page.getByRole("link", { name: "tab-one" }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(chromiumPath === undefined)("a run", () => {
  it("is stopped, and shows what that cut off; and is run again from one node", async () => {
    const { page, faults } = await open("halt");
    await page.keyboard.press("Control+Enter");
    await statusOf(page, "ask", "waiting");
    await page.getByRole("button", { name: "Stop" }).click();
    await statusOf(page, "ask", "cancelled");
    await statusOf(page, "out", "skipped");
    await page.keyboard.press("Control+j");
    await page.getByRole("button", { name: "Past runs" }).click();
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await nodeAt(page, "ask").locator(".node-title").click();
    await page.getByRole("button", { name: "Run again from ask" }).click();
    await statusOf(page, "ask", "waiting");
    await nodeAt(page, "ask").getByRole("textbox").fill("yes");
    await nodeAt(page, "ask").getByRole("button", { name: "Answer" }).click();
    await statusOf(page, "out", "completed");
    const { data } = await live.client.runs.list("halt");
    expect(data.map(({ status }) => status)).toEqual(["completed", "cancelled"]);
    expect(data[0]?.parent).toMatchObject({ fromNode: "ask" });
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
