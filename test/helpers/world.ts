/** A user with one of everything that a route can name, each with a mark in it that nobody else may ever see. */
import { expect, vi } from "vitest";
import { newId } from "../../src/platform/ids.ts";
import { bodyOf, type userNamed } from "./api.ts";
import { marked } from "./marked.ts";
import type { Things } from "./routes.ts";

export type User = ReturnType<typeof userNamed>;

/** @param user who has nothing yet */
export async function worldOf(user: User): Promise<{ mark: string; things: Things }> {
  const mark = `mark-of-${user.name}`;
  const secret = `SECRET_OF_${user.name.toUpperCase().replaceAll(/\W/g, "_")}`;
  const ask = async (path: string, body?: unknown, method = body === undefined ? "GET" : "POST") => {
    const response = await user.ask(path, { method, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(300);
    return text === "" ? undefined : JSON.parse(text);
  };
  const made = async (path: string, body: unknown) => (await ask(path, body)).id as string;
  await ask("/spells/private", marked("private", mark), "PUT");
  const runWith = async (body: object) =>
    (await bodyOf(await user.ask("/spells/private/run", { body }))).runId as string;
  // Above 256 KB: a value that is put apart.
  const run = await runWith({ inputs: { text: mark.repeat(20_000) } });
  const { events } = await ask(`/spells/private/runs/${run}/events`);
  const value = /"id":"(\d+-\d+)"/.exec(JSON.stringify(events))?.[1] ?? "";
  await ask(`/users/me/secrets/${secret}`, { value: mark }, "PUT");
  await ask("/services/cache/set", { key: "cached", value: mark });
  const upload = { headers: { "content-type": "text/plain" }, body: mark };
  const file = await bodyOf(
    await user.ask(`/services/documents/upload?name=${mark}.txt`, { ...upload, method: "POST" }),
  );
  await vi.waitFor(async () => {
    const { status } = await ask("/services/documents/getFile", { id: file.id });
    expect(status).toBe("done");
  }, 20_000);
  const things = {
    spell: "private",
    version: "1",
    run,
    failedRun: await runWith({ trigger: "fail" }),
    waitingRun: await runWith({ trigger: "wait" }),
    value,
    key: await made("/users/me/keys", { name: mark }),
    secret,
    cacheKey: "cached",
    class: "Marked",
    agents: await made("/services/agents", { name: mark, spellId: "private", bindings: [] }),
    documents: await made("/services/documents", { content: mark }),
    entities: await made("/services/entities", { type: "marked", data: { mark } }),
    events: await made("/services/events", { type: "marked", content: mark, sender: mark }),
    weaviate: await made("/services/weaviate", { class: "Marked", properties: { mark } }),
    store: await made("/services/documents/createStore", { name: mark }),
    file: file.id as string,
    hook: "none",
    refreshToken: "none",
  };
  for (const [name, thing] of Object.entries(things)) expect(thing, name).toBeTruthy();
  return { mark, things };
}

/** Names of the same form, of nothing that there is. */
export const nowhere = (): Things => {
  const ids = [
    "run",
    "failedRun",
    "waitingRun",
    "key",
    "agents",
    "documents",
    "entities",
    "events",
    "weaviate",
    "store",
    "file",
  ];
  return {
    ...Object.fromEntries(ids.map((name) => [name, newId()])),
    spell: "nothing",
    version: "1",
    value: "1-1",
    secret: "SECRET_OF_NOBODY",
    cacheKey: "nothing",
    class: "Nothing",
    hook: "nothing",
    refreshToken: "nothing",
  };
};
