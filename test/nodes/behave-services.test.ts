/** Magick's nodes that ask services: a language model, the web, messages, memories, knowledge. */
import { describe, expect, it } from "vitest";
import type { ChatRequest, ServiceCall, Services } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { type GraphNode, imported, linesOf } from "../helpers/behave.ts";
import { type MemoryOptions, memoryServices } from "../helpers/memory-services.ts";
import { run } from "../helpers/spells.ts";

const to = (nodeId: string, socket = "flow") => ({ nodeId, socket });
const values = (given: JsonObject) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value }]));
/** Nodes one behind the other, behind a message; the flow goes on at `flow` unless said. */
const chain = (...nodes: (GraphNode & { next?: string })[]): GraphNode[] => [
  { id: "on", type: "magick/onMessage", flows: { flow: to(nodes[0]?.id ?? "") } },
  ...nodes.map(({ next = "flow", ...node }, i): GraphNode => {
    const behind = nodes[i + 1];
    return behind === undefined ? node : { ...node, flows: { ...node.flows, [next]: to(behind.id) } };
  }),
];

/** The services as one run sees them: its calls have keys of their own. */
const forRun = (services: Services, runId: string): Services =>
  Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      new Proxy(service as Record<string, (call: ServiceCall, ...rest: unknown[]) => unknown>, {
        get:
          (target, verb) =>
          (call: ServiceCall, ...rest: unknown[]) =>
            target[String(verb)]?.({ ...call, idempotencyKey: `${runId}/${call.idempotencyKey}` }, ...rest),
      }),
    ]),
  );

function asked(options: MemoryOptions = {}) {
  let now = Date.UTC(2026, 0, 1);
  const memory = memoryServices({ now: () => now, ...options });
  return {
    ...memory,
    /** Runs a graph for a message, a second after the last, and gives what it did. */
    tell: async (nodes: GraphNode[], message: JsonObject | string = "hi") => {
      now += 1000;
      const { events, ended } = run(imported({ nodes }), {
        inputs: { "magick/onMessage": message },
        ports: { services: forRun(memory.services, String(now)), clock: { now: () => now } },
      });
      const end = await ended;
      const outputs = Object.fromEntries(
        events.flatMap((event) => (event.type === "node.completed" ? [[event.nodeId, event.outputs]] : [])),
      ) as Record<string, Record<string, Json>>;
      return { end, outputs, lines: linesOf(events) };
    },
  };
}

describe("Generate Text", () => {
  const node = (given: JsonObject, configuration: JsonObject = {}): GraphNode => ({
    id: "n",
    type: "magick/generateText",
    configuration: { model: "gpt-3.5-turbo", ...configuration },
    parameters: values(given),
    flows: { onStream: to("s"), done: to("d") },
  });
  const nodes = (given: JsonObject, configuration?: JsonObject): GraphNode[] => [
    ...chain(node(given, configuration)),
    { id: "s", type: "debug/log", parameters: { text: { link: to("n", "stream") } } },
    { id: "d", type: "debug/log", parameters: { text: { link: to("n", "response") } } },
  ];
  it("asks with system, messages and prompt, and the settings of the node", async () => {
    const { tell, asked: requests } = asked({ complete: () => " an answer\n" });
    const messages = [
      { role: "user", content: "before" },
      {
        role: "assistant",
        content: [
          { type: "text", text: "so" },
          { type: "text", text: " so" },
        ],
      },
      { role: "user", content: "kept of now" },
    ];
    const { lines, outputs } = await tell(
      nodes({
        prompt: "now",
        system: "be kind",
        messages,
        temperature: 0.2,
        stop: "END, \\n",
        maxTokens: "32",
        modelOverride: "other",
      }),
    );
    expect(requests("completion.stream")).toEqual([
      {
        model: "other",
        messages: [
          { role: "system", content: "be kind" },
          { role: "user", content: "before" },
          { role: "assistant", content: "so so" },
          { role: "user", content: "now" },
        ],
        temperature: 0.2,
        topP: 1,
        maxTokens: 32,
        stop: ["END", "\n"],
      },
    ]);
    expect(lines).toEqual(["info:  an answer\n", "info: an answer"]);
    expect(outputs.n).toMatchObject({
      response: "an answer",
      completionResponse: { choices: [{ message: { role: "assistant", content: " an answer\n" } }] },
    });
  });
  it("has the original's settings unless told, and takes zero as not told", async () => {
    const { tell, asked: requests } = asked();
    await tell(nodes({ prompt: "now", temperature: 0, maxTokens: 0, top_p: 0 }));
    expect(requests("completion.stream") as ChatRequest[]).toMatchObject([
      { model: "gpt-3.5-turbo", temperature: 0.5, topP: 1, maxTokens: 256 },
    ]);
  });
  it("asks nobody without a prompt", async () => {
    const { tell, log: calls } = asked();
    const { lines } = await tell(nodes({ prompt: "" }));
    expect(lines).toEqual(["info: "]);
    expect(calls).toEqual([]);
  });
  it("says what is wrong with a message, and that there is no model to ask", async () => {
    const { tell } = asked();
    expect((await tell(nodes({ prompt: "x", messages: [{ role: "judge" }] }))).end).toMatchObject({
      error: { code: "node_failed", nodeId: "n", message: expect.stringContaining("role") },
    });
    const without = asked({ without: ["completion"] });
    expect((await without.tell(nodes({ prompt: "x" }))).end).toMatchObject({
      error: { code: "not_configured", nodeId: "n" },
    });
  });
});

describe("Fetch", () => {
  const fetched = (given: JsonObject): GraphNode[] =>
    chain({ id: "n", type: "actions/http/fetch", parameters: values(given) });
  it("sends what the node says and gives the answer", async () => {
    const { tell, asked: requests } = asked({
      respond: () => ({ status: 200, headers: {}, body: { ok: true } }),
    });
    const { outputs } = await tell(
      fetched({
        url: "https://a.test/",
        method: "post",
        headers: { "x-n": 1 },
        body: { a: 1 },
        authToken: "t",
      }),
    );
    expect(outputs.n).toEqual({ response: { ok: true } });
    expect(requests("http.request")).toEqual([
      {
        method: "POST",
        url: "https://a.test/",
        headers: { "x-n": "1", Authorization: "Bearer t" },
        body: { a: 1 },
      },
    ]);
  });
  it("gets unless told, without a body, with the token where it is told to be", async () => {
    const { tell, asked: requests } = asked();
    await tell(
      fetched({ url: "https://a.test/", body: '{"a":1}', authToken: "t", authTokenHeader: "x-key" }),
    );
    expect(requests("http.request")).toEqual([
      { method: "GET", url: "https://a.test/", headers: { "x-key": "Bearer t" } },
    ]);
  });
  it("refuses methods that there are not, and no address", async () => {
    const { tell, log: calls } = asked();
    for (const given of [
      { url: "https://a.test/", method: "STEAL" },
      { url: "" },
      { url: "https://a.test/", headers: "none" },
    ] as JsonObject[])
      expect((await tell(fetched(given))).end).toMatchObject({ error: { code: "node_failed", nodeId: "n" } });
    expect(calls).toEqual([]);
  });
});

describe("Messages", () => {
  const add = (content: string, role: string): GraphNode => ({
    id: `add-${content}`,
    type: "magick/addMessage",
    parameters: values({ content, role }),
  });
  const history = (given: JsonObject = {}): GraphNode => ({
    id: "h",
    type: "queries/messages/getMessageHistory",
    parameters: values(given),
  });
  const bob = { content: "", sender: "bob", channel: "c1", connector: "x", agentId: "a" };
  it("are kept by conversation and come back oldest first, as a model takes them", async () => {
    const { tell } = asked();
    const write = (content: string, role: string, from: JsonObject = bob) =>
      tell(chain(add(content, role)), from);
    await write("answer before all", "assistant");
    await write("one", "user");
    await write("two", "assistant");
    await write("elsewhere", "user", { ...bob, channel: "c2" });
    await write("someone else", "user", { ...bob, sender: "eve" });
    await write("three", "user");
    const { outputs } = await tell(chain(history()), bob);
    expect(outputs.h?.messages).toEqual([
      { role: "user", content: "one" },
      { role: "assistant", content: "two" },
      { role: "user", content: "three" },
    ]);
    expect((await tell(chain(history({ entries: 2 })), bob)).outputs.h?.messages).toEqual([
      { role: "user", content: "three" },
    ]);
  });
  it("can be asked for in turns, and an empty answer takes back its question", async () => {
    const { tell } = asked();
    for (const [content, role] of [
      ["a", "user"],
      ["b", "user"],
      ["c", "assistant"],
      ["d", "assistant"],
    ] as const)
      await tell(chain(add(content, role)), bob);
    const { outputs } = await tell(chain(history({ alterateRoles: true })), bob);
    expect(outputs.h?.messages).toEqual([
      { role: "user", content: "b" },
      { role: "assistant", content: "d" },
    ]);
  });
  it("are forgotten, those of this conversation alone", async () => {
    const { tell } = asked();
    await tell(chain(add("one", "user")), bob);
    await tell(chain(add("elsewhere", "user")), { ...bob, channel: "c2" });
    await tell(chain({ id: "c", type: "queries/messages/clearMessageHistory" }), bob);
    expect((await tell(chain(history()), bob)).outputs.h?.messages).toEqual([]);
    expect((await tell(chain(history()), { ...bob, channel: "c2" })).outputs.h?.messages).toHaveLength(1);
  });
  it("and other events are listed newest first, with who said them", async () => {
    const { tell } = asked();
    await tell(chain(add("one", "user")), bob);
    await tell(chain(add("two", "assistant")), bob);
    const listed = (configuration: JsonObject) =>
      tell(chain({ id: "h", type: "queries/events/eventHistory", configuration }), bob);
    expect((await listed({ eventState: ["channel"] })).outputs.h?.strings).toEqual(["a: two", "bob: one"]);
    expect(
      (await listed({ eventState: ["from user"], selectedEvents: ["messageReceived"] })).outputs.h?.strings,
    ).toEqual(["bob: one"]);
    expect((await listed({})).outputs.h?.strings).toEqual(["bob: one"]);
  });
  it("say which service is missing, and which role there is not", async () => {
    const without = asked({ without: ["events"] });
    expect((await without.tell(chain(history()), bob)).end).toMatchObject({
      error: { code: "not_configured", nodeId: "h", message: expect.stringContaining("events service") },
    });
    expect((await asked().tell(chain(add("x", "judge")), bob)).end).toMatchObject({
      error: { code: "node_failed" },
    });
  });
});

describe("Memories", () => {
  const add = (content: string, given: JsonObject = {}): GraphNode => ({
    id: "a",
    type: "action/memory/addMemory",
    parameters: values({ content, ...given }),
  });
  const get = (given: JsonObject = {}): GraphNode => ({
    id: "g",
    type: "action/memory/getMemories",
    parameters: values(given),
  });
  const here = { content: "", channel: "c1" };
  it("are kept by channel and come back oldest first, by type or by parts", async () => {
    const { tell } = asked();
    await tell(chain(add("one", { type: "fact" })), here);
    await tell(chain(add("two", { role: "user", type: "wish" })), here);
    await tell(chain(add("elsewhere")), { content: "", channel: "c2" });
    const found = async (given: JsonObject) => (await tell(chain(get(given)), here)).outputs.g?.messages;
    expect(await found({})).toEqual([
      { role: "assistant", content: "one" },
      { role: "user", content: "two" },
    ]);
    expect(await found({ limit: 1 })).toEqual([{ role: "user", content: "two" }]);
    expect(await found({ type: "fact" })).toEqual([{ role: "assistant", content: "one" }]);
    expect(await found({ types: ["wish", "none"] })).toEqual([{ role: "user", content: "two" }]);
    expect(await found({ filter: { role: "user" } })).toEqual([{ role: "user", content: "two" }]);
    const { outputs } = await tell(chain(get()), here);
    expect(outputs.g?.memories).toMatchObject([{ content: "one", type: "fact", channel: "c1" }, {}]);
  });
  it("are told to who listens", async () => {
    const { tell } = asked();
    const { lines } = await tell(
      [
        ...chain(add("one")),
        { id: "m", type: "events/memory/onMemory", flows: { flow: to("l") } },
        {
          id: "d",
          type: "logic/object/destructure",
          configuration: { socketOutputs: [{ name: "content", valueType: "string" }] },
          parameters: { object: { link: to("m", "memory") } },
        },
        { id: "l", type: "debug/log", parameters: { text: { link: to("d", "content") } } },
      ],
      here,
    );
    expect(lines).toEqual(["info: one"]);
  });
  it("are forgotten by their parts", async () => {
    const { tell } = asked();
    await tell(chain(add("one", { type: "fact" })), here);
    await tell(chain(add("two")), here);
    await tell(
      chain({
        id: "c",
        type: "action/memory/clearMemories",
        parameters: values({ filter: { type: "fact" } }),
      }),
      here,
    );
    expect((await tell(chain(get()), here)).outputs.g?.messages).toEqual([
      { role: "assistant", content: "two" },
    ]);
  });
  it("are not looked for by what no memory can have", async () => {
    for (const filter of [{ "a.b": 1 }, { role: { $ne: "x" } }] as JsonObject[])
      expect((await asked().tell(chain(get({ filter })), here)).end).toMatchObject({
        error: { code: "node_failed", nodeId: "g" },
      });
  });
});

describe("Knowledge", () => {
  const add = (knowledge: string): GraphNode => ({
    id: "a",
    type: "action/knowledge/add",
    parameters: values({ knowledge }),
  });
  it("is kept and found by meaning, by one query or several", async () => {
    const { tell } = asked();
    await tell(chain(add("cats like fish")));
    await tell(chain(add("dogs like bones")));
    const search = await tell(
      chain({
        id: "n",
        type: "action/knowledge/search",
        parameters: values({ query: "cats like fish", count: 1 }),
      }),
    );
    expect(search.outputs.n).toMatchObject({
      knowledge: ["cats like fish"],
      data: [{ context: "cats like fish" }],
    });
    const many = await tell(
      chain({
        id: "n",
        type: "action/knowledge/searchMany ",
        parameters: values({ queries: ["cats like fish", "cats fish", "dogs like bones"], count: 1 }),
      }),
    );
    expect(many.outputs.n?.knowledge).toEqual(["cats like fish", "dogs like bones"]);
  });
  it("is asked for those that have the metadata", async () => {
    const { tell, services } = asked();
    for (const [text, year] of [
      ["cats", 1],
      ["cats", 2],
    ] as const)
      await services.weaviate?.create(
        { userId: "alice" },
        { class: "Knowledge", properties: { text: `${text} ${year}`, year } },
      );
    const { outputs } = await tell(
      chain({
        id: "n",
        type: "action/knowledge/search",
        parameters: values({ query: "cats", metadata: { year: 2 } }),
      }),
    );
    expect(outputs.n?.knowledge).toEqual(["cats 2"]);
  });
  it("answers a question through a language model, from what was found", async () => {
    const { tell, asked: requests } = asked({ complete: () => "fish" });
    await tell(chain(add("cats like fish")));
    const { outputs } = await tell(
      chain({ id: "n", type: "action/knowledge/query", parameters: values({ query: "what do cats like?" }) }),
    );
    expect(outputs.n).toEqual({ knowledge: "fish" });
    const [{ messages }] = requests("completion.stream") as [ChatRequest];
    expect(messages[0]?.content).toContain("cats like fish");
    expect(messages[1]).toEqual({ role: "user", content: "what do cats like?" });
  });
  it("of the old kind gives documents as text", async () => {
    const { tell, services } = asked();
    await services.documents?.create({ userId: "alice" }, { content: "one", type: "t", embedding: [1, 0] });
    await services.documents?.create({ userId: "alice" }, { content: "two", type: "t", embedding: [0, 1] });
    const texts = async (given: JsonObject) => {
      const { outputs } = await tell(
        chain({ id: "n", type: "action/documents/get", parameters: values({ type: "t", ...given }) }),
      );
      return (JSON.parse(outputs.n?.string as string) as { content: string }[]).map(({ content }) => content);
    };
    expect((await texts({})).toSorted()).toEqual(["one", "two"]);
    expect(await texts({ embedding: [0, 1], maxCount: 1 })).toEqual(["two"]);
  });
  it("needs a text to keep, and no more queries than are allowed", async () => {
    const { tell } = asked();
    expect((await tell(chain(add(" ")))).end).toMatchObject({ error: { code: "node_failed" } });
    const queries = Array.from({ length: 21 }, () => "x");
    expect(
      (await tell(chain({ id: "n", type: "action/knowledge/searchMany", parameters: values({ queries }) })))
        .end,
    ).toMatchObject({ error: { code: "node_failed" } });
  });
});

describe("Knowledge packs", () => {
  const pack = (type: string, given: JsonObject, configuration: JsonObject = {}): GraphNode => ({
    id: "n",
    type: `knowledge/embedder/${type}`,
    configuration,
    parameters: values(given),
  });
  it("are made, filled, looked into and removed", async () => {
    const { tell } = asked({ complete: () => "fish" });
    const done = async (node: GraphNode) => (await tell(chain(node))).outputs.n;
    const created = await done(pack("createKnowledgePack", { name: "pets", description: "of pets" }));
    expect(created).toMatchObject({ name: "pets", description: "of pets" });
    const packId = created?.id as string;
    const long = `${"cats like fish. ".repeat(80)}\n\n${"dogs like bones. ".repeat(80)}`;
    const added = await done(pack("addTextSource", { packId, name: "a book", text: long }));
    expect(added?.status).toBe("completed");
    const loaderId = added?.loaderId as string;
    const chunks = (await done(pack("getChunks", { loaderId }, { packId })))?.chunks as string[];
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.every((chunk) => chunk.length <= 1500)).toBe(true);
    expect(chunks.join(" ").replace(/\s+/g, " ")).toBe(long.trim().replace(/\s+/g, " "));
    expect(await done(pack("getManyPacks", {}))).toEqual({ packs: [{ id: packId, name: "pets" }] });
    expect(await done(pack("getPack", { packId }))).toMatchObject({
      name: "pets",
      sources: [{ id: loaderId, name: "a book", status: "completed" }],
    });
    expect((await done(pack("getContext", { packId, query: "dogs bones" })))?.context).toMatchObject([
      { pageContent: expect.stringContaining("dogs like bones"), metadata: { source: "a book" } },
    ]);
    expect(await done(pack("queryPack", { packId, query: "cats" }))).toEqual({
      result: "fish",
      sources: ["a book"],
    });
    await done(pack("deleteKnowledgePack", { id: packId }));
    expect((await tell(chain(pack("getPack", { packId })))).end).toMatchObject({
      error: { code: "node_failed" },
    });
  });
  it("take in what a reader sees of a page", async () => {
    const page =
      "<html><head><title>T</title></head><body><script>steal('<p>')</script><p>Cats &amp; dogs</p><div>like <b>food</b></div></body>";
    const { tell } = asked({
      respond: ({ url }) => ({ status: url.endsWith("gone") ? 404 : 200, headers: {}, body: page }),
    });
    const created = (await tell(chain(pack("createKnowledgePack", { name: "pets" })))).outputs.n;
    const packId = created?.id as string;
    await tell(chain(pack("addWebSource", { packId, name: "page", urlOrContent: "https://a.test/" })));
    const { outputs } = await tell(chain(pack("getChunks", { packId })));
    expect(outputs.n?.chunks).toEqual(["Cats & dogs\n\nlike food"]);
    const gone = await tell(chain(pack("addWebSource", { packId, urlOrContent: "https://a.test/gone" })));
    expect(gone.end).toMatchObject({
      error: { code: "node_failed", message: expect.stringContaining("404") },
    });
  });
  it("tell at once whether a source was taken in", async () => {
    const { tell } = asked();
    const packId = (await tell(chain(pack("createKnowledgePack", { name: "p" })))).outputs.n?.id as string;
    const added = (await tell(chain(pack("addTextSource", { packId, text: "x" })))).outputs.n;
    const awaited = (loaderId: string) =>
      tell([
        ...chain({
          ...pack("awaitLoader", { packId, loaderId }),
          flows: { completed: to("c"), failed: to("f") },
        }),
        { id: "c", type: "debug/log", parameters: values({ text: "completed" }) },
        { id: "f", type: "debug/log", parameters: values({ text: "failed" }) },
      ]);
    expect((await awaited(added?.loaderId as string)).lines).toEqual(["info: completed"]);
    expect((await awaited("none")).lines).toEqual(["info: failed"]);
  });
  it("are named, and hold texts only", async () => {
    const { tell } = asked();
    for (const node of [
      pack("createKnowledgePack", {}),
      pack("deleteKnowledgePack", {}),
      pack("getChunks", {}, { packId: "packId" }),
      pack("addTextSource", { packId: "p", text: " " }),
      pack("addTextSource", { packId: "p", text: "word ".repeat(400_000) }),
    ])
      expect((await tell(chain(node))).end, node.type).toMatchObject({
        error: { code: "node_failed", nodeId: "n" },
      });
    expect((await tell(chain(pack("addYoutubeSource", { packId: "p" })))).end).toMatchObject({
      error: { code: "not_configured" },
    });
  });
});
