/** The editor in Chromium: signed in as a user, watched for faults. The page itself is built by build-once.ts. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import type { LiveServer } from "./live-server.ts";

declare const axe: { run(): Promise<AxeResults> };

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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

/** Switches the system to that theme, which the page follows until one is chosen in it: works behind an open dialog, too. */
export async function useTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await page.locator(`:root[data-theme="${theme}"]`).waitFor();
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
