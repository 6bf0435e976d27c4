import { describe, expect, it } from "vitest";
import { itemsOfXml, withoutMarkup } from "../../src/nodes/web/feed.ts";
import type { HttpRequest, HttpResponse, Services } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { anyInput } from "../helpers/nodes.ts";
import { served } from "../helpers/service-nodes.ts";

const node = (is: string, data: JsonObject = {}, inputs: string[] = []) => ({
  is,
  data,
  inputs: inputs.map(anyInput),
});
const ok = (body: Json): HttpResponse => ({ status: 200, headers: {}, body });

describe("Request", () => {
  const url = "https://api.test/v1";
  const cases: [string, JsonObject, Record<string, Json>, HttpRequest][] = [
    ["gets by default", { url }, {}, { method: "GET", url }],
    [
      "puts inputs and params in the address",
      { url, method: " Get " },
      { q: "a b", n: 5, list: ["x", 1], deep: { a: 1 }, none: null, params: { page: 2, q: "wins" } },
      { method: "GET", url, query: { q: "wins", n: "5", "list[]": ["x", "1"], deep: '{"a":1}', page: "2" } },
    ],
    [
      "posts inputs and params as the body",
      { url, method: "post", headers: '{"x-key": "k"}' },
      { a: [1], params: '{"b": 2}' },
      { method: "POST", url, headers: { "x-key": "k" }, body: { a: [1], b: 2 } },
    ],
    ["puts", { url, method: "PUT" }, {}, { method: "PUT", url, body: {} }],
    ["patches", { url, method: "patch" }, { a: null }, { method: "PATCH", url, body: { a: null } }],
    ["deletes", { url, method: "delete" }, { id: 7 }, { method: "DELETE", url, query: { id: "7" } }],
    [
      "takes address, method and headers by wire before the node's",
      { url: "https://no.test", method: "get", headers: '{"a": "b"}' },
      { url, method: "post", headers: { n: 5, gone: null } },
      { method: "POST", url, headers: { n: "5" }, body: {} },
    ],
    [
      "fills the templates of address and headers",
      { url: "https://{{host}}/x", headers: '{"authorization": "Bearer {{token}}"}' },
      { host: "api.test", token: "t" },
      {
        method: "GET",
        url: "https://api.test/x",
        headers: { authorization: "Bearer t" },
        query: { host: "api.test", token: "t" },
      },
    ],
  ];
  it.each(cases)("%s", async (_name, data, inputs, request) => {
    const test = await served(node("Request", data, Object.keys(inputs)), inputs, {
      respond: () => ok({ a: 1 }),
    });
    expect(test.asked("http.request")).toEqual([request]);
    expect(test.outputs).toEqual({ output: { a: 1 } });
  });
  it("gives nothing of a head but an empty text", async () => {
    expect((await served(node("Request", { url, method: "head" }))).outputs).toEqual({ output: "" });
  });
  it("fails for an answer that tells of a failure, without the address's secrets", async () => {
    const respond = () => ({ status: 503, headers: {}, body: "busy" });
    const { error } = await served(
      node("Request", { url: "https://u:pw@api.test/x?key=secret" }),
      {},
      { respond },
    );
    expect(error).toMatchObject({
      code: "provider_error",
      message: expect.stringContaining("api.test answered 503") as string,
    });
    expect(error?.message).not.toMatch(/secret|pw/);
  });
  it.each<[string, JsonObject, Record<string, Json>, string]>([
    ["no address", {}, {}, '"url"'],
    ["another protocol", { url: "file:///etc/passwd" }, {}, '"url"'],
    ["Magick's own server", { url: "server/events" }, {}, "Magick's own server"],
    ["a method that is none", { url, method: "brew" }, {}, '"method"'],
    ["headers that are no JSON", { url, headers: "a: b" }, {}, '"headers"'],
    ["headers that are a list", { url, headers: "[1]" }, {}, '"headers"'],
    ["a header that is an object", { url }, { headers: { a: {} } }, '"headers.a"'],
    ["params that are a list", { url }, { params: [1] }, '"params"'],
    ["an address that is an object", {}, { url: { a: 1 } }, '"url"'],
  ])("says what is wrong with %s", async (_name, data, inputs, message) => {
    const { error, log } = await served(node("Request", data), inputs);
    expect(error).toMatchObject({ code: "node_failed", message: expect.stringContaining(message) as string });
    expect(log).toEqual([]);
  });
  it("keeps a key called __proto__ a key", async () => {
    const params = JSON.parse('{"__proto__": {"polluted": true}}') as Json;
    const test = await served(node("Request", { url, method: "post" }), { params });
    expect(JSON.stringify(test.asked("http.request"))).toContain('"__proto__"');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("RSS Get", () => {
  const rss = `<?xml version="1.0"?><rss><channel><title>Feed</title><description>of all</description>
    <item><title>One &amp; only</title><description><![CDATA[<p>first</p>]]></description></item>
    <item type="x"><title>Two</title><description>&lt;b&gt;second&#33;&lt;/b&gt;</description></item>
    <item><title>Without</title></item><item/></channel></rss>`;
  const items = [
    { title: "One & only", description: "<p>first</p>" },
    { title: "Two", description: "<b>second!</b>" },
  ];
  const feed = { items: [{ title: "J", content_html: "a<br>b<p>c</p>&amp;", id: 1 }, "odd"] };

  it("lists the items of each feed", async () => {
    const data = { feedUrl: "https://a.test/rss | https://b.test/rss" };
    const test = await served(node("RSS Get", data), {}, { respond: () => ok(rss) });
    expect(test.asked("http.request")).toEqual([
      { method: "GET", url: "https://a.test/rss" },
      { method: "GET", url: "https://b.test/rss" },
    ]);
    expect(test.outputs).toEqual({ output: [...items, ...items] });
  });
  it("takes one of them at random", async () => {
    const data = { feedUrl: "https://a.test|https://a.test", fetchWay: "random" };
    const test = await served(node("RSS Get", data), {}, { respond: () => ok(rss) });
    expect(test.asked("http.request")).toEqual([{ method: "GET", url: "https://a.test" }]);
  });
  it("gives items of JSON feeds as they are, or as documents", async () => {
    for (const body of [feed, JSON.stringify(feed)] as Json[]) {
      const respond = () => ok(body);
      const raw = await served(node("RSS Get", { feedUrl: "https://a.test" }), {}, { respond });
      expect(raw.outputs).toEqual({ output: feed.items });
      const documents = await served(
        node("RSS Get", { feedUrl: "https://a.test", toDocument: "true" }),
        {},
        { respond },
      );
      expect(documents.outputs).toEqual({ output: [{ title: "J", description: "a\nbc\n&" }] });
    }
  });
  it("gives nothing without an address or for what is no feed", async () => {
    expect((await served(node("RSS Get"))).outputs).toEqual({ output: [] });
    for (const body of ["<html>", 5, null, { a: 1 }] as Json[])
      expect(
        (await served(node("RSS Get", { feedUrl: "https://a.test" }), {}, { respond: () => ok(body) }))
          .outputs,
      ).toEqual({ output: [] });
  });
  it("reads Atom, and broken XML as far as it goes", () => {
    const atom = "<feed><entry><title>T</title><summary>S</summary></entry><entry><title>U</title>";
    expect(itemsOfXml(atom)).toEqual([{ title: "T", description: "S" }]);
    expect(itemsOfXml("<item".repeat(5000))).toEqual([]);
    expect(
      itemsOfXml("<items><item><title>&bogus;&#99999999;</title><description>d</description></item>"),
    ).toEqual([{ title: "&bogus;&#99999999;", description: "d" }]);
    expect(withoutMarkup("<a href='x'>y</a>")).toBe("y");
  });
});

describe("searching the web", () => {
  const web = [
    { url: "https://a.test", title: "A", text: "about a", score: 2 },
    { title: "", text: "no address" },
  ];
  it.each(["Search Google", "Query Google"])("%s gives a summary and links", async (is) => {
    const test = await served(node(is), { query: "a" }, { web });
    expect(test.asked("search.query")).toEqual([{ query: "a", in: "web", limit: 10 }]);
    expect(test.outputs).toEqual({ summary: "A: about a\nno address", links: ["https://a.test"] });
  });
  it("Search Metaphor gives the results", async () => {
    const { outputs } = await served(node("Search Metaphor"), { query: "a" }, { web });
    expect(outputs).toEqual({
      message: "a",
      results: [
        { url: "https://a.test", title: "A", extract: "about a", score: 2 },
        { url: "", title: "", extract: "no address" },
      ],
    });
    expect((await served(node("Search Metaphor"), { query: " " })).error?.code).toBe("node_failed");
  });
});

describe("Wikipedia", () => {
  const keyword = "Ada Lovelace/x";
  it("Get Wikipedia Summary fires success with the extract", async () => {
    const test = await served(
      node("Get Wikipedia Summary"),
      { keyword },
      { respond: () => ok({ extract: "A pioneer." }) },
    );
    expect(test.asked("http.request")).toMatchObject([
      { method: "GET", url: "https://en.wikipedia.org/api/rest_v1/page/summary/Ada_Lovelace%2Fx" },
    ]);
    expect([test.fired, test.outputs]).toEqual([["success"], { result: "A pioneer." }]);
  });
  it("Get Wikipedia Summary fires error where there is no article, and fails where Wikipedia does", async () => {
    const missing = await served(
      node("Get Wikipedia Summary"),
      { keyword },
      {
        respond: () => ({ status: 404, headers: {}, body: "" }),
      },
    );
    expect([missing.fired, missing.outputs]).toEqual([["error"], { result: null }]);
    for (const answer of [{ status: 500, headers: {}, body: "" }, ok("?")])
      expect(
        (await served(node("Get Wikipedia Summary"), { keyword }, { respond: () => answer })).error?.code,
      ).toBe("provider_error");
  });
  it("Weaviate Wikipedia Search gives the nearest paragraphs, by wire or by the node's keyword", async () => {
    const properties = { title: "Cats", content: "cats purr" };
    const before = ({ weaviate }: Required<Services>) =>
      weaviate.create({ userId: "alice" }, { class: "Paragraph", properties });
    for (const [data, inputs] of [
      [{}, { keyword: "cats purr cats" }],
      [{ keyword: "cats purr cats" }, {}],
    ] as [JsonObject, Record<string, Json>][]) {
      const test = await served(node("Weaviate Wikipedia Search", data), inputs, { before });
      expect(test.asked("weaviate.nearText")).toEqual([
        { class: "Paragraph", concepts: ["cats purr cats"], certainty: 0.75, limit: 3 },
      ]);
      expect([test.fired, test.outputs]).toEqual([["success"], { result: { Paragraph: [properties] } }]);
    }
    const none = await served(node("Weaviate Wikipedia Search"), { keyword: "x" });
    expect([none.fired, none.outputs]).toEqual([["error"], { result: null }]);
    expect((await served(node("Weaviate Wikipedia Search"), {})).error?.code).toBe("node_failed");
  });
});
