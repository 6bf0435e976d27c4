/** The pages beside the canvas, used by roles and labels as one who sees or hears them would. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { axeViolations, collectConsoleErrors, openEditor, useTheme } from "../../helpers/editor.ts";
import { liveEditor } from "../../helpers/live-editor.ts";
import { spell } from "../../helpers/spells.ts";

const live = liveEditor("pages");
const { chromiumPath } = live;

/** Gives back what it gets. */
const parrot = spell(
  { s: "Trigger In:start", i: "Universal Input:heard", o: "Output:said" },
  `
  s.trigger > o.trigger
  i.output > o.input`,
  { id: "parrot", name: "Parrot" },
);
const broken = spell({ s: "Trigger In:start", e: "Error" }, "s.trigger > e.trigger", {
  id: "parrot",
  name: "Parrot",
});

/** Does `steps` on the page of `hash`; what the browser complains of in the end, and axe at each `look`, fails. */
async function onPage(
  user: string,
  hash: string,
  steps: (page: Page, look: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const context = await live.browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors = collectConsoleErrors(page);
  await openEditor(page, live.server, user, hash);
  await steps(page, async () => {
    for (const theme of ["dark", "light"] as const) {
      await useTheme(page, theme);
      expect(await axeViolations(page), theme).toEqual([]);
    }
  });
  expect(errors).toEqual([]);
  await context.close();
}

const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

/** By the button of that name in the dialog that asks. */
async function confirm(page: Page, verb: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: /\?$/ });
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

it.skipIf(chromiumPath === undefined)(
  "the editor is React's production build, whoever has built it",
  async () => {
    const html = await (await fetch(live.server.url)).text();
    expect(html).toContain("/assets/");
    expect(html).not.toContain("jsx-dev-runtime");
  },
);

describe.skipIf(chromiumPath === undefined)("the page of", () => {
  it("secrets sets and removes one by the keyboard, and never has its value again", () =>
    onPage("pages-secrets", "#/secrets", async (page, look) => {
      await page.getByText("No secrets yet").waitFor();
      await look();
      const name = page.getByLabel("Name", { exact: true });
      await name.focus();
      await page.keyboard.type("OPENAI_API_KEY");
      await page.keyboard.press("Tab");
      await page.keyboard.type("sk-of-the-test");
      await page.keyboard.press("Enter");
      const row = page.getByRole("row", { name: "OPENAI_API_KEY" });
      await row.waitFor();
      expect(await page.content()).not.toContain("sk-of-the-test");
      expect(await page.getByLabel("Value").inputValue()).toBe("");
      await page.getByRole("button", { name: "Remove OPENAI_API_KEY" }).focus();
      await page.keyboard.press("Enter");
      await look();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect(await row.count()).toBe(1);
      await page.getByRole("button", { name: "Remove OPENAI_API_KEY" }).click();
      await confirm(page, "Remove");
      await page.getByText("No secrets yet").waitFor();
      expect(await (await live.server.client("pages-secrets")).secrets.list()).toEqual([]);
    }));

  it("secrets makes an API key that opens what it was made for until it is revoked, and shows it once", () =>
    onPage("pages-keys", "#/secrets", async (page, look) => {
      await page.getByText("No API keys yet").waitFor();
      await page.getByLabel("Name of the key").fill("robot");
      await page.getByLabel("Ends after").selectOption("7 days");
      await page.getByLabel("services", { exact: true }).check();
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByRole("button", { name: "Copy the key" }).click();
      await page.getByText("Copied the key.").waitFor();
      const key = await copied(page);
      expect(key).toMatch(/^sk_/);
      const asks = (path: string) =>
        fetch(live.server.url + path, { headers: { authorization: `Bearer ${key}` } });
      expect((await asks("/services/documents")).status).toBe(200);
      expect((await asks("/spells")).status).toBe(403);
      await look();
      const row = page.getByRole("row", { name: "robot" });
      expect(await row.innerText()).toContain("services");
      expect(await row.innerText()).not.toContain("never");
      await page.reload();
      await row.waitFor();
      expect(await page.content()).not.toContain(key);
      await page.getByRole("button", { name: "Revoke robot" }).click();
      await confirm(page, "Revoke");
      await page.getByText("No API keys yet").waitFor();
      expect(await (await live.server.client("pages-keys")).keys.list()).toEqual([]);
    }));

  it("documents reads files by button and by drop, shows how far it is, and finds, views and deletes", () =>
    onPage("pages-documents", "#/documents", async (page, look) => {
      const client = await live.server.client("pages-documents");
      await page.getByText("No files yet").waitFor();
      await look();
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Upload files" }).click();
      const lines = Array.from(
        { length: 40 },
        (_, i) => `## Part ${i}\n\nThe heron number ${i} stands in the river.`,
      );
      const buffer = Buffer.from(lines.join("\n\n"));
      await (await chooser).setFiles({ name: "birds.md", mimeType: "text/markdown", buffer });
      const birds = page.getByRole("row", { name: /birds\.md.*done/ });
      await birds.waitFor();
      await drop(page, "dropped.txt", "A dropped otter.");
      await page.getByRole("row", { name: /dropped\.txt.*done/ }).waitFor();
      await client.service("documents").create({ content: "A loose lynx.", title: "Lynx" });
      const documents = page.getByRole("table", { name: "Documents" });

      await page.getByRole("button", { name: "Show documents of birds.md" }).click();
      await page.getByRole("heading", { name: "Documents of birds.md" }).waitFor();
      await documents.getByText("heron").first().waitFor();
      const pages = page.getByRole("navigation", { name: "Pages of documents" });
      await pages.getByText(/^1 to 20 of /).waitFor();
      await pages.getByRole("button", { name: "Next" }).click();
      await pages.getByText(/^21 to /).waitFor();
      await look();
      await page.getByRole("button", { name: "Show those of no file" }).click();
      await documents.getByText("A loose lynx.").waitFor();
      expect(await documents.getByText("heron").count()).toBe(0);

      await page.getByLabel("Search in all documents").fill("otter");
      await page.keyboard.press("Enter");
      await documents.getByText("A dropped otter.").waitFor();
      expect(await documents.getByText("lynx").count()).toBe(0);
      await page.getByRole("button", { name: /^View / }).click();
      expect(await page.getByRole("region", { name: "Content" }).innerText()).toBe("A dropped otter.");
      await look();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Clear search" }).click();
      await page.getByRole("button", { name: "Delete Lynx" }).click();
      await confirm(page, "Delete");
      await page.getByText("No documents but those of files").waitFor();
      for (const name of ["birds.md", "dropped.txt"]) {
        await page.getByRole("button", { name: `Delete ${name}` }).click();
        await confirm(page, "Delete");
      }
      await page.getByText("No files yet").waitFor();
      expect(await client.service("documents").find()).toMatchObject({ total: 0 });
    }));

  it("agents makes, starts, asks, calls, mends and deletes one", () =>
    onPage("pages-agents", "#/agents", async (page, look) => {
      const client = await live.server.client("pages-agents");
      await client.spells.put("parrot", parrot);
      await page.getByText("No agents yet").waitFor();
      await look();
      await page.getByRole("button", { name: "New agent" }).click();
      await page.getByLabel("Name").fill("Polly");
      await page.getByLabel("Spell", { exact: true }).selectOption("Parrot");
      for (const kind of ["Schedule", "Webhook", "Event", "Discord", "Telegram"]) {
        await page.getByLabel("Runs by").selectOption(kind);
        await page.getByRole("button", { name: "Add binding" }).click();
      }
      await look();
      for (const title of ["Telegram (5)", "Discord (4)"])
        await page.getByRole("button", { name: `Remove ${title}` }).click();
      await page.getByLabel("Cron").fill("30 4 1 1 *");
      await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
      await page.getByLabel("Type", { exact: true }).fill("greeting");
      await page.getByRole("button", { name: "Create agent" }).click();
      const polly = page.getByRole("article", { name: "Polly" });
      await polly.getByText("stopped").waitFor();
      expect((await client.service("agents").find()).data).toMatchObject([
        {
          name: "Polly",
          spellId: "parrot",
          bindings: [
            { kind: "schedule", cron: "30 4 1 1 *", timeZone: "Asia/Tokyo" },
            { kind: "webhook" },
            { kind: "event", type: "greeting" },
          ],
        },
      ]);

      await polly.getByRole("button", { name: "Start" }).click();
      await polly.getByText("running").waitFor();
      await polly.getByRole("button", { name: "Send a message" }).click();
      await page.getByLabel("Message", { exact: true }).fill("hello");
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await page.getByRole("region", { name: "What the spell gave" }).getByText('"said": "hello"').waitFor();
      await look();
      await page.keyboard.press("Escape");
      await polly.getByText("1 done").waitFor();

      await client.spells.put("parrot", broken);
      await polly.getByRole("button", { name: "Copy the address" }).click();
      await page.getByText("Copied the address.").waitFor();
      const address = await copied(page);
      for (const content of ["one", "two"]) {
        const answer = await fetch(address, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ content }),
        });
        expect(answer.status).toBe(202);
      }
      await polly.getByText("2 given up").waitFor();
      await polly.getByRole("button", { name: "Dead letters" }).click();
      const letters = page.getByRole("article", { name: /^Letter of/ });
      await letters.nth(1).waitFor();
      await look();
      await client.spells.put("parrot", parrot);
      const discard = letters.filter({ hasText: "two" }).getByRole("button", { name: "Discard" });
      await discard.click();
      await page.keyboard.press("Escape");
      // The question is closed, the letters are not.
      await page.getByRole("dialog", { name: /\?$/ }).waitFor({ state: "detached" });
      await discard.click();
      await confirm(page, "Discard");
      await letters.filter({ hasText: "two" }).waitFor({ state: "detached" });
      await letters.filter({ hasText: "one" }).getByRole("button", { name: "Retry" }).click();
      await page.getByText("No dead letters").waitFor();
      await page.keyboard.press("Escape");
      await polly.getByText("2 done").waitFor();

      await polly.getByRole("button", { name: "Edit" }).click();
      await page.getByLabel("Name").fill("Molly");
      await page.getByRole("button", { name: "Remove Webhook (2)" }).click();
      await page.getByRole("button", { name: "Save agent" }).click();
      const molly = page.getByRole("article", { name: "Molly" });
      await molly.getByRole("button", { name: "Copy the address" }).waitFor({ state: "detached" });
      await molly.getByRole("button", { name: "Stop" }).click();
      await molly.getByText("stopped").waitFor();
      await look();
      await molly.getByRole("button", { name: "Delete" }).click();
      await confirm(page, "Delete");
      await page.getByText("No agents yet").waitFor();
      expect(await client.service("agents").find()).toMatchObject({ total: 0 });
    }));

  it("times shows nodes, spells and failures, of one spell and of a time", () =>
    onPage("pages-times", "#/times", async (page, look) => {
      const client = await live.server.client("pages-times");
      await page.getByText("Nothing has run in this time").waitFor();
      await look();
      await client.spells.put("parrot", parrot);
      await client.spells.put("broken", { ...broken, id: "broken", name: "Broken" });
      await client.run("parrot", { inputs: { heard: "x" } });
      await expect(client.run("broken")).rejects.toThrow();
      await page.reload();
      const spells = page.getByRole("table", { name: "Spells" });
      await spells.getByRole("row", { name: /^broken .* 1 1$/ }).waitFor();
      await spells.getByRole("row", { name: /^parrot .* 1 0$/ }).waitFor();
      await page.getByRole("table", { name: "Nodes" }).getByRole("rowheader", { name: "parrot/o" }).waitFor();
      await look();
      await page.getByLabel("Spell", { exact: true }).selectOption("Parrot");
      await spells.getByRole("rowheader", { name: "broken" }).waitFor({ state: "detached" });
      await spells.getByRole("rowheader", { name: "parrot" }).waitFor();
      await page.getByLabel("Since").selectOption("last hour");
      await spells.getByRole("rowheader", { name: "parrot" }).waitFor();
    }));
});

/** A file let go of over the place for it. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const given = { name, text };
  const dataTransfer = await page.evaluateHandle((file) => {
    const carried = new DataTransfer();
    carried.items.add(new File([file.text], file.name, { type: "text/plain" }));
    return carried;
  }, given);
  await page.getByRole("group", { name: "Upload" }).dispatchEvent("drop", { dataTransfer });
}
