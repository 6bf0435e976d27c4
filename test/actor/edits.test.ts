import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { runnerName } from "../../src/actor/address.ts";
import { upgradeHeaders } from "../../src/actor/rpc.ts";
import type { Env } from "../../src/env.ts";
import { applyPatch } from "../../src/graph/json-patch.ts";
import type { ServerMessage } from "../../src/protocol/down.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { demoRunner } from "../helpers/runners.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

const bindings = env as unknown as Env;
let count = 0;

type User = ReturnType<typeof userNamed>;

const put = async (user: User, id: string, document: SpellDocument) => {
  const response = await user.ask(`/spells/${id}`, { method: "PUT", body: document });
  expect(response.status).toBeLessThan(300);
};

/** A user of its own with a spell saved, so that tests do not meet. */
async function saved(document: SpellDocument = greeting("hello")) {
  const user = userNamed(`edit-${(count += 1)}`);
  await put(user, "demo", document);
  return user;
}

const stubOf = (user: User, session = "main") => demoRunner(user.name, session);

/** start -> out, which says a fixed text. */
const greeting = (text: string) =>
  spell(
    { start: "Trigger In", text: { is: "Text Variable", data: { fewshot: text } }, out: "Output:said" },
    `
  start.trigger > out.trigger
  text.output > out.input`,
  );

const say = (text: string): JsonObject[] => [
  { op: "replace", path: "/nodes/text/data/fewshot", value: text },
];

async function open(user: User, query = "", spellId = "demo"): Promise<TestConnection> {
  const tab = await TestConnection.open(user, spellId, query);
  await tab.hello();
  return tab;
}

type Saved = Extract<ServerMessage, { type: "spell.saved" }>;
type Changed = Extract<ServerMessage, { type: "spell.changed" }>;

/** The answer to an edit: saved or refused. */
const answerTo = (tab: TestConnection, requestId: string) =>
  tab.until(
    (message) =>
      (message.type === "spell.saved" || message.type === "error") && message.requestId === requestId,
    `the answer to ${requestId}`,
  );

const edit = (tab: TestConnection, requestId: string, baseVersion: number, patch: JsonObject[]) => {
  tab.say({ type: "edit", requestId, baseVersion, patch });
  return answerTo(tab, requestId);
};

const changes = (tab: TestConnection): Changed[] =>
  tab.events.filter((event) => event.type === "spell.changed");

const changedTo = (tab: TestConnection, version: number) =>
  tab.wait(() => changes(tab).find((event) => event.version === version), `version ${version}`);

const documentOf = async (user: User, version?: number): Promise<SpellDocument> =>
  (await bodyOf(
    await user.ask(`/spells/demo${version === undefined ? "" : `/versions/${version}`}`),
  )) as SpellDocument;

const said = async (user: User, query = ""): Promise<unknown> =>
  ((await bodyOf(await user.ask(`/spells/demo/run${query}`, { body: {} }))) as { outputs?: JsonObject })
    .outputs?.said;

describe("an edit", () => {
  it("becomes the next version, is told to every connection as a journaled event, and then answered", async () => {
    const user = await saved();
    const [tab, other] = [await open(user), await open(user)];
    expect(await said(user)).toBe("hello");
    expect(await edit(tab, "e1", 1, say("bye"))).toEqual({
      type: "spell.saved",
      requestId: "e1",
      version: 2,
      warnings: [],
    });
    const event = { type: "spell.changed", version: 2, patch: say("bye"), by: user.name };
    expect(await changedTo(tab, 2)).toMatchObject({ ...event, seq: expect.any(Number) });
    expect(await changedTo(other, 2)).toEqual(await changedTo(tab, 2));
    const order = tab.messages.map(({ type }) => type);
    expect(order.indexOf("spell.changed")).toBeLessThan(order.indexOf("spell.saved"));
    expect(await said(user)).toBe("bye");
    expect(await documentOf(user)).toMatchObject({
      version: 2,
      nodes: { text: { data: { fewshot: "bye" } } },
    });
    expect(await documentOf(user, 1)).toMatchObject({ nodes: { text: { data: { fewshot: "hello" } } } });
    expect((await bodyOf(await user.ask("/spells/demo/versions"))) as unknown).toMatchObject({
      data: [{ version: 2 }, { version: 1 }],
    });
    const late = await TestConnection.open(user, "demo");
    await late.hello(0);
    expect(await changedTo(late, 2)).toEqual(await changedTo(tab, 2));
    expect(other.messages.some(({ type }) => type === "spell.saved")).toBe(false);
  });

  it("is known to the user's other sessions, and to spells that use this one, before it is answered", async () => {
    const user = await saved();
    await put(
      user,
      "outer",
      spell(
        {
          start: "Trigger In",
          s: {
            is: "Spell",
            data: { spellId: "demo" },
            outputs: [
              { name: "said", type: "any" },
              { name: "trigger", type: "trigger" },
            ],
          },
          out: "Output:said",
        },
        `
  start.trigger > s.trigger
  s.trigger > out.trigger
  s.said > out.input`,
      ),
    );
    const outer = async () =>
      ((await bodyOf(await user.ask("/spells/outer/run", { body: {} }))) as { outputs: JsonObject }).outputs
        .said;
    const [tab, elsewhere] = [await open(user), await open(user, "?session=two")];
    expect([await said(user, "?session=two"), await outer()]).toEqual(["hello", "hello"]);
    await edit(tab, "e1", 1, say("bye"));
    expect([await said(user, "?session=two"), await outer()]).toEqual(["bye", "bye"]);
    expect(await changedTo(elsewhere, 2)).toMatchObject({ patch: say("bye"), by: user.name });
    expect(await edit(elsewhere, "e2", 2, say("again"))).toMatchObject({ version: 3 });
    expect(await changedTo(tab, 3)).toMatchObject({ patch: say("again") });
    expect(changes(tab).map(({ version }) => version)).toEqual([2, 3]);
  });

  it("from a stale version loses nothing: its sender gets the present document, and no one else anything", async () => {
    const user = await saved();
    const [tab, other] = [await open(user), await open(user)];
    await edit(tab, "first", 1, say("bye"));
    await changedTo(other, 2);
    const before = other.messages.length;
    expect(await edit(tab, "second", 1, say("lost?"))).toMatchObject({
      type: "error",
      code: "conflict",
      message: expect.stringContaining("version 2") as string,
    });
    const present = await tab.until(({ type }) => type === "spell", "the present document");
    expect(present).toEqual({
      type: "spell",
      requestId: "second",
      version: 2,
      document: await documentOf(user),
    });
    expect(tab.messages.indexOf(present) - tab.messages.findIndex(({ type }) => type === "error")).toBe(1);
    expect("seq" in present).toBe(false);
    expect(other.messages).toHaveLength(before);
    expect(await edit(tab, "ahead", 9, say("x"))).toMatchObject({ code: "conflict" });
    expect(await edit(tab, "again", 2, say("kept"))).toMatchObject({ version: 3 });
  });

  it("made by many at once from one version is saved for exactly one of them", async () => {
    const user = await saved();
    const tabs = await Promise.all(
      ["", "", "?session=two", "?session=three"].map((query) => open(user, query)),
    );
    const answers = await Promise.all(tabs.map((tab, i) => edit(tab, `e${i}`, 1, say(`text ${i}`))));
    const winner = answers.findIndex(({ type }) => type === "spell.saved");
    expect(answers.filter(({ type }) => type === "spell.saved")).toHaveLength(1);
    for (const [i, tab] of tabs.entries()) {
      expect((await changedTo(tab, 2)).patch).toEqual(say(`text ${winner}`));
      if (i === winner) continue;
      expect(answers[i]).toMatchObject({ code: "conflict" });
      expect(await tab.until(({ type }) => type === "spell", "the document")).toMatchObject({
        version: 2,
        document: { nodes: { text: { data: { fewshot: `text ${winner}` } } } },
      });
    }
    expect(await documentOf(user)).toMatchObject({ version: 2 });
  });

  it("leaves runs as they began", async () => {
    const user = await saved(
      spell(
        {
          start: "Trigger In",
          ask: "Ask",
          text: { is: "Text Variable", data: { fewshot: "hello" } },
          out: "Output:said",
        },
        `
  start.trigger > ask.trigger
  ask.trigger > out.trigger
  text.output > out.input`,
      ),
    );
    const tab = await open(user);
    tab.say({ type: "run", requestId: "r" });
    const waiting = await tab.until(({ type }) => type === "node.waiting", "the question");
    const { runId, nodeId, visit } = waiting as Extract<ServerMessage, { type: "node.waiting" }>;
    await edit(tab, "e1", 1, say("bye"));
    tab.say({ type: "answer", runId, nodeId, visit, value: "go on" });
    expect(await tab.end(runId)).toMatchObject({ type: "run.completed", outputs: { said: "hello" } });
    expect(await bodyOf(await user.ask(`/spells/demo/runs/${runId}`))).toMatchObject({
      spell: { version: 1 },
    });
  });

  it("works after the eviction of the runner, whose connections stay", async () => {
    const user = await saved();
    const [tab, other] = [await open(user), await open(user)];
    await evictDurableObject(stubOf(user));
    expect(await edit(tab, "e1", 1, say("bye"))).toMatchObject({ version: 2 });
    await changedTo(other, 2);
    await evictDurableObject(stubOf(user));
    expect(await edit(other, "e2", 2, say("again"))).toMatchObject({ version: 3 });
    await changedTo(tab, 3);
    const seqs = changes(tab).map(({ seq }) => seq);
    expect(seqs).toEqual([1, 2]);
    expect(await said(user)).toBe("again");
  });

  it("of a spell that cannot run is saved as a draft, its faults told", async () => {
    const user = await saved();
    const tab = await open(user);
    const patch = [{ op: "replace", path: "/nodes/out/component", value: "Nonsense" }];
    const answer = (await edit(tab, "e1", 1, patch)) as Saved;
    expect(answer.version).toBe(2);
    expect(answer.warnings).toContainEqual(
      expect.objectContaining({ severity: "error", code: "unknown_component", nodeId: "out" }),
    );
    expect((await user.ask("/spells/demo/run", { body: {} })).status).toBe(422);
  });

  it("may use every operation, on every key", async () => {
    const user = await saved();
    const tab = await open(user);
    const patch: JsonObject[] = [
      { op: "test", path: "/version", value: 1 },
      { op: "add", path: "/nodes/constructor", value: { component: "Echo", position: [1, 2], data: {} } },
      { op: "copy", from: "/nodes/constructor", path: "/nodes/toString" },
      { op: "add", path: "/nodes/toString/data/a~1b", value: { deep: [1, 2] } },
      { op: "add", path: "/nodes/toString/data/a~1b/deep/-", value: 3 },
      { op: "move", from: "/nodes/toString/data/a~1b", path: "/nodes/constructor/data/moved" },
      { op: "remove", path: "/nodes/constructor/data/moved/deep/0" },
      { op: "replace", path: "/name", value: "renamed" },
    ];
    const before = await documentOf(user);
    expect(await edit(tab, "e1", 1, patch)).toMatchObject({ version: 2 });
    const after = await documentOf(user);
    expect(after).toMatchObject({
      name: "renamed",
      nodes: { constructor: { data: { moved: { deep: [2, 3] } } }, toString: { data: {} } },
    });
    const { patch: told } = await changedTo(tab, 2);
    expect({ ...(applyPatch(before as unknown as Json, told) as JsonObject), version: 2 }).toEqual(after);
  });

  it("that says more than a document has is told as it was stored", async () => {
    const user = await saved();
    const tab = await open(user);
    await edit(tab, "e1", 1, [...say("bye"), { op: "add", path: "/nodes/text/colour", value: "red" }]);
    expect((await changedTo(tab, 2)).patch).toEqual(say("bye"));
    expect((await documentOf(user)).nodes.text).not.toHaveProperty("colour");
  });

  const crowd = Object.fromEntries(
    Array.from({ length: 5_001 }, (_, i) => [`n${i}`, { component: "Echo", position: [0, 0], data: {} }]),
  ) as JsonObject;
  const bad: [string, JsonObject[], string, RegExp][] = [
    [
      "an operation on nothing",
      [...say("x"), { op: "remove", path: "/nodes/9" }],
      "bad_request",
      /Operation 1 .*\/nodes\/9/,
    ],
    [
      "a failed test",
      [...say("x"), { op: "test", path: "/name", value: "?" }],
      "bad_request",
      /Operation 1 .*\/name/,
    ],
    ["no operation", [{ op: "paint", path: "/name" }], "bad_request", /Operation 0/],
    ["a prototype", [{ op: "add", path: "/nodes/__proto__/x", value: 1 }], "bad_request", /__proto__/],
    ["an inherited method", [{ op: "add", path: "/nodes/valueOf/x", value: 1 }], "bad_request", /nothing at/],
    [
      "a huge index",
      [{ op: "add", path: "/nodes/text/position/999999999", value: 1 }],
      "bad_request",
      /2 items/,
    ],
    ["another id", [{ op: "replace", path: "/id", value: "other" }], "bad_request", /"id"/],
    ["another version", [{ op: "replace", path: "/version", value: 7 }], "bad_request", /"version"/],
    ["no format", [{ op: "remove", path: "/format" }], "bad_request", /"format"/],
    ["no nodes", [{ op: "remove", path: "/nodes" }], "bad_request", /nodes/],
    ["no object", [{ op: "replace", path: "", value: [] }], "bad_request", /object/],
    ["a bad node", [{ op: "add", path: "/nodes/x", value: { component: 3 } }], "bad_request", /nodes\.x/],
    ["a bad node id", [{ op: "move", from: "/nodes/text", path: "/nodes/a b" }], "bad_request", /nodes/],
    ["too many nodes", [{ op: "add", path: "/nodes", value: crowd }], "too_large", /5001/],
    [
      "too large a document",
      [
        { op: "add", path: "/nodes/text/data/a", value: "x".repeat(600_000) },
        { op: "copy", from: "/nodes/text/data/a", path: "/nodes/text/data/b" },
      ],
      "too_large",
      /1048576/,
    ],
    [
      "a document without measure",
      Array.from({ length: 100 }, (_, i) => ({ op: "copy", from: "/nodes", path: `/nodes/text/data/c${i}` })),
      "too_large",
      /parts/,
    ],
  ];
  for (const [what, patch, code, message] of bad)
    it(`is refused whole, and the connection stays: ${what}`, async () => {
      const user = await saved();
      const tab = await open(user);
      expect(await edit(tab, "e1", 1, patch)).toMatchObject({
        type: "error",
        code,
        message: expect.stringMatching(message) as string,
      });
      expect(await documentOf(user)).toMatchObject({ version: 1, name: "test" });
      expect(await edit(tab, "e2", 1, say("fine"))).toMatchObject({ version: 2 });
      expect(changes(tab)).toHaveLength(1);
    });

  it("is for the owner alone: a runner of another caller refuses it", async () => {
    const user = await saved();
    const stub = bindings.SPELL_RUNNER.getByName(
      runnerName({ caller: "guest", owner: user.name, spellId: "demo", session: "main" }),
    );
    const headers = { upgrade: "websocket", [upgradeHeaders.expiresAt]: String(Date.now() + 600_000) };
    const guest = TestConnection.of(await stub.fetch("https://runner/connect", { headers }));
    await guest.hello();
    expect(await edit(guest, "e1", 1, say("mine"))).toMatchObject({ code: "forbidden" });
    const tab = await open(user);
    expect(await edit(tab, "e2", 1, say("bye"))).toMatchObject({ version: 2 });
    await stub.spellChanged("demo", 2);
    expect(changes(guest)).toEqual([]);
  });

  it("of a spell that was deleted finds nothing", async () => {
    const user = await saved();
    const tab = await open(user);
    await user.ask("/spells/demo", { method: "DELETE" });
    await put(user, "demo", greeting("new life"));
    expect(await tab.wait(() => tab.closed, "the close")).toMatchObject({ code: 4404 });
    const back = await open(user);
    expect(await edit(back, "e1", 2, say("bye"))).toMatchObject({ version: 3 });
  });

  it("is limited in what may wait: far more than that closes its own connection", async () => {
    const user = await saved();
    const [noisy, tab] = [await open(user), await open(user)];
    const patch = say("x".repeat(900_000));
    for (let i = 0; i < 20; i++) noisy.say({ type: "edit", requestId: `e${i}`, baseVersion: 1, patch });
    expect(await noisy.wait(() => noisy.closed, "the close")).toMatchObject({ code: 4429 });
    tab.say({ type: "run", requestId: "r" });
    expect(await tab.until(({ type }) => type === "run.completed", "a run")).toBeDefined();
  });
});

describe("a PUT", () => {
  it("is told to open connections of every session as the patch between the versions", async () => {
    const user = await saved();
    const [tab, elsewhere] = [await open(user), await open(user, "?session=two")];
    await put(user, "demo", greeting("put"));
    for (const one of [tab, elsewhere])
      expect(await changedTo(one, 2)).toMatchObject({ patch: say("put"), by: user.name });
    expect(await edit(tab, "e1", 2, say("edited"))).toMatchObject({ version: 3 });
  });

  it("is told to connections whose runner was evicted, or unloaded", async () => {
    const user = await saved();
    const tab = await open(user);
    await evictDurableObject(stubOf(user));
    await put(user, "demo", greeting("two"));
    await changedTo(tab, 2);
    expect((await user.ask("/spells/demo/runner", { method: "DELETE" })).status).toBe(200);
    await put(user, "demo", greeting("three"));
    expect((await changedTo(tab, 3)).patch).toEqual(say("three"));
  });

  it("that replaces the spell is told as the whole document, and by reference above 256 KB", async () => {
    const user = await saved();
    const tab = await open(user);
    await put(user, "demo", greeting("x".repeat(100_000)));
    expect((await changedTo(tab, 2)).patch).toEqual([
      { op: "replace", path: "", value: (await documentOf(user)) as unknown as Json },
    ]);
    await put(user, "demo", greeting("y".repeat(1_000_000)));
    expect((await changedTo(tab, 3)).patch).toEqual([
      {
        op: "replace",
        path: "",
        value: { $value: { id: "version-3", bytes: expect.any(Number) as number, preview: "" } },
      },
    ]);
    expect((await documentOf(user, 3)).nodes.text?.data.fewshot).toHaveLength(1_000_000);
    expect(await edit(tab, "stale", 1, say("x"))).toMatchObject({ code: "conflict" });
    expect(await tab.until(({ type }) => type === "spell", "the document")).toMatchObject({ version: 3 });
    expect(await edit(tab, "small", 3, [{ op: "replace", path: "/name", value: "n" }])).toMatchObject({
      version: 4,
    });
    expect(Math.max(...tab.frames.map((frame) => new TextEncoder().encode(frame).length))).toBeLessThan(
      1024 * 1024,
    );
  });

  it("and edits at once are told in the order of their versions, and make together what is stored", async () => {
    const user = await saved();
    const tab = await open(user);
    const before = await documentOf(user);
    const writes = Array.from({ length: 8 }, (_, i) => put(user, "demo", greeting(`put ${i}`)));
    for (let i = 0; i < 8; i++)
      tab.say({ type: "edit", requestId: `e${i}`, baseVersion: i + 1, patch: say(`edit ${i}`) });
    await Promise.all(writes);
    for (let i = 0; i < 8; i++) await answerTo(tab, `e${i}`);
    const present = await documentOf(user);
    await changedTo(tab, present.version);
    expect(changes(tab).map(({ version }) => version)).toEqual(
      Array.from({ length: present.version - 1 }, (_, i) => i + 2),
    );
    let document = before as unknown as Json;
    for (const { patch } of changes(tab)) document = applyPatch(document, patch);
    expect({ ...(document as JsonObject), version: present.version }).toEqual(present);
  });
});
