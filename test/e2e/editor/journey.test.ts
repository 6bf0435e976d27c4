/** The editor as its users have it: `npm start`, the page in Chromium, from signing in to a past run. */
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { inProject } from "../../../scripts/project.ts";
import { Trial } from "../../../scripts/trial.ts";
import { findChromium, startChromium } from "../../helpers/chromium.ts";
import {
  type EditorTab,
  expectAccessible,
  nodeAt,
  openTab,
  savedVersion,
  signInLocally,
  statusOf,
} from "../../helpers/editor.ts";
import { startOpenAiServer } from "../../helpers/openai-server.ts";
import { hasRealSpells, readRealSpell, realSpells } from "../../helpers/real-spells.ts";

const chromiumPath = findChromium();
let trial: Trial;
let server: Awaited<ReturnType<Trial["start"]>>;
let provider: Awaited<ReturnType<typeof startOpenAiServer>>;
let browser: Browser;
let context: BrowserContext;
let settings: Record<string, string>;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  provider = await startOpenAiServer();
  trial = await Trial.begin();
  settings = { OPENAI_BASE_URL: `${provider.url}/v1` };
  server = await trial.start(settings);
  browser = await startChromium(chromiumPath);
  context = await browser.newContext();
}, 180_000);
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail" || process.env.SHOTS === undefined) return;
  for (const [i, page] of context.pages().entries())
    await page.screenshot({ path: `${process.env.SHOTS}/${task.name.slice(0, 30)}-${i}.png` });
  for (const page of context.pages()) await page.close();
});
afterAll(async () => {
  await browser?.close();
  trial?.end();
  await provider?.close();
});

const drop = (tab: EditorTab, name: string, spell: unknown): Promise<void> =>
  tab.page
    .getByLabel("Spell files")
    .setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(JSON.stringify(spell)) });

async function openSpells(options?: { mayLose?: boolean }): Promise<EditorTab> {
  const tab = await openTab(context, server.url, options);
  const button = tab.page.getByRole("button", { name: /Continue as/ });
  const heading = tab.page.getByRole("heading", { name: "Spells", level: 1 });
  await button.or(heading).first().waitFor();
  if (await button.isVisible()) await signInLocally(tab.page);
  return tab;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const spellOf = (nodes: Record<string, unknown>, edges: string[]): unknown => ({
  format: "spellrunner@1",
  name: "Drawn by a test",
  version: 0,
  nodes,
  edges: Object.fromEntries(
    edges.map((edge, i) => {
      const [from = [], to = []] = edge.split(" > ").map((end) => end.split("."));
      return [`e${i}`, { from, to }];
    }),
  ),
});

describe.skipIf(chromiumPath === undefined)("the newcomer's way", () => {
  it("is at most four actions from the address to a result on the screen", async () => {
    const fresh = await browser.newContext();
    // One: the address.
    const { page, faults } = await openTab(fresh, server.url);
    // Two: signing in, by one click.
    await page.getByRole("button", { name: "Continue as dev on this machine" }).click();
    // Three: the example that is there.
    await page.getByRole("button", { name: "Open the first example" }).click();
    await nodeAt(page, "greet").waitFor();
    // Four: the key.
    await page.keyboard.press("Control+Enter");
    await page.getByRole("region", { name: "Outcome of the run" }).getByText("Hello, world!").waitFor();
    await statusOf(page, "greet", "completed");
    await statusOf(page, "letters", "completed");
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await fresh.close();
  });
});

describe.skipIf(chromiumPath === undefined || !hasRealSpells)("a real spell", () => {
  const file = "thoth-core-codeSpell.json";
  const [stated] = realSpells.find((real) => real.file === file)?.tests ?? [];

  it("is imported, run, edited, undone, saved, seen by a second tab, and recovered after kill -9", async () => {
    const first = await openSpells({ mayLose: true });
    const { page } = first;
    await drop(first, file, readRealSpell(file));
    await page.locator(".react-flow__node").first().waitFor();

    // Run with the inputs that its own test gives.
    for (const [name, value] of Object.entries(stated?.inputs ?? {}))
      await page.getByLabel(name, { exact: true }).fill(textOf(value));
    await page.keyboard.press("Control+Enter");
    const outcome = page.getByRole("region", { name: "Outcome of the run" });
    for (const value of Object.values(stated?.outputs ?? {}))
      await outcome.getByText(textOf(value)).waitFor();
    const ids = await page
      .locator(".react-flow__node[data-id]")
      .evaluateAll((nodes) => nodes.map((node) => node.getAttribute("data-id") ?? ""));
    expect(ids.length).toBeGreaterThan(2);
    for (const id of ids) await statusOf(page, id, "completed");

    // Its node's outputs and inputs, as the run that was run again here tells them.
    const code = page.locator(".react-flow__node", { hasText: "Code" }).first();
    await code.locator(".node-title").click();
    const visit = page.getByRole("region", { name: "In this run" });
    await visit.getByText("Inputs").waitFor();
    await visit
      .getByText(textOf(Object.values(stated?.outputs ?? {})[0]))
      .first()
      .waitFor();

    // A second tab sees edits of the first, and their undoing.
    const second = await openSpells({ mayLose: true });
    await second.page.goto(page.url());
    await second.page.locator(".react-flow__node").first().waitFor();
    const before = await savedVersion(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "+ Node" }).click();
    await page.getByRole("combobox", { name: "Search components" }).fill("text variable");
    await page.keyboard.press("Enter");
    await second.page.locator(".react-flow__node", { hasText: "Text Variable" }).waitFor();
    expect(await savedVersion(page)).toBeGreaterThan(before);
    await page.getByRole("button", { name: "Undo" }).click();
    await second.page
      .locator(".react-flow__node", { hasText: "Text Variable" })
      .waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Redo" }).click();
    await second.page.locator(".react-flow__node", { hasText: "Text Variable" }).waitFor();

    // The server dies; what is written meanwhile is kept, and the page comes back by itself.
    await server.kill();
    await page.getByText("offline").waitFor();
    await page.getByLabel("Name of the spell").fill("Written while the server was dead");
    await page.getByText("Kept here until the server is back").waitFor();
    server = await trial.start(settings);
    await page.getByText(/^Saved, version/).waitFor();
    await expect
      .poll(() => second.page.getByLabel("Name of the spell").inputValue(), { timeout: 30_000 })
      .toBe("Written while the server was dead");

    // The run is there; it is scrubbed backward and forward.
    await page.getByRole("button", { name: "Runs", exact: true }).click();
    await page.getByRole("button", { name: "Past runs" }).click();
    await page.getByRole("button", { name: "Open", exact: true }).first().click();
    const timeline = page.getByRole("region", { name: "Past run", exact: true });
    await timeline.getByText("read-only").waitFor();
    const slider = timeline.getByRole("slider", { name: "Step of the run" });
    await slider.focus();
    await page.keyboard.press("Home");
    await timeline.getByText("before the run").waitFor();
    await expect(code.locator("[data-status=completed]").count()).resolves.toBe(0);
    await page.keyboard.press("End");
    await statusOf(page, ids[0] ?? "", "completed");
    for (let i = 0; i < 3; i += 1) await page.getByRole("button", { name: "One step back" }).click();
    await page.getByRole("button", { name: "One step forward" }).click();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Back to the spell" }).click();
    await timeline.waitFor({ state: "detached" });
    expect([...first.faults, ...second.faults]).toEqual([]);
    await page.close();
    await second.page.close();
  });
});

describe.skipIf(chromiumPath === undefined)("a spell of one's own", () => {
  it("is drawn, joined and run by keyboard alone", async () => {
    const { page, faults } = await openSpells();
    await page.getByRole("button", { name: "New spell" }).press("Enter");
    await page.getByText("This spell takes no inputs.").waitFor();
    const add = async (query: string): Promise<void> => {
      await page.keyboard.press("Escape");
      await page.getByRole("region", { name: "Canvas of the spell" }).click({ trial: true });
      await page.keyboard.press("/");
      await page.getByRole("combobox", { name: "Search components" }).fill(query);
      await page.keyboard.press("Enter");
      await page.getByRole("combobox", { name: "Search components" }).waitFor({ state: "detached" });
    };
    await add("universal input");
    await nodeAt(page, "universal-input").waitFor();
    await page.getByLabel("name", { exact: true }).fill("who");
    await page.getByLabel("name", { exact: true }).blur();
    await add("trigger in");
    await nodeAt(page, "trigger-in").waitFor();
    await add("output");
    await nodeAt(page, "output").waitFor();
    await page.getByText("Wires", { exact: true }).press("Enter");
    await page.getByRole("button", { name: "Connect input" }).press("Enter");
    await page
      .getByLabel("Connect input with")
      .selectOption({ label: "Universal Input (universal-input) · output" });
    await page.getByRole("button", { name: "Connect trigger" }).first().press("Enter");
    await page
      .getByLabel("Connect trigger with")
      .selectOption({ label: "Trigger In (trigger-in) · trigger" });
    await page.locator(".react-flow__edge").nth(1).waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    await page.getByLabel("who", { exact: true }).fill("a keyboard");
    await page.keyboard.press("Control+Enter");
    await statusOf(page, "output", "completed");
    await page.getByRole("region", { name: "Outcome of the run" }).getByText("a keyboard").waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it("refuses a wire that cannot be, and says why", async () => {
    const tab = await openSpells();
    const { page } = tab;
    await drop(
      tab,
      "wires.json",
      spellOf(
        {
          start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
          out: { component: "Output", position: [400, 0], data: { name: "out" } },
        },
        [],
      ),
    );
    await nodeAt(page, "out").waitFor();
    const handle = (node: string, side: string, name: string) =>
      nodeAt(page, node).locator(`.react-flow__handle.${side}[data-handleid="${name}"]`);
    await handle("start", "source", "trigger").dragTo(handle("out", "target", "input"), { force: true });
    await page.getByText("“trigger” is a trigger: it says when, and carries no value for “input”.").waitFor();
    await expect(page.locator(".react-flow__edge").count()).resolves.toBe(0);
    await handle("start", "source", "trigger").dragTo(handle("out", "target", "trigger"), { force: true });
    await page.locator(".react-flow__edge").first().waitFor({ state: "attached" });
    expect(tab.faults).toEqual([]);
    await page.close();
  });

  it("asks a human in place, and streams text into its node", async () => {
    const tab = await openSpells();
    const { page } = tab;
    await drop(
      tab,
      "ask.json",
      spellOf(
        {
          start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
          say: {
            component: "Generator",
            position: [260, 0],
            data: { fewshot: "!slow one two three four five six seven eight nine ten" },
          },
          ask: {
            component: "Ask",
            position: [560, 0],
            data: { prompt: "Is it good?", options: ["yes", "no"] },
          },
          out: { component: "Output", position: [860, 0], data: { name: "said" } },
        },
        [
          "start.trigger > say.trigger",
          "say.trigger > ask.trigger",
          "ask.trigger > out.trigger",
          "ask.answer > out.input",
        ],
      ),
    );
    await nodeAt(page, "ask").waitFor();
    await page.keyboard.press("Control+Enter");
    await nodeAt(page, "say").locator(".node-stream").waitFor();
    await statusOf(page, "ask", "waiting");
    await expectAccessible(page);
    await nodeAt(page, "ask").getByRole("button", { name: "yes" }).click();
    await statusOf(page, "out", "completed");
    await page.keyboard.press("Escape");
    await page.getByRole("region", { name: "Outcome of the run" }).getByText("yes").waitFor();
    expect(tab.faults).toEqual([]);
    await page.close();
  });

  it("on a stream is played and paused", async () => {
    const tab = await openSpells();
    const { page } = tab;
    await drop(
      tab,
      "beat.json",
      spellOf(
        {
          beat: { component: "Interval", position: [0, 0], data: { name: "beat", intervalMs: 200 } },
          out: { component: "Output", position: [300, 0], data: { name: "at" } },
        },
        ["beat.trigger > out.trigger", "beat.index > out.input"],
      ),
    );
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await statusOf(page, "out", "completed");
    await page.getByRole("button", { name: "Runs", exact: true }).click();
    await expect
      .poll(() => page.getByRole("button", { name: "Open", exact: true }).count())
      .toBeGreaterThan(1);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Play" }).waitFor();
    expect(tab.faults).toEqual([]);
    await page.close();
  });

  it("is forked from one of its nodes, with what came before it taken over", async () => {
    const tab = await openSpells();
    const { page } = tab;
    await drop(tab, "greeting.json", JSON.parse(readFileSync(inProject("examples/greeting.json"), "utf8")));
    await nodeAt(page, "greet").waitFor();
    await page.getByLabel("name", { exact: true }).fill("Ada");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("region", { name: "Outcome of the run" }).getByText("Hello, Ada!").waitFor();
    await page.getByRole("button", { name: "Runs", exact: true }).click();
    await page.getByRole("button", { name: "Open", exact: true }).first().click();
    await page.getByRole("button", { name: "Fork with other inputs" }).click();
    await page.getByRole("dialog").getByLabel("Inputs").fill('{"name": "Grace"}');
    await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
    await page.getByRole("region", { name: "Outcome of the run" }).getByText("Hello, Grace!").waitFor();
    expect(tab.faults).toEqual([]);
    await page.close();
  });
});

describe.skipIf(chromiumPath === undefined)("what goes wrong", () => {
  it("is said: a file that is no spell, a spell that is not there, a run that fails", async () => {
    const tab = await openSpells({ mayLose: true });
    const { page } = tab;
    await page
      .getByLabel("Spell files")
      .setInputFiles({ name: "poem.txt", mimeType: "text/plain", buffer: Buffer.from("not a spell") });
    await page.getByText(/poem\.txt: this is not JSON, so it is no spell/).waitFor();
    await page.goto(`${server.url}/#/spell/nowhere`);
    await page.getByRole("button", { name: "To the spells" }).click();
    await drop(
      tab,
      "fails.json",
      spellOf(
        {
          start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
          code: {
            component: "Code",
            position: [260, 0],
            data: { code: "function worker() { throw new Error('on purpose') }" },
            outputs: [{ name: "result", type: "any" }],
          },
          after: { component: "Output", position: [560, 0], data: { name: "never" } },
        },
        ["start.trigger > code.trigger", "code.trigger > after.trigger", "code.result > after.input"],
      ),
    );
    await nodeAt(page, "code").waitFor();
    await page.keyboard.press("Control+Enter");
    await statusOf(page, "code", "failed");
    await statusOf(page, "after", "skipped");
    await page.getByRole("region", { name: "Outcome of the run" }).getByText("on purpose").first().waitFor();
    expect(tab.faults).toEqual([]);
    await page.close();
  });
});
