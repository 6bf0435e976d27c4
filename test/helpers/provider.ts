/** What reached the loopback provider. */
import { expect, inject } from "vitest";

interface Reached {
  headers: Record<string, string>;
  body: unknown;
}

/** Requests with that prompt. */
export async function requestsWith(prompt: string): Promise<Reached[]> {
  const all = (await (await fetch(`${inject("openAiUrl")}/__requests`)).json()) as Reached[];
  return all.filter(({ body }) => JSON.stringify(body).includes(prompt));
}

/** Waits until the provider holds the nth request with that prompt: one sooner cut off never reaches it. */
export const held = (prompt: string, n = 1) =>
  expect.poll(async () => (await requestsWith(prompt)).length, { timeout: 10_000 }).toBe(n);
