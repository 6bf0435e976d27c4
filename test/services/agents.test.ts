/** Agents: what starts them, what they answer, what becomes of a message whose run fails or is cut off. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { agentName } from "../../src/db/hooks.ts";
import type { Env } from "../../src/env.ts";
import type { NewAgent } from "../../src/protocol/services.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { held, requestsWith } from "../helpers/provider.ts";
import { cutOff, demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
let count = 0;

/** Says back what it hears. */
const parrot = (): SpellDocument =>
  spell(
    { start: "Trigger In", heard: "Universal Input:heard", out: "Output:said" },
    "start.trigger > out.trigger\nheard.output > out.input",
  );

/** One of Magick's: gets the whole event. */
const magick = (): SpellDocument =>
  spell(
    { in: "Input:Input - Default", out: "Output:Output - Default" },
    "in.trigger > out.trigger\nin.output > out.input",
  );

const generating = (prompt: string): SpellDocument =>
  spell(
    {
      start: "Trigger In",
      heard: "Universal Input:heard",
      say: { is: "Generator", data: { fewshot: prompt } },
      out: "Output:said",
    },
    "start.trigger > say.trigger\nsay.trigger > out.trigger\nsay.result > out.input",
  );

type Binding = NewAgent["bindings"][number];

async function agentWith(binding: Binding, document = parrot(), more: Partial<NewAgent> = {}) {
  const user = userNamed(`agents-${(count += 1)}`);
  const save = async (next: SpellDocument) =>
    expect((await user.ask("/spells/demo", { method: "PUT", body: next })).status).toBeLessThan(300);
  await save(document);
  const made = await user.ask("/services/agents", {
    body: { name: "Polly", spellId: "demo", bindings: [binding], ...more },
  });
  expect(made.status).toBe(201);
  const { id } = await bodyOf(made);
  const verb = async (name: string, body: Record<string, unknown> = {}) =>
    user.ask(`/services/agents/${name}`, { body: { id, ...body } });
  const status = async () => bodyOf(await verb("status"));
  const actor = () => {
    if (bindings.AGENT_ACTORS === undefined) throw new Error("wrangler.toml binds no AGENT_ACTORS.");
    return bindings.AGENT_ACTORS.getByName(agentName(user.name, id));
  };
  return {
    user,
    id,
    save,
    verb,
    status,
    actor,
    address: async (): Promise<string> => {
      const { address } = (await status()).bindings[0];
      return address.slice(address.indexOf("/hooks/"));
    },
    runs: async () => (await bodyOf(await user.ask("/spells/demo/runs"))).data,
    events: async () => (await bodyOf(await user.ask("/services/events"))).data,
    handled: (n: number) =>
      vi.waitFor(async () => expect((await status()).handled).toBe(n), { timeout: 15_000 }),
    letters: (n: number) =>
      vi.waitFor(async () => expect((await status()).deadLetters).toBe(n), { timeout: 15_000 }),
    crash: () => runInDurableObject(actor(), (_, state) => state.abort("a crash")).catch(() => undefined),
    alarm: () => runDurableObjectAlarm(actor()),
    /** Lets all that waits for a later time be due now. */
    hurry: () =>
      runInDurableObject(actor(), (_, { storage }) => {
        storage.sql.exec("UPDATE messages SET due_at = 0 WHERE state = 'waiting'");
        storage.sql.exec("UPDATE bindings SET next_at = 1000 WHERE next_at IS NOT NULL");
      }),
  };
}

const started = async (...given: Parameters<typeof agentWith>) => {
  const agent = await agentWith(...given);
  expect((await agent.verb("start")).status).toBe(200);
  return agent;
};

describe("An agent on a webhook", () => {
  it("runs its spell with what is said, and keeps the talk and who spoke", async () => {
    const { user, address, handled, runs, events, id, status } = await started({ kind: "webhook" });
    const told = await ask(await address(), { body: { content: "hello", sender: "Ada", channel: "lab" } });
    expect(told.status).toBe(202);
    const { messageId } = await bodyOf(told);
    expect(messageId).toMatch(/^[0-9a-f-]{36}$/);
    await handled(1);
    expect(await runs()).toMatchObject([
      { status: "completed", session: "main", inputs: { heard: "hello" }, outputs: { said: "hello" } },
    ]);
    expect(await events()).toMatchObject([
      {
        type: "conversation",
        content: "hello",
        sender: "Ada",
        observer: "Polly",
        channel: "lab",
        agentId: id,
      },
      { type: "conversation", content: "hello", sender: "Polly", observer: "Ada", channel: "lab" },
    ]);
    await ask(await address(), { body: { content: "again", sender: "Ada", channel: "lab" } });
    await handled(2);
    const speakers = await bodyOf(await user.ask("/services/entities?type=speaker"));
    expect(speakers.data).toMatchObject([{ data: { name: "Ada", connectorId: "Ada", agentId: id } }]);
    expect(await status()).toMatchObject({ isRunning: true, waiting: 0, deadLetters: 0, handled: 2 });
  });

  it("answers with the outputs where the binding says so, and once for one key", async () => {
    const agent = await started({ kind: "webhook", reply: "outputs" });
    const address = await agent.address();
    const headers = { "idempotency-key": "one" };
    const answered = await ask(address, {
      body: "plain words",
      headers: { ...headers, "content-type": "text/plain" },
    });
    expect(answered.status).toBe(200);
    expect(await bodyOf(answered)).toMatchObject({
      messageId: expect.any(String),
      runId: expect.any(String),
      outputs: { said: "plain words" },
    });
    expect(
      (await ask(address, { body: "plain words", headers: { ...headers, "content-type": "text/plain" } }))
        .status,
    ).toBe(200);
    expect(await agent.runs()).toHaveLength(1);
  });

  it("gives a spell of Magick's the whole event", async () => {
    const agent = await started({ kind: "webhook", reply: "outputs" }, magick());
    const { outputs } = await bodyOf(
      await ask(await agent.address(), { body: { content: "hi", sender: "Ada" } }),
    );
    expect(outputs["Output - Default"]).toMatchObject({
      content: "hi",
      sender: "Ada",
      observer: "Polly",
      entities: ["Ada", "Polly"],
    });
  });

  it("takes nothing while it is stopped, at a wrong address, or after it was removed", async () => {
    const agent = await started({ kind: "webhook" });
    const address = await agent.address();
    await agent.verb("stop");
    expect((await ask(address, { body: {} })).status).toBe(409);
    await agent.verb("start");
    expect(await agent.address()).toBe(address);
    expect((await ask(`/hooks/${"x".repeat(24)}`, { body: {} })).status).toBe(404);
    expect((await ask(address, { body: "{", headers: { "content-type": "application/json" } })).status).toBe(
      400,
    );
    expect((await ask(address, { body: "x".repeat(1_100_000) })).status).toBe(413);
    expect((await agent.user.ask(`/services/agents/${agent.id}`, { method: "DELETE" })).status).toBe(200);
    expect((await ask(address, { body: {} })).status).toBe(404);
  });

  it("can be told something by hand, and forgets the talk where it is to keep none", async () => {
    const agent = await started({ kind: "webhook" }, parrot(), { keepsConversation: false });
    const sent = await agent.verb("send", { content: "by hand" });
    expect(await bodyOf(sent)).toMatchObject({ outputs: { said: "by hand" } });
    expect(await agent.events()).toEqual([]);
    expect((await agent.verb("send", { content: 5 })).status).toBe(400);
    expect((await agent.verb("send")).status).toBe(400);
  });
});

describe("An agent on a schedule", () => {
  it("runs when its time has come, once however many times went by, and through a crash", async () => {
    const agent = await started({ kind: "schedule", cron: "0 8 * * *", inputs: { further: 1 } });
    expect((await agent.status()).bindings[0].nextAt).toBeGreaterThan(Date.now());
    await agent.hurry();
    await agent.crash();
    expect(await agent.alarm()).toBe(true);
    await agent.handled(1);
    expect(await agent.runs()).toMatchObject([
      { inputs: { heard: "1970-01-01T00:00:01.000Z", further: 1 }, status: "completed" },
    ]);
    expect((await agent.status()).bindings[0].nextAt).toBeGreaterThan(Date.now());
    await agent.verb("stop");
    expect((await agent.status()).bindings[0].nextAt).toBeUndefined();
  });

  it.each([
    [{ kind: "schedule", cron: "nonsense" }, /no schedule/],
    [{ kind: "schedule", cron: "0 0 30 2 *" }, /no time/],
    [{ kind: "schedule", cron: "* * * * *", timeZone: "Mars/Olympus" }, /Mars/],
    [{ kind: "connector", connector: "discord", data: { publicKey: "short" } }, /64 hex/],
    [{ kind: "connector", connector: "telegram", data: { botToken: "123:plain" } }, /secret:NAME/],
    [{ kind: "connector", connector: "smoke signals", data: {} }, /./],
    [{ kind: "?" }, /./],
  ])("is refused as %j", async (binding, message) => {
    const refused = await userNamed("agents-refused").ask("/services/agents", {
      body: { name: "x", spellId: "demo", bindings: [binding] },
    });
    expect(refused.status).toBe(400);
    expect((await bodyOf(refused)).detail).toMatch(message);
  });
});

describe("An agent on events", () => {
  it("runs for those that fit and are not its own, which its reply is", async () => {
    const agent = await started({ kind: "event", type: "conversation", channel: "lab" });
    const record = (event: Record<string, string>) => agent.user.ask("/services/events", { body: event });
    await record({ type: "conversation", content: "elsewhere", channel: "hall" });
    await record({ type: "note", content: "a note", channel: "lab" });
    await record({ type: "conversation", content: "heard", channel: "lab", sender: "Ada" });
    await agent.handled(1);
    expect(await agent.runs()).toMatchObject([{ inputs: { heard: "heard" } }]);
    expect(
      (await agent.events()).map((one: { content: string; sender?: string }) => [one.content, one.sender]),
    ).toEqual([
      ["elsewhere", undefined],
      ["a note", undefined],
      ["heard", "Ada"],
      ["heard", "Polly"],
    ]);
    await agent.verb("stop");
    await record({ type: "conversation", content: "not heard", channel: "lab" });
    expect(await agent.runs()).toHaveLength(1);
  });

  it("does not go round for ever where two answer each other", async () => {
    const agent = await started({ kind: "event", type: "conversation" });
    const other = await bodyOf(
      await agent.user.ask("/services/agents", {
        body: {
          name: "Echo",
          spellId: "demo",
          bindings: [{ kind: "event", type: "conversation" }],
          maxTries: 1,
        },
      }),
    );
    await agent.user.ask("/services/agents/start", { body: { id: other.id } });
    await agent.user.ask("/services/events", { body: { type: "conversation", content: "ping" } });
    const dead = async () => {
      const both = await Promise.all(
        [agent.id, other.id].map(async (id) =>
          bodyOf(await agent.user.ask("/services/agents/status", { body: { id } })),
        ),
      );
      expect(both.map(({ waiting }) => waiting)).toEqual([0, 0]);
      expect(both.find(({ lastError }) => lastError !== undefined)?.lastError.code).toBe("recursion_limit");
    };
    await vi.waitFor(dead, { timeout: 20_000, interval: 200 });
  });
});

/** What was sent to a network. */
const sentTo = async (
  of: string,
): Promise<{ method: string; path: string; body: Record<string, unknown> }[]> =>
  (await fetch(`${inject("outsideUrl")}/net-log?of=${encodeURIComponent(of)}`)).json();

const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** As https://docs.discord.com/developers/interactions/receiving-and-responding shows them. */
async function discordAgent(document = parrot()) {
  const { publicKey, privateKey } = (await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const key = hexOf((await crypto.subtle.exportKey("raw", publicKey)) as ArrayBuffer);
  const agent = await started(
    { kind: "connector", connector: "discord", data: { publicKey: key } },
    document,
  );
  const interact = async (body: unknown, age = 0, spoil = ""): Promise<Response> => {
    const text = JSON.stringify(body);
    const timestamp = String(Math.floor(Date.now() / 1000) - age);
    const signature = await crypto.subtle.sign(
      "Ed25519",
      privateKey,
      new TextEncoder().encode(timestamp + text),
    );
    return ask(await agent.address(), {
      body: text + spoil,
      headers: { "x-signature-ed25519": hexOf(signature), "x-signature-timestamp": timestamp },
    });
  };
  const token = `interaction-${crypto.randomUUID()}`;
  const command = (value: string, id = crypto.randomUUID()) => ({
    app_permissions: "442368",
    application_id: "775799577604522054",
    channel: { guild_id: "290926798626357999", id: "772908445358620702", name: "testing", type: 0 },
    channel_id: "772908445358620702",
    data: { id: "866818195033292850", name: "ask", options: [{ name: "question", type: 3, value }], type: 1 },
    guild_id: "772904309264089089",
    id,
    locale: "en-US",
    member: {
      joined_at: "2020-11-02T20:46:57.364000+00:00",
      nick: null,
      roles: ["785609923542777878"],
      user: {
        avatar: null,
        discriminator: "0",
        global_name: "Ada",
        id: "167348773423415296",
        username: "ada_1",
      },
    },
    token,
    type: 2,
    version: 1,
  });
  return { ...agent, interact, command, token };
}

describe("An agent on Discord", () => {
  it("proves itself to Discord, and lets in nobody else", async () => {
    const { interact, address } = await discordAgent();
    const pong = await interact({ type: 1, id: "1", application_id: "2", token: "t", version: 1 });
    expect([pong.status, await bodyOf(pong)]).toEqual([200, { type: 1 }]);
    expect((await interact({ type: 1 }, 0, " ")).status).toBe(401);
    expect((await interact({ type: 1 }, 3600)).status).toBe(401);
    expect((await ask(await address(), { body: { type: 1 } })).status).toBe(401);
    expect((await interact({ type: 2 })).status).toBe(400);
    const { command } = await discordAgent();
    for (const part of ["..", ".", "", "a/b", "a?b", "%2e%2e"])
      for (const name of ["application_id", "token"])
        expect((await interact({ ...command("x"), [name]: part })).status).toBe(400);
    const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000)) as unknown;
    expect((await interact({ ...command("x"), data: { components: deep } })).status).toBe(400);
    expect(await bodyOf(await interact({ ...(await discordAgent()).command("x"), type: 4 }))).toMatchObject({
      type: 8,
    });
  });

  it("thinks at once and replies in the place of that, in as many parts as are needed, once", async () => {
    const agent = await discordAgent();
    const words = "word ".repeat(500).trim();
    const thinking = await agent.interact(agent.command(words, "same"));
    expect([thinking.status, await bodyOf(thinking)]).toEqual([200, { type: 5 }]);
    await agent.interact(agent.command(words, "same"));
    await agent.handled(1);
    const sent = await sentTo(agent.token);
    expect(sent.map(({ method, path }) => [method, path.replace(/.*interaction-[0-9a-f-]+/, "")])).toEqual([
      ["PATCH", "/messages/@original"],
      ["POST", ""],
    ]);
    const contents = sent.map(({ body }) => String(body.content));
    expect(contents.every((content) => content.length <= 2000)).toBe(true);
    expect(contents.join(" ")).toBe(words);
    expect(sent[0]?.body.allowed_mentions).toEqual({ parse: [] });
    expect(await agent.events()).toMatchObject([
      { sender: "Ada", connector: "discord", channel: "772908445358620702", channelType: "guild" },
      { sender: "Polly" },
    ]);
    // Who has the token of an interaction can speak as the bot.
    expect(JSON.stringify([await agent.events(), await agent.runs()])).not.toContain(agent.token);
  });

  it("says that it did not work where the run fails", async () => {
    const broken = spell(
      { start: "Trigger In", stop: { is: "Error", data: {} } },
      "start.trigger > stop.trigger",
    );
    const agent = await discordAgent(broken);
    await agent.interact(agent.command("x"));
    await agent.letters(1);
    await vi.waitFor(async () => expect(await sentTo(agent.token)).toHaveLength(1));
    expect((await sentTo(agent.token))[0]?.body.content).toMatch(/did not work/);
  });
});

/** As https://core.telegram.org/bots/webhooks#testing-your-bot-with-updates shows them. */
const update = (text: string, id = Math.floor(Math.random() * 1e9)) => ({
  update_id: id,
  message: {
    date: 1441645532,
    chat: { last_name: "Test Lastname", id: 1111111, first_name: "Test", username: "Test", type: "private" },
    message_id: 1365,
    from: { last_name: "Test Lastname", id: 1111111, first_name: "Test", username: "Test" },
    text,
  },
});

async function telegramAgent(token = `12345:${crypto.randomUUID()}`) {
  const agent = await agentWith({
    kind: "connector",
    connector: "telegram",
    data: { botToken: "secret:TELEGRAM" },
  });
  const publicUrl = bindings.PUBLIC_URL;
  onTestFinished(() => void (bindings.PUBLIC_URL = publicUrl ?? ""));
  bindings.PUBLIC_URL = "https://spells.example";
  const keep = () => agent.user.ask("/users/me/secrets/TELEGRAM", { method: "PUT", body: { value: token } });
  return { ...agent, token, keep };
}

describe("An agent on Telegram", () => {
  it("tells Telegram where it is, replies there, and takes each update once", async () => {
    const agent = await telegramAgent();
    await agent.keep();
    expect((await agent.verb("start")).status).toBe(200);
    const [hook] = await sentTo(agent.token);
    expect(hook).toMatchObject({
      path: `/net/telegram/bot${agent.token}/setWebhook`,
      body: { url: `https://spells.example${await agent.address()}`, allowed_updates: ["message"] },
    });
    const headers = { "x-telegram-bot-api-secret-token": String(hook?.body.secret_token) };
    const address = await agent.address();
    expect((await ask(address, { body: update("hi") })).status).toBe(401);
    expect(
      (await ask(address, { body: update("hi"), headers: { "x-telegram-bot-api-secret-token": "x" } }))
        .status,
    ).toBe(401);
    expect((await ask(address, { body: { no: "update" }, headers })).status).toBe(400);
    expect(
      (
        await ask(address, {
          body: { update_id: 1, message: { ...update("").message, text: undefined } },
          headers,
        })
      ).status,
    ).toBe(200);
    for (let times = 0; times < 2; times++)
      expect((await ask(address, { body: update("hi", 77), headers })).status).toBe(200);
    await agent.handled(1);
    const said = (await sentTo(agent.token)).filter(({ path }) => path.endsWith("/sendMessage"));
    expect(said.map(({ body }) => body)).toEqual([
      {
        chat_id: 1111111,
        text: "hi",
        reply_parameters: { message_id: 1365, allow_sending_without_reply: true },
      },
    ]);
    expect((await agent.events())[0]).toMatchObject({ sender: "Test Test Lastname", channel: "1111111" });
    await agent.verb("stop");
    expect((await sentTo(agent.token)).at(-1)?.path).toMatch(/deleteWebhook$/);
  });

  it("does not start without its secret, a public address, or Telegram's consent", async () => {
    const agent = await telegramAgent("12345:down");
    const startFails = async (code: string, message: RegExp) => {
      const problem = await bodyOf(await agent.verb("start"));
      expect([problem.code, problem.detail]).toEqual([code, expect.stringMatching(message)]);
      expect((await agent.status()).isRunning).toBe(false);
    };
    await startFails("not_configured", /secret "TELEGRAM"/);
    await agent.keep();
    await startFails("provider_error", /403/);
    bindings.PUBLIC_URL = "";
    await startFails("not_configured", /PUBLIC_URL/);
    expect(JSON.stringify(await bodyOf(await agent.verb("start")))).not.toContain(agent.token);
  });
});

describe("A message whose run fails", () => {
  it("is tried again where that may help, then a dead letter, and goes on when it is tried by hand", async () => {
    const prompt = `!503 ${crypto.randomUUID()}`;
    const agent = await started({ kind: "webhook" }, generating(prompt), { maxTries: 2 });
    await ask(await agent.address(), { body: { content: "x", sender: "Ada" } });
    await vi.waitFor(async () => expect((await agent.status()).lastError?.code).toBe("provider_error"), {
      timeout: 15_000,
    });
    expect(await agent.status()).toMatchObject({ waiting: 1, deadLetters: 0 });
    await agent.hurry();
    await agent.alarm();
    await agent.letters(1);
    expect(await agent.runs()).toHaveLength(2);
    const { data, total } = await bodyOf(await agent.verb("deadLetters"));
    expect(total).toBe(1);
    expect(data).toMatchObject([
      {
        stage: "run",
        tries: 2,
        binding: "webhook",
        message: { content: "x", sender: "Ada" },
        error: { code: "provider_error" },
      },
    ]);
    await agent.save(parrot());
    expect(await bodyOf(await agent.verb("retry", { letter: "other" }))).toEqual({ count: 0 });
    expect(await bodyOf(await agent.verb("retry", { letter: data[0].id }))).toEqual({ count: 1 });
    await agent.handled(1);
    expect(await agent.status()).toMatchObject({ waiting: 0, deadLetters: 0 });
    // Said and heard once.
    expect(await agent.events()).toHaveLength(2);
  });

  it("is a dead letter at once where its author must mend something", async () => {
    const agent = await agentWith({ kind: "webhook", reply: "outputs" }, parrot(), { spellId: "missing" });
    await agent.verb("start");
    const failed = await ask(await agent.address(), { body: { content: "x" } });
    expect([failed.status, (await bodyOf(failed)).code]).toEqual([404, "not_found"]);
    await agent.letters(1);
    expect(await bodyOf(await agent.verb("discard"))).toEqual({ count: 1 });
    expect(await agent.status()).toMatchObject({ waiting: 0, deadLetters: 0, handled: 0 });
  });

  it("goes on with the same run after a crash", async () => {
    const prompt = `!hang:1 ${crypto.randomUUID()}`;
    const agent = await started({ kind: "webhook" }, generating(prompt));
    await ask(await agent.address(), { body: { content: "x" } });
    await held(prompt);
    await agent.crash();
    await cutOff(demoRunner(agent.user.name));
    await agent.hurry();
    await agent.alarm();
    await agent.handled(1);
    expect(await agent.runs()).toHaveLength(1);
    expect(await agent.events()).toHaveLength(2);
    const keys = new Set((await requestsWith(prompt)).map(({ headers }) => headers["idempotency-key"]));
    expect(keys.size).toBe(1);
  });
});

describe("Another user's agent", () => {
  it("is not there", async () => {
    const { id } = await started({ kind: "webhook" });
    const other = userNamed(`agents-${(count += 1)}`);
    for (const name of ["start", "stop", "status", "deadLetters", "retry", "discard"])
      expect((await other.ask(`/services/agents/${name}`, { body: { id } })).status).toBe(404);
    expect((await other.ask("/services/agents/send", { body: { id, content: "x" } })).status).toBe(404);
  });
});
