/** Services over HTTP: the same as nodes have, each user's own, and what strangers send. */
import { describe, expect, it } from "vitest";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { spell } from "../helpers/spells.ts";

let count = 0;
const someone = () => userNamed(`services-${(count += 1)}`);

describe("Rows over HTTP", () => {
  it("are created, found, read, changed and removed", async () => {
    const user = someone();
    const made = await user.ask("/services/entities", {
      body: { type: "task", data: { status: "open", n: 2 } },
    });
    expect(made.status).toBe(201);
    const row = await bodyOf(made);
    expect(made.headers.get("location")).toBe(`/services/entities/${row.id}`);
    const path = `/services/entities/${row.id}`;
    expect(await bodyOf(await user.ask(path))).toEqual(row);
    const patched = await user.ask(path, { method: "PATCH", body: { data: { status: "done" } } });
    expect(await bodyOf(patched)).toMatchObject({ type: "task", data: { status: "done" } });
    const put = await user.ask(path, { method: "PUT", body: { type: "note", data: {} } });
    expect(await bodyOf(put)).toMatchObject({ id: row.id, type: "note", data: {} });
    expect((await user.ask(path, { method: "DELETE" })).status).toBe(200);
    expect((await user.ask(path)).status).toBe(404);
  });

  it("are found by Feathers' queries in the address, and by JSON where values are no texts", async () => {
    const user = someone();
    for (const [name, n] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ])
      await user.ask("/services/entities", { body: { type: "t", data: { name, n } } });
    const names = async (query: string) =>
      (await bodyOf(await user.ask(`/services/entities?${query}`))).data.map(
        (row: { data: { name: string } }) => row.data.name,
      );
    expect(await names("type=t&$limit=2&$sort[data.name]=-1")).toEqual(["c", "b"]);
    expect(await names("data.name[$in][]=a&data.name[$in][]=c")).toEqual(["a", "c"]);
    expect(await names("data.name[$ne]=a&$skip=1")).toEqual(["c"]);
    expect(await names("$or[0][data.name]=a&$or[1][data.name]=b")).toEqual(["a", "b"]);
    expect(await names(`$query=${encodeURIComponent('{"data.n":{"$gte":2}}')}`)).toEqual(["b", "c"]);
    expect(await names("data.n=2")).toEqual([]);
  });

  it("are nobody else's", async () => {
    const [user, other] = [someone(), someone()];
    const { id } = await bodyOf(
      await user.ask("/services/events", { body: { type: "c", content: "secret" } }),
    );
    for (const [method, body] of [
      ["GET", undefined],
      ["PATCH", { content: "x" }],
      ["PUT", { type: "c", content: "x" }],
      ["DELETE", undefined],
    ] as const)
      expect((await other.ask(`/services/events/${id}`, { method, body })).status).toBe(404);
    expect((await bodyOf(await other.ask("/services/events"))).total).toBe(0);
    expect((await ask("/services/events")).status).toBe(401);
    expect((await ask("/services/entities", { body: {} })).status).toBe(401);
  });

  it("are made once by one key, which is not that of a run", async () => {
    const user = someone();
    const headers = { "idempotency-key": "k" };
    const first = await bodyOf(
      await user.ask("/services/entities", { body: { type: "t", data: {} }, headers }),
    );
    expect(
      await bodyOf(await user.ask("/services/entities", { body: { type: "t", data: {} }, headers })),
    ).toEqual(first);
    expect((await user.ask("/services/entities", { body: { type: "u", data: {} }, headers })).status).toBe(
      409,
    );
    expect((await bodyOf(await user.ask("/services/entities"))).total).toBe(1);
  });

  it.each([
    ["type[$regex]=a", "query.type"],
    ["$limit=x", "$limit"],
    ["a[b][c][d]=1", "a[b][c][d]"],
    ["a[=1", "a["],
    ["a=1&a[b]=2", "a[b]"],
    ["a=1&a=2", "a"],
    ["$query={}&a=1", "$query"],
    ["$query={", ""],
    ["__proto__=1", "__proto__"],
    ["constructor[prototype]=1", "constructor"],
    [Array.from({ length: 300 }, (_, i) => `a${i}=1`).join("&"), ""],
  ])("refuse the query %s", async (query, path) => {
    const response = await someone().ask(`/services/entities?${query}`);
    expect(response.status).toBe(400);
    const { errors } = await bodyOf(response);
    expect(JSON.stringify(errors)).toContain(path);
  });

  it.each([
    ["{", 400],
    ["[]", 400],
    ['"text"', 400],
    ['{"type":5}', 400],
    [`{"type":"t","data":${"[".repeat(300)}${"]".repeat(300)}}`, 400],
    [JSON.stringify({ type: "t", data: { x: "x".repeat(2_000_000) } }), 413],
    [JSON.stringify({ type: "t", data: { x: "x".repeat(9_000_000) } }), 413],
  ])("refuse the body %.40s", async (body, status) => {
    const user = someone();
    expect((await user.ask("/services/entities", { body })).status).toBe(status);
    expect((await bodyOf(await user.ask("/services/entities"))).total).toBe(0);
  });
});

describe("Own verbs over HTTP", () => {
  const verb = async (user: ReturnType<typeof userNamed>, path: string, body: unknown) => {
    const response = await user.ask(`/services/${path}`, { body });
    return { status: response.status, body: response.status === 204 ? undefined : await bodyOf(response) };
  };
  it("keep and give what the cache has, each user's own", async () => {
    const [user, other] = [someone(), someone()];
    expect(await verb(user, "cache/set", { key: "k", value: [1], ttlSeconds: 60 })).toEqual({
      status: 204,
      body: undefined,
    });
    expect((await verb(user, "cache/get", { key: "k" })).body).toEqual({ value: [1] });
    expect((await verb(other, "cache/get", { key: "k" })).body).toBe(null);
    expect((await verb(user, "cache/set", { key: "k", value: 1, ttlSeconds: 5 })).status).toBe(400);
    expect((await verb(user, "cache/get", {})).status).toBe(400);
    await verb(user, "cache/delete", { key: "k" });
    expect((await verb(user, "cache/get", { key: "k" })).body).toBe(null);
  });
  it("record and recall events", async () => {
    const user = someone();
    for (const content of ["one", "two"])
      await verb(user, "events/record", { type: "c", content, channel: "x" });
    const { body } = await verb(user, "events/recall", { channel: "x", limit: 1 });
    expect(body.events).toMatchObject([{ content: "two" }]);
    expect((await verb(user, "events/recall", { limit: -1 })).status).toBe(400);
  });
  it("keep documents in stores, and find them by words and by likeness", async () => {
    const user = someone();
    const { body: store } = await verb(user, "documents/createStore", { name: "zoo" });
    const documents = [
      { title: "Cats", content: "Cats purr.", storeId: store.id, embedding: [1, 0] },
      { title: "Dogs", content: "Dogs bark at cats.", embedding: [0, 1] },
    ];
    expect((await verb(user, "documents/createMany", { documents })).body.ids).toHaveLength(2);
    const titles = ({ body }: { body: { results: { title: string }[] } }) =>
      body.results.map(({ title }) => title);
    const search = (more: object) =>
      verb(user, "search/query", { query: "cats", in: "documents", limit: 5, ...more });
    expect(titles(await search({}))).toEqual(["Cats", "Dogs"]);
    expect(titles(await search({ storeId: store.id }))).toEqual(["Cats"]);
    expect(
      titles(await verb(someone(), "search/query", { query: "cats", in: "documents", limit: 5 })),
    ).toEqual([]);
    expect((await search({ in: "web" })).body).toMatchObject({ code: "not_configured" });
    const near = await verb(user, "documents/nearest", { embedding: [0, 1], limit: 1 });
    expect(near.body.data).toMatchObject([{ title: "Dogs", distance: 0 }]);
    expect((await verb(user, "documents/removeStore", { id: store.id })).body).toEqual(store);
    expect((await bodyOf(await user.ask("/services/documents"))).total).toBe(1);
    expect((await verb(user, "documents/findStores", {})).body.total).toBe(0);
  });
  it("start and stop agents, which nobody creates running", async () => {
    const user = someone();
    const { body: agent } = await verb(user, "agents", {
      name: "a",
      spellId: "s",
      bindings: [],
      isRunning: true,
    });
    expect(agent.isRunning).toBe(false);
    expect((await verb(user, "agents/start", { id: agent.id })).body.isRunning).toBe(true);
    expect((await verb(someone(), "agents/stop", { id: agent.id })).status).toBe(404);
  });
  it("complete, by the deployment's provider", async () => {
    const { body } = await verb(someone(), "completion/complete", { prompt: "say hi" });
    expect(body.text).toEqual(expect.any(String));
  });
  it("tell who the caller is, and that there is no other verb or service", async () => {
    const user = someone();
    expect((await user.ask("/services/users/me", { method: "POST" })).status).toBe(200);
    for (const path of ["/services/users/keys", "/services/none", "/services/none/verb"])
      expect((await user.ask(path, { body: {} })).status).toBe(404);
  });
});

describe("The spells service", () => {
  const echo = spell(
    {
      start: "Trigger In",
      text: { is: "Universal Input", data: { name: "text", text: "by itself" } },
      out: "Output:said",
    },
    `start.trigger > out.trigger
     text.output > out.input`,
  );
  const caller = (name: string) =>
    spell(
      {
        start: "Trigger In",
        name: { is: "Universal Input", data: { name: "name", text: name } },
        run: "Run Spell",
        out: "Output:got",
      },
      `start.trigger > run.trigger
       name.output > run.spell
       run.trigger > out.trigger
       run.output > out.input`,
    );
  it("finds spells, gives one by its id or name, and runs it", async () => {
    const user = someone();
    await user.ask("/spells/echo", { method: "PUT", body: { ...echo, name: "Echo spell" } });
    await user.ask("/spells/other", { method: "PUT", body: { ...echo, name: "Other" } });
    const found = await bodyOf(await user.ask("/services/spells?name=Echo%20spell&$select[]=name"));
    expect(found).toEqual({ total: 1, limit: 100, skip: 0, data: [{ id: "echo", name: "Echo spell" }] });
    expect((await bodyOf(await user.ask("/services/spells?$sort[name]=-1"))).data[0].id).toBe("other");
    expect((await bodyOf(await user.ask("/services/spells/Echo%20spell"))).id).toBe("echo");
    expect((await someone().ask("/services/spells/echo")).status).toBe(404);
    const ran = await user.ask("/services/spells/run", {
      body: { spell: "Echo spell", inputs: { text: "hi" } },
    });
    expect(await bodyOf(ran)).toMatchObject({ outputs: { said: "hi" } });
    const missing = await user.ask("/services/spells/run", { body: { spell: "none", inputs: {} } });
    expect(missing.status).toBe(404);
  });
  it("runs one spell from another, whose failure is its own, and counts how deep they are", async () => {
    const user = someone();
    await user.ask("/spells/echo", { method: "PUT", body: echo });
    await user.ask("/spells/outer", { method: "PUT", body: caller("echo") });
    const ran = await bodyOf(await user.ask("/spells/outer/run", { body: {} }));
    expect(ran).toMatchObject({ outputs: { got: { said: "by itself" } } });
    await user.ask("/spells/itself", { method: "PUT", body: caller("itself") });
    const endless = await user.ask("/spells/itself/run", { body: {} });
    expect(endless.status).toBe(422);
    expect(await bodyOf(endless)).toMatchObject({ code: "recursion_limit" });
  });
  it("fires the Spell In of a spell that is played, once for one visit of the Spell Out", async () => {
    const user = someone();
    const takes = spell(
      { in: { is: "Spell In", data: { name: "feed" } }, out: "Output:got" },
      `in.trigger > out.trigger
       in.value > out.input`,
    );
    const sends = spell(
      {
        start: "Trigger In",
        text: { is: "Universal Input", data: { name: "text", text: "x" } },
        send: { is: "Spell Out", data: { spell: "takes", source: "feed" } },
        out: "Output:sent",
      },
      `start.trigger > send.trigger
       text.output > send.value
       send.trigger > out.trigger
       send.runId > out.input`,
    );
    await user.ask("/spells/takes", { method: "PUT", body: takes });
    await user.ask("/spells/sends", { method: "PUT", body: sends });
    const paused = await user.ask("/spells/sends/run", { body: {} });
    expect(await bodyOf(paused)).toMatchObject({ code: "conflict", nodeId: "send" });
    await user.ask("/spells/takes/play", { method: "POST" });
    const { outputs } = await bodyOf(
      await user.ask("/spells/sends/run", { body: { inputs: { text: "hello" } } }),
    );
    const run = await bodyOf(await user.ask(`/spells/takes/runs/${outputs.sent}`));
    expect(run).toMatchObject({ trigger: "feed", status: "completed", outputs: { got: "hello" } });
  });
});
