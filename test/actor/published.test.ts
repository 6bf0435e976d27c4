/**
 * What a run of a published spell shows to whom: the author's mark stands in node ids, prompts, logs, state and names of sub-spells,
 * and is looked for in every byte that leaves by any way.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { runnerName } from "../../src/actor/address.ts";
import { guestServices, guestUserId } from "../../src/actor/published/guest-services.ts";
import type { Env } from "../../src/env.ts";
import { identify } from "../../src/platform/identify.ts";
import { methodsOf, serviceMethods } from "../../src/protocol/service-methods.ts";
import type { Services } from "../../src/protocol/services.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { echoSpell } from "../helpers/documents.ts";
import { tokenOf } from "../helpers/tokens.ts";
import { requestsWith } from "../helpers/provider.ts";
import { type Drawn, marker, publish, saveGreeter } from "../helpers/published.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
const sse = { accept: "text/event-stream" };
let count = 0;

async function people(drawn: Drawn = {}, share: "interface" | "source" = "interface") {
  const n = (count += 1);
  const [author, guest] = [userNamed(`writer-${n}`), userNamed(`runner-${n}`)];
  await saveGreeter(author, "greet", drawn);
  const { publicId } = await publish(author, "greet", { share });
  const id = `@${publicId}`;
  const at = `/spells/${id}`;
  const address = { caller: guest.name, owner: author.name, spellId: id, session: "main" };
  return {
    author,
    guest,
    id,
    at,
    address,
    runner: () => bindings.SPELL_RUNNER.getByName(runnerName(address)),
  };
}
type People = Awaited<ReturnType<typeof people>>;

const start = ({ guest, at }: People, headers: Record<string, string> = {}) =>
  guest.ask(`${at}/run`, { body: { inputs: { text: "Ada" } }, headers });

const types = (text: string): string[] =>
  [...text.matchAll(/"type":"([a-z.]+)"/g)].map((match) => match[1] ?? "");

const failing = { extra: { is: "Error", data: { message: `${marker} went wrong` } } } satisfies Drawn;
const asking = { extra: { is: "Ask", data: { prompt: "Go on?" } } } satisfies Drawn;

/** All that may be read of a run once it is over. */
async function everything({ guest, at, id }: People, runId: string): Promise<string> {
  const texts: string[] = [];
  const of = `${at}/runs/${runId}`;
  for (const path of [at, `${at}/runs`, of, `${of}/events`, `${at}/runner`, "/runners", "/usage", "/spells"])
    texts.push(await (await guest.ask(path)).text());
  texts.push(await (await guest.ask(`${of}/events`, { headers: sse })).text());
  for (const path of ["plan", "values/1-1"]) texts.push(await (await guest.ask(`${of}/${path}`)).text());
  for (const [path, body] of [
    ["resume", undefined],
    ["fork", { fromNode: "extra" }],
  ] as const)
    texts.push(await (await guest.ask(`${of}/${path}`, { method: "POST", ...(body && { body }) })).text());
  texts.push(await (await guest.ask("/services/speech/timings", { body: {} })).text());
  for (const lastSeq of [0, 1, 1_000_000]) {
    const tab = await TestConnection.open(guest, id);
    await tab.hello(lastSeq);
    await tab.until(({ type }) => type === "replay", "the gap");
    texts.push(...tab.frames);
    tab.close();
  }
  return texts.join("\n");
}

describe("A run of a published spell", () => {
  it.each([
    ["completes", {}, 200],
    ["fails within a node", failing, 422],
    ["fails at its provider", { prompt: `!400 ${marker}` }, 422],
    ["waits", asking, 202],
  ] satisfies [string, Drawn, number][])(
    "that %s shows nothing of the source, whatever way",
    async (_how, drawn, status) => {
      const all = await people(drawn);
      const tab = await TestConnection.open(all.guest, all.id);
      await tab.hello();
      const response = await start(all);
      const answered = await response.text();
      expect([answered.includes(marker), response.status]).toEqual([false, status]);
      const { runId } = JSON.parse(answered) as { runId: string };
      const streamed = status === 202 ? "" : await (await start(all, sse)).text();
      if (status === 202) {
        await tab.until(({ type }) => type === "node.waiting", "the question");
        await all.guest.ask(`${all.at}/runs/${runId}`, { method: "DELETE" });
      }
      await tab.end(runId);
      const told = [answered, streamed, ...tab.frames, await everything(all, runId)].join("\n");
      expect(types(told)).toContain("run.started");
      expect(types(told)).not.toContain("node.completed");
      for (const hidden of [marker, all.author.name, '"greet"', "greet-sub", "went wrong", "fill-", "write-"])
        expect(told).not.toContain(hidden);
      // The journal itself has all of it.
      const kept = await runInDurableObject(all.runner(), (_, state) =>
        JSON.stringify(state.storage.sql.exec("SELECT body FROM journal").toArray()),
      );
      expect(kept).toContain(marker);
      expect(types(kept.replaceAll("\\", ""))).toContain("node.completed");
    },
  );

  it("is told of its failure by the code", async () => {
    const all = await people(failing);
    const problem = await bodyOf(await start(all));
    expect(problem).toMatchObject({ code: "node_failed", status: 422 });
    expect(problem.nodeId).toBeUndefined();
    const run = await bodyOf(await all.guest.ask(`${all.at}/runs/${problem.runId}`));
    expect(run.error).toEqual({ code: "node_failed", message: problem.detail });
    expect(run.spell).toEqual({ id: all.id, version: 1 });
    expect(run).not.toHaveProperty("state");
  });

  it("asks whoever runs it, who answers; seq grows with holes, the same in gap and stream", async () => {
    const all = await people(asking);
    const tab = await TestConnection.open(all.guest, all.id);
    await tab.hello();
    expect((await start(all)).status).toBe(202);
    const question = await tab.until(({ type }) => type === "node.waiting", "the question");
    if (question.type !== "node.waiting") throw new Error("no question");
    const { runId, nodeId, visit, prompt } = question;
    expect(prompt).toBe("Go on?");
    await evictDurableObject(all.runner(), { webSockets: "hibernate" });
    tab.say({ type: "answer", runId, nodeId, visit, value: "yes" });
    expect(await tab.end(runId)).toMatchObject({ type: "run.completed", outputs: { text: "Hello, Ada!" } });
    const later = await TestConnection.open(all.guest, all.id);
    await later.hello(0);
    await later.until(({ type }) => type === "replay", "the gap");
    expect(later.events).toEqual(tab.events);
    const page = await bodyOf(await all.guest.ask(`${all.at}/runs/${runId}/events?limit=2`));
    expect(page.events).toEqual(tab.events.slice(0, 2));
    const rest = await bodyOf(await all.guest.ask(`${all.at}/runs/${runId}/events?after=${page.next}`));
    expect([...page.events, ...rest.events]).toEqual(tab.events);
    const seqs = tab.events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBeLessThan(seqs.at(-1) ?? 0);
  });

  it("gives values that are told, and none that nodes gave each other", async () => {
    const all = await people();
    const text = "x".repeat(300_000);
    // What looks like a reference of ours leads nowhere, on top and within.
    const fake = (n: number) => ({ $value: { id: `${n}-1`, bytes: 1, preview: "" } });
    const inputs = { text, a: fake(5), b: { c: [fake(6)] } };
    const { runId, outputs } = await bodyOf(await all.guest.ask(`${all.at}/run`, { body: { inputs } }));
    expect(outputs.text).toBe(`Hello, ${text}!`);
    const { events } = await bodyOf(await all.guest.ask(`${all.at}/runs/${runId}/events`));
    const ids = new Set<string>(
      [...JSON.stringify(events).matchAll(/"id":"(\d+-\d+)"/g)].map((match) => match[1] ?? ""),
    );
    const kept = await runInDurableObject(all.runner(), (_, state) =>
      state.storage.sql.exec<{ id: string }>("SELECT DISTINCT id FROM chunks WHERE run_id <> ''").toArray(),
    );
    const readable: string[] = [];
    for (const { id } of kept) {
      const response = await all.guest.ask(`${all.at}/runs/${runId}/values/${id}`);
      if (response.status === 200) readable.push(id);
      else expect(response.status).toBe(404);
    }
    ids.delete("6-1");
    expect(readable.toSorted()).toEqual([...ids].toSorted());
    expect(readable.length).toBeGreaterThan(1);
    expect(kept.length).toBeGreaterThan(readable.length);
  });

  it.each([
    ["hello", { type: "hello" }, undefined],
    ["a run with a state of its own", { type: "run", requestId: "r", state: { a: 1 } }, "forbidden"],
    ["an edit", { type: "edit", requestId: "r", baseVersion: 1, patch: [] }, "forbidden"],
    ["play", { type: "play" }, "forbidden"],
    ["pause", { type: "pause" }, "forbidden"],
    ["a trigger that there is not", { type: "run", requestId: "r", trigger: "none" }, "bad_request"],
  ] as const)("takes over a connection %s as it may", async (_what, message, code) => {
    const all = await people();
    const tab = await TestConnection.open(all.guest, all.id);
    await tab.hello();
    tab.say(message as never, { type: "cancel", runId: "none" });
    await tab.until((told) => told.type === "error" && told.code === "not_found", "the answer behind it");
    const errors = tab.messages.flatMap((told) => (told.type === "error" ? [told.code] : []));
    expect(errors).toEqual([...(code === undefined ? [] : [code]), "not_found"]);
    expect(tab.frames.join("")).not.toContain(marker);
    expect((await all.guest.ask(`${all.at}/run`, { body: { state: { a: 1 } } })).status).toBe(403);
  });

  it("ends where it is, with its connections, when the spell is published no longer", async () => {
    const all = await people(asking);
    const tab = await TestConnection.open(all.guest, all.id);
    await tab.hello();
    const { runId } = await bodyOf(await start(all));
    expect((await all.author.ask("/spells/greet/publish", { method: "DELETE" })).status).toBe(204);
    expect(await tab.end(runId)).toMatchObject({ type: "run.cancelled" });
    await tab.wait(() => tab.closed, "the close");
    expect(tab.closed).toMatchObject({ code: 4404 });
    const headers = { upgrade: "websocket" };
    expect((await all.guest.ask(`${all.at}/connect`, { headers })).status).toBe(404);
  });

  it("touches no database where its runner is warm", async () => {
    const { author, guest } = await people();
    await author.ask("/spells/io", { method: "PUT", body: echoSpell("io") });
    const { publicId } = await publish(author, "io");
    const run = () => guest.ask(`/spells/@${publicId}/run`, { body: { inputs: { text: "x" } } });
    expect((await run()).status).toBe(200);
    const before = Object.getOwnPropertyDescriptor(bindings, "DB") ?? {};
    const refused = () => {
      throw new Error("D1 was asked");
    };
    Object.defineProperty(bindings, "DB", {
      configurable: true,
      value: { prepare: refused, batch: refused },
    });
    try {
      expect((await run()).status).toBe(200);
      expect((await guest.ask("/spells")).status).toBe(500);
    } finally {
      Object.defineProperty(bindings, "DB", before);
    }
  });
});

describe("A published spell whose source is shared", () => {
  it("shows its runs whole, so that they can be replayed, after a sleep too", async () => {
    const all = await people({}, "source");
    const tab = await TestConnection.open(all.guest, all.id);
    await tab.hello();
    const { runId, state } = await bodyOf(await start(all));
    expect(state).toHaveProperty(marker);
    await evictDurableObject(all.runner(), { webSockets: "hibernate" });
    const second = await bodyOf(await start(all));
    await tab.end(second.runId);
    const seqs = tab.events.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    expect(JSON.stringify(tab.events)).toContain(`model-${marker}`);
    const plan = await all.guest.ask(`${all.at}/runs/${runId}/plan`);
    expect([plan.status, (await plan.text()).includes(marker)]).toEqual([200, true]);
    const fork = await all.guest.ask(`${all.at}/runs/${runId}/fork`, {
      body: { fromNode: `model-${marker}` },
    });
    expect(fork.status).toBe(201);
    // The owner's other versions are his.
    expect((await all.guest.ask(`${all.at}/versions/1/plan`)).status).toBe(404);
  });

  it("shows nothing of it any more when it is shared no longer, to those who look on neither", async () => {
    const all = await people({}, "source");
    const tab = await TestConnection.open(all.guest, all.id);
    await tab.hello();
    const first = await bodyOf(await start(all));
    await tab.end(first.runId);
    await publish(all.author, "greet", { share: "interface" });
    const before = tab.frames.length;
    const second = await bodyOf(await start(all));
    await tab.end(second.runId);
    const told = [...tab.frames.slice(before), await everything(all, first.runId)].join("\n");
    expect(told).not.toContain(marker);
  });
});

describe("The nodes of a published spell", () => {
  const fetching = (url: string, headers: string): Drawn => ({
    extra: { is: "Request", data: { url, method: "post", headers } },
  });

  it("send no secret by name, neither the author's nor that of whoever runs it", async () => {
    const all = await people(fetching(`${inject("outsideUrl")}/echo`, '{"x-key": "secret:TOKEN"}'));
    for (const user of [all.author, all.guest])
      await user.ask("/users/me/secrets/TOKEN", { method: "PUT", body: { value: "a-token-of-somebody" } });
    expect(await bodyOf(await start(all))).toMatchObject({ code: "not_configured" });
    expect((await all.author.ask("/spells/greet/run", { body: { inputs: { text: "Ada" } } })).status).toBe(
      200,
    );
  });

  it("ask providers by the key of whoever runs it", async () => {
    const prompt = `${marker} of ${crypto.randomUUID()}`;
    const all = await people({ prompt });
    for (const [user, value] of [
      [all.author, "key-of-the-author"],
      [all.guest, "key-of-the-guest"],
    ] as const) {
      await user.ask("/users/me/secrets/OPENAI_API_KEY", { method: "PUT", body: { value } });
    }
    expect((await start(all)).status).toBe(200);
    const requests = await requestsWith(prompt);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer key-of-the-guest"]);
  });

  it("keep what they store apart from all that the author or whoever runs it has", async () => {
    const request = { type: "kept", content: "of the run", sender: "s" };
    const all = await people({
      extra: { is: "Service", data: { service: "events", method: "record", request } },
    });
    for (const user of [all.author, all.guest])
      await user.ask("/services/events", { body: { ...request, content: user.name } });
    expect((await start(all)).status).toBe(200);
    for (const user of [all.author, all.guest]) {
      const { data } = await bodyOf(await user.ask("/services/events"));
      expect(data.map((event: { content: string }) => event.content)).toEqual([user.name]);
    }
    const rows = await bindings.DB.prepare("SELECT body FROM events WHERE user_id = ?")
      .bind(guestUserId(all.address))
      .all();
    expect(rows.results).toHaveLength(1);
    // One for each publication and each who runs it.
    expect(guestUserId({ ...all.address, caller: "another" })).not.toBe(guestUserId(all.address));
    expect(guestUserId({ ...all.address, session: "other" })).toBe(guestUserId(all.address));
  });

  it("ask every method of every service as nobody else, but those of providers", async () => {
    const asked: Record<string, string> = {};
    const recorded = (name: string) =>
      new Proxy(
        {},
        { get: (_, verb) => (call: { userId: string }) => (asked[`${name}.${String(verb)}`] = call.userId) },
      );
    const names = Object.keys(serviceMethods) as (keyof typeof serviceMethods)[];
    const address = { caller: "carla", owner: "otto", spellId: "@p", session: "main" };
    const services = Object.fromEntries(names.map((name) => [name, recorded(name)])) as unknown as Services;
    const guest = guestServices(services, address) as Record<
      string,
      Record<string, (call: object) => unknown>
    >;
    for (const name of names) for (const verb of methodsOf(name)) guest[name]?.[verb]?.({ userId: "carla" });
    const asCaller = Object.keys(asked).filter((method) => asked[method] === "carla");
    expect(asCaller.toSorted()).toEqual([
      "completion.chat",
      "completion.complete",
      "completion.embed",
      "huggingface.infer",
      "images.describe",
      "images.generate",
      "speech.speak",
      "speech.transcribe",
    ]);
    expect(new Set(Object.values(asked))).toEqual(new Set(["carla", guestUserId(address)]));
    expect(Object.keys(asked).length).toBeGreaterThan(60);
    // A token's `sub` may not hold what begins it.
    await expect(
      tokenOf(guestUserId(address)).then((token) => identify(bindings, token)),
    ).rejects.toMatchObject({
      code: "unauthorized",
    });
  });

  it("run no spell of whoever runs it", async () => {
    const all = await people({
      extra: { is: "Run Spell", data: { spellId: "private", spellName: "private" } },
    });
    const own = spell({ start: "Trigger In" }, "", { id: "private", name: "private" });
    for (const user of [all.author, all.guest])
      await user.ask("/spells/private", { method: "PUT", body: own });
    expect((await start(all)).status).not.toBe(200);
    expect((await bodyOf(await all.guest.ask("/spells/private/runs?session=sub-1"))).data).toEqual([]);
    expect((await bodyOf(await all.author.ask("/spells/private/runs?session=sub-1"))).data).toEqual([]);
  });
});
