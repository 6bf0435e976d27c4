/** The editor's page in Chromium, by roles and labels, and what every state of it must be free of. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { LiveServer } from "./live-server.ts";

declare const axe: { run(): Promise<AxeResults> };

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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

/** Each violation of axe's rules, its best practices among them, as one line with the elements that it is about. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the page's policy lets none in but its own.
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => axe.run());
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`);
    return `${id}: ${help} (${places.join("; ")})`;
  });
}

/** Switches the system to that theme, which the page follows until one is chosen in it: works behind an open dialog, too. */
export async function useTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.locator(`:root[data-theme="${theme}"]`).waitFor();
}

/** In both themes. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const theme of ["dark", "light"] as const) {
    await useTheme(page, theme);
    expect(await axeViolations(page)).toEqual([]);
  }
}

/** The editor at `hash` (as `#/secrets`), signed in by the form and a token of that user. */
export async function openEditor(
  page: Page,
  server: Pick<LiveServer, "url" | "tokenOf">,
  user: string,
  hash = "",
): Promise<void> {
  await page.goto(`${server.url}/${hash}`);
  await page.getByText("Use a token or an API key").click();
  await page.getByLabel("Token").fill(await server.tokenOf(user));
  await page.getByRole("button", { name: "Sign in with it" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** What the page says on its console that is no mere word, what it throws, and what it asks for in vain. */
export function collectConsoleErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // Given up by the page itself, as when it goes elsewhere.
    if (reason !== "net::ERR_ABORTED") errors.push(`${request.method()} ${request.url()}: ${reason}`);
  });
  return errors;
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
