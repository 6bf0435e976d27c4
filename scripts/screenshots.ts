/** `npm run screenshots`: the editor's main states, light and dark, as docs/screenshots shows them. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { SpellrunnerClient } from "../client/lib/index.ts";
import { findChromium, startChromium } from "../test/helpers/chromium.ts";
import { startOpenAiServer } from "../test/helpers/openai-server.ts";
import { buildEditor } from "./build-editor.ts";
import { runCommand } from "./command.ts";
import { randomSecret, signToken } from "./identity.ts";
import { inProject } from "./project.ts";
import { startRuntime } from "./runtime.ts";

const folder = inProject("docs/screenshots");

/** A letter that a model writes, a human passes, and code counts. */
const letter = {
  format: "spellrunner@1",
  id: "letter",
  name: "A letter, checked",
  version: 0,
  nodes: {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    to: { component: "Universal Input", position: [0, 190], data: { name: "to", text: "Ada" } },
    write: {
      component: "Generator",
      position: [300, 0],
      data: {
        fewshot:
          "!slow Dear {{to}}, the engine you described would weave patterns as looms weave leaves and flowers. It would reckon with numbers first, then with whatever can be put into signs: notes of music, letters of an alphabet, the moves of a game. I shall need cards for it, many cards, and somebody who writes what is on them. Would you? There is no hurry: the mill is not built, and the smith has not been paid. Yours, as ever, Charles",
      },
      inputs: [{ name: "to", type: "string" }],
    },
    count: {
      component: "Code",
      position: [620, 190],
      data: {
        code: "// What is returned goes to the outputs of the same names.\nfunction worker({ text }) {\n  const words = text.split(' ').length;\n  console.log('counted', words);\n  return { words };\n}",
      },
      inputs: [{ name: "text", type: "string" }],
      outputs: [{ name: "words", type: "number" }],
    },
    ask: { component: "Ask", position: [620, -30], data: { prompt: "Send it?", options: ["send", "keep"] } },
    answer: { component: "Output", position: [940, -30], data: { name: "answer" } },
    words: { component: "Output", position: [940, 190], data: { name: "words" } },
  },
  edges: {
    e1: { from: ["start", "trigger"], to: ["write", "trigger"] },
    e2: { from: ["to", "output"], to: ["write", "to"] },
    e3: { from: ["write", "trigger"], to: ["ask", "trigger"] },
    e4: { from: ["write", "trigger"], to: ["count", "trigger"] },
    e5: { from: ["write", "result"], to: ["count", "text"] },
    e6: { from: ["ask", "trigger"], to: ["answer", "trigger"] },
    e7: { from: ["ask", "answer"], to: ["answer", "input"] },
    e8: { from: ["count", "trigger"], to: ["words", "trigger"] },
    e9: { from: ["count", "words"], to: ["words", "input"] },
  },
  comments: [
    {
      type: "frame",
      text: "A human has the last word",
      position: [590, -90],
      width: 620,
      height: 220,
      links: [],
    },
  ],
};

await runCommand(async () => {
  const path = findChromium();
  if (path === undefined) throw new Error("This needs Chromium. Set CHROMIUM to its path.");
  mkdirSync(folder, { recursive: true });
  await buildEditor();
  const provider = await startOpenAiServer();
  const vars = { AUTH_SECRET: randomSecret(), LOCAL_USER: "dev", OPENAI_BASE_URL: `${provider.url}/v1` };
  const runtime = await startRuntime({ vars, exitCode: 0 });
  const client = new SpellrunnerClient({ url: runtime.url, token: await signToken(vars, "dev", 1) });
  for (const name of ["word-count", "count-words", "greeting", "parcel"])
    await client.spells.put(name, JSON.parse(readFileSync(inProject(`examples/${name}.json`), "utf8")));
  await client.spells.put("letter", letter);
  const browser = await startChromium(path);
  for (const theme of ["light", "dark"] as const) {
    const context = await browser.newContext({ viewport: { width: 1400, height: 860 }, colorScheme: theme });
    await takeAll(await context.newPage(), runtime.url, (page, name) =>
      page.screenshot({ path: join(folder, `${name}-${theme}.png`) }),
    );
    await context.close();
  }
  await browser.close();
  await runtime.close();
  await provider.close();
  console.log(`Written to ${folder}`);
});

async function takeAll(
  page: Page,
  url: string,
  shoot: (page: Page, name: string) => Promise<unknown>,
): Promise<void> {
  await page.goto(url);
  await page.getByRole("button", { name: "Continue as dev on this machine" }).waitFor();
  await shoot(page, "sign-in");
  await page.getByRole("button", { name: "Continue as dev on this machine" }).click();
  await page.getByRole("link", { name: "A letter, checked" }).waitFor();
  await shoot(page, "spells");
  await page.getByRole("link", { name: "A letter, checked" }).click();
  await page.locator(".react-flow__node").nth(6).waitFor();
  await page.getByText(/^Saved, version/).waitFor();
  await page.getByLabel("to", { exact: true }).fill("Ada");
  await shoot(page, "canvas");
  await page.keyboard.press("Control+Enter");
  await page.locator(".node-stream", { hasText: "weave" }).waitFor();
  await shoot(page, "running");
  await page.locator('[data-id="ask"] [data-status="waiting"]').first().waitFor();
  await page.getByRole("button", { name: "send" }).click();
  await page.locator('[data-id="answer"] [data-status="completed"]').first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator('[data-id="count"] .node-title').click();
  await page.getByRole("textbox", { name: "code" }).waitFor();
  await page.keyboard.press("Control+j");
  await page.getByText(/^Run completed/).waitFor();
  await shoot(page, "inspector");
  await page.getByRole("button", { name: "Past runs" }).click();
  await page.getByRole("button", { name: "Open", exact: true }).first().click();
  const slider = page.getByRole("slider", { name: "Step of the run" });
  await slider.focus();
  for (let i = 0; i < 6; i += 1) await page.keyboard.press("ArrowLeft");
  await page.getByRole("button", { name: "Close the drawer" }).click();
  await page.waitForTimeout(400);
  await shoot(page, "past-run");
  await page.getByRole("button", { name: "Back to the spell" }).click();
  await page.getByRole("button", { name: "+ Node" }).click();
  await page.getByRole("combobox", { name: "Search components" }).fill("loop");
  await shoot(page, "palette");
}
