/** The weaviate service on a Weaviate server: the same contract as embedded, and what belongs to a server. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, inject, it } from "vitest";
import type { Env } from "../../src/env.ts";
import type { Query } from "../../src/protocol/services.ts";
import { weaviateContract } from "../contracts/services.ts";
import { alice, bob, codeOf } from "../contracts/support.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { thrownBy } from "../helpers/thrown.ts";

const bindings = env as unknown as Required<Env>;
const { WEAVIATE: weaviate } = bindings;

/** The next calls go to a server of that name. */
const onServer = (name: string = crypto.randomUUID()): string =>
  (bindings.WEAVIATE_URL = `${inject("outsideUrl")}/weaviate/${name}/`);

afterEach(() => {
  Reflect.deleteProperty(bindings, "WEAVIATE_URL");
  Reflect.deleteProperty(bindings, "WEAVIATE_API_KEY");
});

describe("weaviate on a server", () =>
  weaviateContract(async () => {
    onServer();
    return { services: { weaviate } };
  }));

const fruit = (text: string, more: Record<string, string | number | boolean> = {}) => ({
  class: "Fruit",
  properties: { text, ...more },
});

describe("objects on a server", () => {
  it("are made, changed and removed, each user's own", async () => {
    onServer();
    const { id, vector } = await weaviate.create(alice, fruit("apple", { n: 1 }));
    expect(vector).toEqual(expect.any(Array));
    expect(await weaviate.get(alice, id)).toEqual({ id, ...fruit("apple", { n: 1 }), vector });
    for (const wanted of [id, "no uuid", crypto.randomUUID()])
      expect(await codeOf(weaviate.get(wanted === id ? bob : alice, wanted))).toBe("not_found");
    expect(await codeOf(weaviate.remove(bob, id))).toBe("not_found");
    const patched = await weaviate.patch(alice, id, { properties: { text: "pear" } });
    expect(patched.properties).toEqual({ text: "pear" });
    expect(patched.vector).not.toEqual(vector);
    expect((await weaviate.update(alice, id, fruit("plum"))).properties).toEqual({ text: "plum" });
    expect(await weaviate.remove(alice, id)).toMatchObject({ id });
    expect(await codeOf(weaviate.get(alice, id))).toBe("not_found");
  });

  it("are found by meaning, words, and both", async () => {
    onServer();
    const { ids } = await weaviate.createMany(alice, [fruit("red apple"), fruit("green pear")]);
    expect(ids).toHaveLength(2);
    const first = async (found: Promise<{ data: { properties: object }[] }>) =>
      (await found).data[0]?.properties;
    expect(
      await first(weaviate.nearText(alice, { class: "Fruit", concepts: ["green", "pear"], limit: 1 })),
    ).toEqual({ text: "green pear" });
    expect(
      await first(weaviate.bm25(alice, { class: "Fruit", query: "apple", properties: ["text"], limit: 1 })),
    ).toEqual({ text: "red apple" });
    const hybrid = await weaviate.hybrid(alice, { class: "Fruit", query: "pear", alpha: 0.5, limit: 1 });
    expect(hybrid.data).toMatchObject([{ properties: { text: "green pear" }, score: expect.any(Number) }]);
    expect((await weaviate.nearText(alice, { class: "Nothing", concepts: ["x"], limit: 1 })).data).toEqual(
      [],
    );
  });

  it("are found by their properties, sorted and paged", async () => {
    onServer();
    await weaviate.createMany(
      alice,
      [1, 2, 3, 4].map((n) => fruit(`no ${n}`, { n, even: n % 2 === 0 })),
    );
    const found = await weaviate.find(alice, {
      class: "Fruit",
      "properties.n": { $gt: 1, $lte: 4 },
      $sort: { "properties.n": -1 },
      $limit: 2,
      $skip: 1,
    });
    expect([found.total, found.data.map(({ properties }) => properties.n)]).toEqual([3, [3, 2]]);
    expect((await weaviate.find(alice, { class: "Fruit", "properties.even": true, $limit: 0 })).total).toBe(
      2,
    );
    expect((await weaviate.find(alice, { class: "Fruit", "properties.text": "no 3" })).total).toBe(1);
    for (const query of [
      {},
      { class: "Fruit", $or: [{ class: "A" }] },
      { class: "Fruit", n: 1 },
      { class: "Fruit", "properties.n": { $in: [] } },
      { class: "Fruit", $or: [{}] },
      { class: { $ne: "Fruit" } },
      { class: "Fruit", "properties.n": null },
      { class: "Fruit", "properties.a-b": 1 },
    ])
      expect(await codeOf(weaviate.find(alice, query)), JSON.stringify(query)).toBe("bad_request");
  });

  it("are found by lists and alternatives, of which only some fields are wanted", async () => {
    onServer();
    await weaviate.createMany(
      alice,
      [1, 2, 3, 4].map((n) => fruit(`no ${n}`, { n })),
    );
    const found = async (query: Query) =>
      (await weaviate.find(alice, { class: "Fruit", ...query })).data.map(({ properties }) => properties?.n);
    expect(new Set(await found({ "properties.n": { $in: [1, 4, 9] } }))).toEqual(new Set([1, 4]));
    expect(new Set(await found({ "properties.n": { $nin: [1, 4] } }))).toEqual(new Set([2, 3]));
    expect(
      await found({
        $or: [{ "properties.n": { $gt: 3 } }, { "properties.text": "no 1", "properties.n": 1 }],
        $sort: { "properties.n": 1 },
      }),
    ).toEqual([1, 4]);
    const { data } = await weaviate.find(alice, { class: "Fruit", "properties.n": 2, $select: ["class"] });
    expect(data).toEqual([{ id: expect.any(String), class: "Fruit" }]);
  });

  it("are compared as the class has its properties, whole numbers and dates among them", async () => {
    onServer();
    await weaviate.create(alice, fruit("old", { count: 1, date: "2020-01-01T00:00:00Z" }));
    await weaviate.create(alice, fruit("new", { count: 2, date: "2026-01-01T00:00:00Z" }));
    const texts = async (query: Query) =>
      (await weaviate.find(alice, { class: "Fruit", ...query })).data.map(
        ({ properties }) => properties.text,
      );
    expect(await texts({ "properties.count": { $gte: 2 } })).toEqual(["new"]);
    expect(await texts({ "properties.date": { $lt: "2025-01-01T00:00:00Z" } })).toEqual(["old"]);
  });

  it("may change their class", async () => {
    onServer();
    const { id } = await weaviate.create(alice, fruit("tomato"));
    const moved = await weaviate.update(alice, id, { class: "Vegetable", properties: { text: "tomato" } });
    expect(moved).toMatchObject({ id, class: "Vegetable", properties: { text: "tomato" } });
    expect(await weaviate.get(alice, id)).toEqual(moved);
    expect((await weaviate.find(alice, { class: "Fruit" })).total).toBe(0);
  });

  it("keep any text as it is, and nothing of it is a question", async () => {
    onServer();
    const nasty = ['"}) { id } } #', '\\" \n\u2028 \u0000 😀', "$x @include(if: true)", '""" block """'];
    for (const text of nasty) await weaviate.create(alice, fruit(text, { key: "k" }));
    for (const text of nasty) {
      const near = await weaviate.nearText(alice, { class: "Fruit", concepts: [text], limit: 10 });
      expect(near.data.map(({ properties }) => properties.text)).toContain(text);
      expect((await weaviate.find(alice, { class: "Fruit", "properties.text": text })).total, text).toBe(1);
      await weaviate.bm25(alice, { class: "Fruit", query: text, limit: 1 });
    }
  });

  it("are made once by one key", async () => {
    onServer();
    const call = { ...alice, idempotencyKey: "k" };
    const first = await weaviate.create(call, fruit("once"));
    expect(await weaviate.create(call, fruit("once"))).toEqual(first);
    const many = await weaviate.createMany(call, [fruit("a"), fruit("b")]);
    expect(await weaviate.createMany(call, [fruit("a"), fruit("b")])).toEqual(many);
    expect((await weaviate.find(alice, { class: "Fruit" })).total).toBe(3);
  });
});

it("objects that two users make by one key are one of each", async () => {
  onServer();
  const [hers, his] = [alice, bob].map((user) => ({ ...user, idempotencyKey: "http:k" })) as [
    typeof alice,
    typeof bob,
  ];
  const one = await weaviate.create(hers, fruit("the same"));
  const other = await weaviate.create(his, fruit("the same"));
  expect(other.id).not.toBe(one.id);
  expect(await weaviate.get(bob, other.id)).toEqual(other);
  expect(await weaviate.create(hers, fruit("the same"))).toEqual(one);
});

describe("a server", () => {
  it("that makes no vectors says so, and takes those that are given", async () => {
    onServer();
    const plain = { class: "Plain", properties: { text: "x" } };
    await weaviate.create(alice, { ...plain, vector: [1, 0] });
    expect(await codeOf(weaviate.nearText(alice, { class: "Plain", concepts: ["x"], limit: 1 }))).toBe(
      "not_configured",
    );
    expect(
      (await weaviate.nearVector(alice, { class: "Plain", vector: [1, 0], limit: 1 })).data,
    ).toHaveLength(1);
    // Words are what is left.
    expect((await weaviate.hybrid(alice, { class: "Plain", query: "x", limit: 1 })).data).toHaveLength(1);
  });

  it("that refuses an object of a batch is told", async () => {
    onServer();
    const batch = [fruit("fine"), fruit("not", { refuse: true })];
    expect(await thrownBy(weaviate.createMany(alice, batch))).toMatchObject({
      code: "provider_error",
      message: expect.stringMatching(/refused it/),
    });
  });

  it("that wants a key gets the deployment's, and tells nobody of it", async () => {
    onServer("locked-key-of-the-deployment-1");
    expect(await codeOf(weaviate.create(alice, fruit("x")))).toBe("provider_error");
    bindings.WEAVIATE_API_KEY = "key-of-the-deployment-1";
    expect((await weaviate.create(alice, fruit("x"))).id).toEqual(expect.any(String));
  });

  it("that tells of a key in its words is quoted without it", async () => {
    onServer();
    await weaviate.create(alice, { class: "Leaky", properties: { text: "x" } });
    const thrown = await thrownBy(weaviate.nearText(alice, { class: "Leaky", concepts: ["x"], limit: 1 }));
    expect(thrown).toMatchObject({
      code: "provider_error",
      message: expect.stringMatching(/Incorrect API key provided: \[key removed\]/),
    });
  });

  it("is shared, however a user spells the address of the deployment's", async () => {
    const name = crypto.randomUUID();
    onServer(name);
    const [user, other] = [userNamed(`weaviate-one-${name}`), userNamed(`weaviate-other-${name}`)];
    const { id } = await bodyOf(await user.ask("/services/weaviate", { body: fruit("kept apart") }));
    await other.ask("/users/me/secrets/WEAVIATE_URL", {
      method: "PUT",
      body: { value: `${inject("outsideUrl").replace("http:", "HTTP:")}/weaviate/${name}` },
    });
    expect((await other.ask(`/services/weaviate/${id}`)).status).toBe(404);
    expect((await user.ask(`/services/weaviate/${id}`)).status).toBe(200);
  });

  it("of the user's own is asked with his key alone", async () => {
    onServer("locked-key-of-the-deployment-2");
    bindings.WEAVIATE_API_KEY = "key-of-the-deployment-2";
    const user = userNamed(`weaviate-own-${crypto.randomUUID()}`);
    const keep = (name: string, value: string) =>
      user.ask(`/users/me/secrets/${name}`, { method: "PUT", body: { value } });
    await keep("WEAVIATE_URL", `${inject("outsideUrl")}/weaviate/locked-own`);
    const refused = await user.ask("/services/weaviate", { body: fruit("mine") });
    const other = userNamed(`weaviate-own-${crypto.randomUUID()}`);
    expect((await bodyOf(refused)).detail).toMatch(/401/);
    const keepOther = (name: string, value: string) =>
      other.ask(`/users/me/secrets/${name}`, { method: "PUT", body: { value } });
    await keepOther("WEAVIATE_URL", `${inject("outsideUrl")}/weaviate/locked-own`);
    await keepOther("WEAVIATE_API_KEY", "own");
    expect((await other.ask("/services/weaviate", { body: fruit("mine") })).status).toBe(201);
    const inside = userNamed(`weaviate-own-${crypto.randomUUID()}`);
    await inside.ask("/users/me/secrets/WEAVIATE_URL", {
      method: "PUT",
      body: { value: "http://169.254.169.254/" },
    });
    expect((await bodyOf(await inside.ask("/services/weaviate", { body: fruit("x") }))).code).toBe(
      "forbidden",
    );
  });

  it.each([
    ["answers with a page", "page", /not JSON/],
    ["is not there", undefined, /could not be reached/],
  ])("that %s is a provider's failure", async (_what, name, message) => {
    if (name === undefined) bindings.WEAVIATE_URL = "http://127.0.0.1:1";
    else onServer(name);
    expect(await thrownBy(weaviate.create(alice, fruit("x")))).toMatchObject({
      code: "provider_error",
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ["answers with other JSON", "weaviate/shapeless", /another shape/],
    ["is none", "weaviate/nothing", /answered 404/],
    ["breaks off", "cut", /could not be reached, or broke off after 3 attempts/],
    ["is busy for ever", "status/429", /answered 429 after 3 attempts/],
    ["sends 100 MB", "big", /more than 10 MB/],
  ])("that %s is a provider's failure, whatever is asked", async (_what, path, message) => {
    bindings.WEAVIATE_URL = `${inject("outsideUrl")}/${path}`;
    const asked = [
      () => weaviate.create(alice, fruit("x")),
      () => weaviate.createMany(alice, [fruit("x")]),
      ...(path === "weaviate/nothing"
        ? []
        : [
            () => weaviate.get(alice, crypto.randomUUID()),
            () => weaviate.bm25(alice, { class: "Shapeless", query: "x", limit: 1 }),
          ]),
    ];
    const thrown = await Promise.all(asked.map((ask) => thrownBy(ask())));
    for (const one of thrown)
      expect(one).toMatchObject({ code: "provider_error", message: expect.stringMatching(message) });
  });

  it("that hangs is left when the call's time is over", async () => {
    bindings.WEAVIATE_URL = `${inject("outsideUrl")}/hang`;
    const call = { ...alice, deadlineAt: Date.now() + 300 };
    expect(await codeOf(weaviate.create(call, fruit("x")))).toBe("provider_timeout");
  });

  it.each([
    "weaviate",
    "ftp://weaviate.test",
    "http://user:planted@weaviate.test",
    "http://a.test/?key=planted",
  ])("whose address is %s is not configured", async (url) => {
    bindings.WEAVIATE_URL = url;
    const thrown = await thrownBy(weaviate.create(alice, fruit("x")));
    expect(thrown).toMatchObject({ code: "not_configured" });
    expect(String(thrown)).not.toContain("planted");
  });
});
