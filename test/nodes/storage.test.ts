import { describe, expect, it } from "vitest";
import type { NewEvent, Services } from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { served, type ServedOptions } from "../helpers/service-nodes.ts";
import { embeddingOf } from "../helpers/vectors.ts";

const alice = { userId: "alice" };
const node = (is: string, data: JsonObject = {}) => ({ is, data });

/** One field of each row that an output lists. */
const listed = (rows: Json | undefined, field: string): (Json | undefined)[] =>
  ((rows ?? []) as JsonObject[]).map((one) => one[field]);

const event = {
  content: "Hello",
  sender: "Ann",
  observer: "Bot",
  client: "rest",
  channel: "c1",
  channelType: "text",
  connector: "REST",
  entities: ["Ann", "Bot"],
  agentId: 7,
};
/** The event as it is stored. */
const row = { ...event, agentId: "7" };

describe("Store Event", () => {
  const cases: [string, JsonObject, Record<string, Json>, JsonObject][] = [
    ["as it is", { type: "conversation" }, { event }, { ...row, type: "conversation" }],
    ["with a type by wire", { type: "a" }, { event, type: " fact " }, { ...row, type: "fact" }],
    ["without a type", {}, { event }, { ...row, type: "none" }],
    ["with other content", {}, { event, content: "Bye" }, { ...row, type: "none", content: "Bye" }],
    ["an empty content stands for none", {}, { event, content: "" }, { ...row, type: "none" }],
    ["with a sender", {}, { event, sender: "Bot" }, { ...row, type: "none", sender: "Bot" }],
    [
      "as the agent's",
      { storeEventFor: "Observer (Agent)" },
      { event, sender: "Ann" },
      { ...row, type: "none", sender: "Bot" },
    ],
    ["as the user's", { storeEventFor: "Sender (User)" }, { event }, { ...row, type: "none" }],
    ["with a vector", {}, { event, embedding: [0.5, 1] }, { ...row, type: "none", embedding: [0.5, 1] }],
    [
      "with a vector as text",
      {},
      { event, embedding: "[0.5,1e-3]" },
      { ...row, type: "none", embedding: [0.5, 0.001] },
    ],
    ["a bare text", {}, { event: "Hi" }, { type: "none", content: "Hi" }],
    [
      "without what is no part of one",
      {},
      {
        event: {
          content: "x",
          id: "9",
          date: "d",
          embedding: "junk",
          foo: 1,
          rawData: { a: 1 },
          sender: null,
        },
      },
      { type: "none", content: "x", rawData: { a: 1 } },
    ],
  ];
  it.each(cases)("keeps an event %s", async (_name, data, inputs, stored) => {
    const { asked, fired } = await served(node("Store Event", data), inputs);
    expect(asked("events.record")).toEqual([stored]);
    expect(fired).toEqual(["trigger"]);
  });
  it("keeps both sides of an exchange of 2022", async () => {
    const agent = { agent: "Bot", speaker: "Ann", client: "rest", channel: "c1" };
    const place = { type: "conversation", client: "rest", channel: "c1", observer: "Bot" };
    const { asked } = await served(node("Store Event", { type: "conversation" }), {
      agent,
      primary: "Hi",
      secondary: "Hello",
    });
    expect(asked("events.record")).toEqual([
      { ...place, sender: "Ann", content: "Hi" },
      { ...place, sender: "Bot", content: "Hello" },
    ]);
    const quiet = await served(node("Store Event"), { agent, primary: "" });
    expect(quiet.log).toEqual([]);
  });
  it.each<[string, Record<string, Json>, string, string]>([
    ["no event", {}, "missing_input", '"event"'],
    ["an event that is none", { event: [1] }, "node_failed", '"event" must be an event'],
    ["nothing to say", { event: { sender: "Ann" } }, "node_failed", "nothing to store"],
    ["content that is no text", { event: { content: { a: 1 } } }, "node_failed", '"event.content"'],
    ["a sender that is no text", { event: { content: "x", sender: {} } }, "node_failed", '"event.sender"'],
    [
      "entities that are no list",
      { event: { content: "x", entities: "a" } },
      "node_failed",
      '"event.entities"',
    ],
    ["a vector of words", { event, embedding: "a,b" }, "node_failed", '"embedding"'],
    ["a vector with a hole", { event, embedding: [1, null] }, "node_failed", '"embedding"'],
    ["an empty vector", { event, embedding: [] }, "node_failed", '"embedding"'],
  ])("says what is wrong with %s", async (_name, inputs, code, message) => {
    const { error, log } = await served(node("Store Event"), inputs);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(log).toEqual([]);
  });
});

describe("Event Store", () => {
  it("keeps the event with what is wired in place of its own", async () => {
    const { asked } = await served(node("Event Store", { type: "t" }), {
      event,
      content: "x",
      sender: "Tom",
      agentid: "9",
    });
    expect(asked("events.record")).toEqual([
      { ...row, type: "t", content: "x", sender: "Tom", agentId: "9" },
    ]);
  });
});

describe("Event Recall", () => {
  const said = (content: string, more: Partial<NewEvent> = {}): NewEvent => ({
    ...row,
    type: "conversation",
    content,
    ...more,
  });
  const before: ServedOptions["before"] = async ({ events }) => {
    for (const one of [
      said("one"),
      said("two", { sender: "Bot" }),
      said("three", { sender: "Tom" }),
      said("elsewhere", { channel: "c2" }),
      said("by another", { observer: "Other", channel: "c3" }),
      said("by Discord", { connector: "Discord", channel: "c4", sender: "Zoe" }),
      said("a fact", { type: "fact", embedding: embeddingOf("cats purr") }),
      said("another fact", { type: "fact", embedding: embeddingOf("dogs bark") }),
    ])
      await events.record(alice, one);
  };
  const recalled = async (data: JsonObject, inputs: Record<string, Json> = { event }) => {
    const test = await served(node("Event Recall", { type: "conversation", ...data }), inputs, { before });
    return {
      ...test,
      contents: (test.outputs?.events as JsonObject[] | undefined)?.map(({ content }) => content),
    };
  };

  const cases: [JsonObject, string[]][] = [
    [{}, ["one", "two", "three"]],
    [{ filterBy: "All In Channel" }, ["one", "two", "three"]],
    [{ filterBy: "something newer" }, ["one", "two", "three"]],
    [{ filterBy: "Channel And Sender" }, ["one"]],
    [{ filterBy: "All From Sender" }, ["one", "elsewhere", "by another"]],
    [{ filterBy: "All From Connector" }, ["one", "two", "three", "elsewhere", "by another"]],
    [{ filterBy: "All" }, ["one", "two", "three", "elsewhere", "by another", "by Discord"]],
    [{ max_count: "2" }, ["two", "three"]],
    [{ max_count: 1 }, ["three"]],
    [{ max_count: 0 }, []],
    [{ type: "unknown" }, []],
  ];
  it.each(cases)("with %j gives the latest, oldest first: %j", async (data, contents) => {
    expect((await recalled(data)).contents).toEqual(contents);
  });
  it("asks for 10 of its type, where the event was", async () => {
    const { asked, outputs } = await recalled({});
    expect(asked("events.recall")).toEqual([
      { type: "conversation", observer: "Bot", client: "rest", channel: "c1", limit: 10 },
    ]);
    expect(outputs?.output).toBe("Ann: one\nBot: two\nTom: three");
  });
  it("gives the nearest to an embedding, unless the most recent are wanted", async () => {
    const inputs = { event, embedding: embeddingOf("dogs bark loud"), type: "fact" };
    expect((await recalled({}, inputs)).contents).toEqual(["another fact", "a fact"]);
    const recent = await recalled({ mode: "Most Recent" }, inputs);
    expect(recent.contents).toEqual(["a fact", "another fact"]);
    expect(recent.asked("events.recall")[0]).not.toHaveProperty("embedding");
  });
  it("takes the agent of 2022", async () => {
    const agent = { agent: "Bot", speaker: "Ann", client: "rest", channel: "c1" };
    expect((await recalled({}, { agent })).outputs?.output).toBe("Ann: one\nBot: two\nTom: three");
  });
  it.each<[JsonObject, Record<string, Json>, string]>([
    [{}, {}, "missing_input"],
    [{}, { event: 5, embedding: "x" }, "node_failed"],
    [{ max_count: "many" }, { event }, "node_failed"],
    [{ max_count: -1 }, { event }, "node_failed"],
    [{}, { event: { channel: ["c"] } }, "node_failed"],
  ])("refuses %j %j", async (data, inputs, code) => {
    expect((await recalled(data, inputs)).error?.code).toBe(code);
  });
});

describe("Event Delete", () => {
  it("removes the event, and says when there is none", async () => {
    let id = "";
    const before: ServedOptions["before"] = async ({ events }) => {
      ({ id } = await events.record(alice, { type: "t", content: "x" }));
    };
    await served("Echo", {}, { before });
    const { services, fired } = await served(node("Event Delete"), { event: { id } }, { before });
    expect((await services.events?.find(alice))?.total).toBe(0);
    expect(fired).toEqual(["trigger"]);
    expect((await served(node("Event Delete"), { event: { id: "gone" } })).error?.code).toBe("not_found");
    expect((await served(node("Event Delete"), { event: {} })).error?.code).toBe("node_failed");
    expect((await served(node("Event Delete"), { event: "x" })).error?.code).toBe("node_failed");
  });
});

describe("conversations of 2022", () => {
  const place = { agent: "Bot", speaker: "Ann", client: "rest", channel: "c1" };
  const kept = { type: "conversation", observer: "Bot", client: "rest", channel: "c1" };
  it("are stored line by line and recalled as text", async () => {
    const stored = await served(node("Conversation Store"), { ...place, convs: "Hi", conva: "Hello" });
    const rows = [
      { ...kept, sender: "Ann", content: "Hi" },
      { ...kept, sender: "Bot", content: "Hello" },
    ];
    expect(stored.asked("events.record")).toEqual(rows);
    const before: ServedOptions["before"] = async ({ events }) => {
      for (const one of rows) await events.record(alice, one);
    };
    const all = await served(node("Conversation Recall"), place, { before });
    expect(all.outputs).toEqual({ output: "Ann: Hi\nBot: Hello" });
    const last = await served(node("Conversation Recall", { max_count: "1" }), place, { before });
    expect(last.outputs).toEqual({ output: "Bot: Hello" });
    expect((await served(node("Conversation Recall"), place)).outputs).toEqual({ output: "" });
  });
});

describe.each(["Find Text Embedding", "Get Cached Embedding"])("%s", (is) => {
  const before: ServedOptions["before"] = async ({ events }) => {
    await events.record(alice, { type: "t", content: "known", embedding: [1, 2] });
    await events.record(alice, { type: "t", content: "known" });
    await events.record(alice, { type: "t", content: "plain" });
  };
  it("fires success with the embedding, or failure", async () => {
    const known = await served(node(is), { content: "known" }, { before });
    expect([known.fired, known.outputs]).toEqual([["success"], { embedding: [1, 2] }]);
    for (const content of ["plain", "unknown"]) {
      const missing = await served(node(is), { content }, { before });
      expect([missing.fired, missing.outputs]).toEqual([["failure"], {}]);
    }
    expect((await served(node(is), { content: "" })).error?.code).toBe("node_failed");
  });
});

describe("documents by type", () => {
  it.each(["Store Documents", "Store Document", "Store Knowledge"])("%s keeps one", async (is) => {
    const test = await served(node(is, { type: " Facts " }), {
      content: "Cats purr",
      embedding: "1,0",
      date: "2026-01-01",
    });
    expect(test.asked("documents.create")).toEqual([
      { content: "Cats purr", type: "facts", embedding: [1, 0], date: "2026-01-01" },
    ]);
    const bare = await served(node(is), { content: "x", type: "Wired" });
    expect(bare.asked("documents.create")).toEqual([{ content: "x", type: "Wired" }]);
    expect((await served(node(is), { content: " " })).error?.code).toBe("node_failed");
    expect((await served(node(is), { content: { a: 1 } })).error?.code).toBe("node_failed");
  });
  const before: ServedOptions["before"] = async ({ documents }) => {
    await documents.createMany(alice, [
      { content: "cats purr", type: "facts", embedding: [1, 0] },
      { content: "dogs bark", type: "facts", embedding: [0, 1] },
      { content: "oaks grow", type: "none", embedding: [1, 0] },
    ]);
  };
  it.each(["Get Documents", "Get Knowledge"])("%s finds them by type and likeness", async (is) => {
    const found = async (data: JsonObject, inputs: Record<string, Json> = {}) =>
      listed((await served(node(is, data), inputs, { before })).outputs?.documents, "content");
    expect(await found({ type: "facts" })).toEqual(["cats purr", "dogs bark"]);
    expect(await found({ type: "FACTS", max_count: "1" })).toEqual(["cats purr"]);
    expect(await found({}, { type: "facts", embedding: [0.1, 1] })).toEqual(["dogs bark", "cats purr"]);
    expect(await found({})).toEqual(["oaks grow"]);
  });
  it("Full Text Search finds them by words", async () => {
    const found = async (Entities: Json, data: JsonObject = { type: "facts" }) =>
      (await served(node("Full Text Search", data), { Entities }, { before })).outputs?.documents;
    expect(await found('["cats", "zebra"]')).toMatchObject([{ content: "cats purr", type: "facts" }]);
    expect(await found(["bark"])).toMatchObject([{ content: "dogs bark" }]);
    expect(await found("bark")).toMatchObject([{ content: "dogs bark" }]);
    expect(await found(["oaks"])).toEqual([]);
    for (const Entities of [[], "", [{}], null])
      expect((await served(node("Full Text Search"), { Entities })).error?.code).toBe("node_failed");
  });
  it("Intent Search names the nearest intent within the threshold", async () => {
    const withIntents: ServedOptions["before"] = async ({ documents }) => {
      await documents.createMany(alice, [
        { content: "nearer, no intent", embedding: [1, 0] },
        { content: "hello", embedding: [0.9, 0.1], metadata: { intent: { type: "story", name: "greet" } } },
        { content: "bye", embedding: [0, 1], metadata: { intent: { type: "story", name: "leave" } } },
      ]);
    };
    const named = async (data: JsonObject, inputs: Record<string, Json>) =>
      (await served(node("Intent Search", data), inputs, { before: withIntents })).outputs;
    expect(await named({}, { embedding: [1, 0] })).toEqual({ output: "greet" });
    expect(await named({ threshold: "0.001" }, { embedding: [1, 0] })).toEqual({ output: "" });
    expect(await named({ threshold: 0.001 }, { embedding: [1, 0], threshold: 1 })).toEqual({
      output: "greet",
    });
    expect((await served(node("Intent Search"), { embedding: [1] })).outputs).toEqual({ output: "" });
    expect((await served(node("Intent Search", { threshold: "x" }), { embedding: [1] })).error?.code).toBe(
      "node_failed",
    );
  });
});

describe("documents of 2022", () => {
  let id = "";
  let storeId = "";
  const before: ServedOptions["before"] = async ({ documents }) => {
    ({ id: storeId } = await documents.createStore(alice, { name: "zoo" }));
    ({ id } = await documents.create(alice, { title: "Cats", content: "They purr.", storeId }));
  };
  const ready = () => served("Echo", {}, { before });

  it("Document Get gives title and description", async () => {
    await ready();
    const { outputs } = await served(node("Document Get"), { id }, { before });
    expect(outputs?.output).toMatchObject({
      id,
      title: "Cats",
      description: "They purr.",
      isIncluded: true,
      storeId,
    });
    expect((await served(node("Document Get"), { id: 99 })).error?.code).toBe("not_found");
    expect((await served(node("Document Get"), { id: "" })).error?.code).toBe("node_failed");
  });
  it("Document Set makes one and gives its id", async () => {
    const test = await served(node("Document Set"), {
      title: "Dogs",
      description: "They bark.",
      storeId: 3,
      isIncluded: "false",
    });
    expect(test.asked("documents.create")).toEqual([
      { title: "Dogs", content: "They bark.", storeId: "3", isIncluded: false },
    ]);
    expect(test.outputs).toEqual({ output: "document-1" });
  });
  it("Document Edit changes what is wired", async () => {
    await ready();
    const test = await served(node("Document Edit"), { documentId: id, description: "New." }, { before });
    expect(test.asked("documents.patch")).toEqual([id, { content: "New." }]);
    expect(await test.services.documents?.get(alice, id)).toMatchObject({ title: "Cats", content: "New." });
    const all = { documentId: id, storeId: "s", keywords: "k", description: "d", isIncluded: true };
    expect((await served(node("Document Edit"), all, { before })).asked("documents.patch")).toEqual([
      id,
      { storeId: "s", title: "k", content: "d", isIncluded: true },
    ]);
  });
  it("Document Delete removes it", async () => {
    await ready();
    const { services, fired } = await served(node("Document Delete"), { docId: id }, { before });
    expect((await services.documents?.find(alice))?.total).toBe(0);
    expect(fired).toEqual(["trigger"]);
  });
  it("Document Set Mass makes many, in the store of the id or the name", async () => {
    await ready();
    const list: Json = [
      { title: "A", description: "a", foo: 1 },
      "plain",
      { content: "c", isIncluded: false },
    ];
    const rows = [{ title: "A", content: "a" }, { content: "plain" }, { content: "c", isIncluded: false }];
    const byId = await served(node("Document Set Mass"), { documents: list, storeId: "s" });
    expect(byId.asked("documents.createMany")).toEqual([rows.map((one) => ({ ...one, storeId: "s" }))]);
    const byName = await served(
      node("Document Set Mass", { store_name: "zoo" }),
      { documents: JSON.stringify(list) },
      { before },
    );
    expect(byName.asked("documents.createMany")).toEqual([rows.map((one) => ({ ...one, storeId }))]);
    const made = await served(node("Document Set Mass", { store_name: "new" }), { documents: list });
    expect(made.asked("documents.createStore")).toEqual([{ name: "new" }]);
    const none = await served(node("Document Set Mass"), { documents: list });
    expect(none.asked("documents.createMany")).toEqual([rows]);
  });
  it("Document Set Mass goes in batches, and refuses what is no document", async () => {
    const many = await served(node("Document Set Mass"), { documents: Array.from({ length: 1001 }, String) });
    expect(many.asked("documents.createMany").map((batch) => (batch as unknown[]).length)).toEqual([1000, 1]);
    expect((await served(node("Document Set Mass"), { documents: [] })).log).toEqual([]);
    for (const documents of ["x", {}, [5], [{ title: "no text" }]] as Json[])
      expect((await served(node("Document Set Mass"), { documents })).error?.code).toBe("node_failed");
  });
  it("Document Store Get gives the id of a name, or 0", async () => {
    await ready();
    expect((await served(node("Document Store Get"), { name: "zoo" }, { before })).outputs).toEqual({
      output: storeId,
    });
    expect((await served(node("Document Store Get"), { name: "none" }, { before })).outputs).toEqual({
      output: 0,
    });
  });
});

describe("search", () => {
  const before: ServedOptions["before"] = async ({ documents }) => {
    const stored = (text: string) => {
      const short = embeddingOf(text);
      // As Create Text Embedding stores them.
      return Array.from({ length: 1536 }, (_, i) => {
        const place = (i * (short.length - 1)) / 1535;
        const low = Math.floor(place);
        return (short[low] ?? 0) * (1 - place + low) + (short[low + 1] ?? 0) * (place - low);
      });
    };
    await documents.createMany(alice, [
      { title: "Cats", content: "cats purr", embedding: stored("cats purr") },
      { title: "Dogs", content: "dogs bark", embedding: stored("dogs bark") },
    ]);
  };
  it("Search gives the best document, Search Documents lists it", async () => {
    const hit = { title: "Cats", description: "cats purr" };
    const asked = { query: "do cats purr?", in: "documents", limit: 1 };
    const one = await served(node("Search"), { agent: "x", question: "do cats purr?" }, { before });
    expect([one.outputs, one.asked("search.query")]).toEqual([{ output: hit }, [asked]]);
    const list = await served(node("Search Documents"), { searchStr: "do cats purr?" }, { before });
    expect([list.outputs, list.asked("search.query")]).toEqual([{ output: [hit] }, [asked]]);
    const none = { question: "zebra", searchStr: "zebra" };
    expect((await served(node("Search"), { question: none.question }, { before })).outputs).toEqual({
      output: { title: "", description: "" },
    });
    expect(
      (await served(node("Search Documents"), { searchStr: none.searchStr }, { before })).outputs,
    ).toEqual({
      output: [],
    });
  });
  it("Vector Search lists the nearest by meaning", async () => {
    const test = await served(node("Vector Search"), { input: "dogs bark" }, { before });
    expect(test.outputs?.output).toMatchObject([
      { title: "Dogs", description: "dogs bark", distance: expect.closeTo(0, 6) as number },
      { title: "Cats" },
    ]);
    expect(test.asked("completion.embed")).toEqual([{ values: ["dogs bark"] }]);
    expect(test.usage).toMatchObject({ calls: 1 });
    expect((await served(node("Vector Search"), { input: "x" })).outputs).toEqual({ output: [] });
  });
});

describe("the cache", () => {
  it("is set, read and cleared by key", async () => {
    const set = await served(node("Cache Manager Set"), {
      key: "k",
      value: { a: [1] },
      agent: { agent: "x" },
    });
    expect(set.asked("cache.set")).toEqual(["k", { a: [1] }]);
    const before: ServedOptions["before"] = ({ cache }) => cache.set(alice, "k", { a: [1] });
    expect((await served(node("Cache Manager Get"), { key: "k" }, { before })).outputs).toEqual({
      output: { a: [1] },
    });
    expect((await served(node("Cache Manager Get"), { key: "other" }, { before })).outputs).toEqual({
      output: "",
    });
    const cleared = await served(node("Cache Manager Delete"), { key: "k" }, { before });
    expect(await cleared.services.cache?.get(alice, "k")).toBe(null);
    expect(cleared.fired).toEqual(["trigger"]);
    expect((await served(node("Cache Manager Get"), { key: "" })).error?.code).toBe("node_failed");
    expect((await served(node("Cache Manager Get"), { key: "k".repeat(500) })).error?.code).toBe(
      "bad_request",
    );
  });
});

describe("tasks", () => {
  const now = () => Date.UTC(2026, 0, 2);
  const date = "2026-01-02T00:00:00.000Z";
  const made = { objective: "Tidy", type: "chore", status: "active", eventData: event, steps: [] };
  let id = "";
  const before: ServedOptions["before"] = async ({ entities }) => {
    ({ id } = await entities.create(alice, { type: "task", data: made }));
  };
  const ready = () => served("Echo", {}, { before, now });

  it("Create Task makes an active one", async () => {
    const test = await served(node("Create Task", { type: "chore" }), { objective: "Tidy", event }, { now });
    expect(test.asked("entities.create")).toEqual([{ type: "task", data: made }]);
    expect(test.outputs).toEqual({ task: { ...made, id: "entity-1", date, agentId: 7 } });
    const plain = await served(node("Create Task"), { objective: "Tidy", event });
    expect(plain.outputs?.task).toMatchObject({ type: "task" });
    expect((await served(node("Create Task"), { objective: "", event })).error?.code).toBe("node_failed");
  });
  it.each([
    ["Cancel Task", "cancelled"],
    ["Complete Task", "completed"],
  ])("%s marks it %s and changes nothing else", async (is, status) => {
    await ready();
    const test = await served(node(is), { task: { id } }, { before, now });
    expect(test.outputs).toEqual({ task: { ...made, id, date, agentId: 7, status } });
    expect((await test.services.entities?.get(alice, id))?.data).toEqual({ ...made, status });
  });
  it("Delete Task removes it", async () => {
    await ready();
    const { services } = await served(node("Delete Task"), { task: { id } }, { before });
    expect((await services.entities?.find(alice))?.total).toBe(0);
  });
  it("Finish Task Step adds a step", async () => {
    await ready();
    const inputs = { agentTask: { id }, reasoning: "dust", skill: "sweep", result: "clean", success: true };
    const { outputs } = await served(node("Finish Task Step"), inputs, { before, now });
    expect(outputs?.agentTask).toMatchObject({
      id,
      steps: [{ reasoning: "dust", skill: "sweep", result: "clean", success: "true" }],
    });
  });
  it("that are none, or gone, are refused", async () => {
    const other: ServedOptions["before"] = async ({ entities }) => {
      ({ id } = await entities.create(alice, { type: "animal", data: {} }));
    };
    await served("Echo", {}, { before: other });
    expect((await served(node("Cancel Task"), { task: { id } }, { before: other })).error?.code).toBe(
      "node_failed",
    );
    expect((await served(node("Cancel Task"), { task: { id: "gone" } })).error?.code).toBe("not_found");
    expect((await served(node("Cancel Task"), { task: { id: [1] } })).error?.code).toBe("node_failed");
  });
  it("Store Task keeps one with its content", async () => {
    const test = await served(node("Store Task", { type: "Chore" }), {
      task: event,
      content: "Tidy",
      sender: "Bot",
    });
    expect(test.asked("entities.create")).toEqual([
      { type: "task", data: { ...made, eventData: { ...event, content: "Tidy", sender: "Bot" } } },
    ]);
    expect((await served(node("Store Task"), { task: {} })).error?.code).toBe("node_failed");
  });
  it("Task Recall gives the latest of the type and place, oldest first", async () => {
    let clock = 0;
    const many: ServedOptions["before"] = async ({ entities }: Required<Services>) => {
      const task = (objective: string, more: JsonObject = {}) =>
        entities.create(alice, { type: "task", data: { ...made, objective, ...more } });
      for (const objective of ["a", "b", "c"]) {
        clock += 1;
        await task(objective);
      }
      await task("elsewhere", { eventData: { ...event, channel: "c2" } });
      await task("other type", { type: "x" });
    };
    const recalled = async (data: JsonObject, inputs: Record<string, Json>) =>
      listed(
        (await served(node("Task Recall", data), inputs, { before: many, now: () => clock })).outputs?.tasks,
        "objective",
      );
    expect(await recalled({ type: "chore", max_count: "2" }, { task: { eventData: event } })).toEqual([
      "b",
      "c",
    ]);
    expect(await recalled({ type: "chore" }, { task: event })).toEqual(["a", "b", "c"]);
    expect(await recalled({}, {})).toHaveLength(5);
  });
  it("Task Destructure takes the task's event apart", async () => {
    const { outputs } = await served(node("Task Destructure"), { task: { ...made, id: "1" } });
    const { connector: _connector, ...parts } = event;
    expect(outputs).toEqual(parts);
    expect((await served(node("Task Destructure"), { task: { objective: "Tidy" } })).outputs).toEqual({
      content: "Tidy",
    });
    expect((await served(node("Task Destructure"), { task: 5 })).error?.code).toBe("node_failed");
  });
});
