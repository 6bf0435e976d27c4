/** The editor's page in Chromium, by roles and labels, and what every state of it must be free of. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface EditorTab {
  page: Page;
  /** What the page wrote to its console as errors and warnings, and what it threw. */
  faults: string[];
}

/** Waits are bounded by this; nothing is measured by it. */
const patienceMs = 30_000;

/** A tab on the page. @param mayLose lines that the test cuts: the browser's own words about them are no faults */
export async function openTab(
  within: Browser | BrowserContext,
  url: string,
  { mayLose = false }: { mayLose?: boolean } = {},
): Promise<EditorTab> {
  const page = await within.newPage();
  page.setDefaultTimeout(patienceMs);
  await page.setViewportSize({ width: 1400, height: 860 });
  const faults: string[] = [];
  const isOfLine = (text: string): boolean =>
    mayLose && /WebSocket|net::ERR|Failed to load resource/.test(text);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isOfLine(message.text()))
      faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(url);
  return { page, faults };
}

/** By the one click of a server on this machine. */
export async function signInLocally(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Continue as .* on this machine/ }).click();
  await page.getByRole("heading", { name: "Spells", level: 1 }).waitFor();
}

export async function signInWithToken(page: Page, token: string): Promise<void> {
  await page.getByText("Use a token or an API key").click();
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in with it" }).click();
  await page.getByRole("heading", { name: "Spells", level: 1 }).waitFor();
}

/** What axe finds wrong: rule, and where. */
export async function axeViolations(page: Page): Promise<string[]> {
  // The page's policy lets no script in by a tag; the debugger's own is none of the page's.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: runner } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      };
    };
    const { violations } = await runner.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary?.slice(0, 300)}`,
    );
  });
}

/** In both themes. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const mode of ["Dark mode", "Light mode"]) {
    const button = page.getByRole("button", { name: mode });
    if ((await button.count()) > 0) await button.click();
    expect(await axeViolations(page)).toEqual([]);
  }
}

export const nodeAt = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);

/** Waits until a node shows a status. */
export const statusOf = (page: Page, id: string, status: string): Promise<void> =>
  nodeAt(page, id).locator(`[data-status="${status}"]`).first().waitFor();

/** Saved, and as which version. */
export async function savedVersion(page: Page): Promise<number> {
  const text = await page.getByText(/^Saved, version \d+$/).textContent();
  return Number(/\d+/.exec(text ?? "")?.[0]);
}
