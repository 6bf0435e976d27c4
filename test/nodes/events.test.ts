import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { anyInput as any, failureOf, given } from "../helpers/nodes.ts";

const event = {
  content: "hi",
  sender: "Ann",
  observer: "Bot",
  client: "web",
  channel: "c1",
  channelType: "chat",
  connector: "rest",
  entities: ["Ann", "Bot"],
  agentId: 7,
  projectId: "p",
  rawData: "{}",
  embedding: [1, 2],
};

describe("Event Destructure", () => {
  it("gives each part on its output, and only the parts that it knows", () => {
    expect(given({ is: "Event Destructure" }, { event: { ...event, date: "today", type: "x" } })).toEqual(
      event,
    );
    expect(given({ is: "Event Destructure" }, { event: { content: null } })).toEqual({ content: null });
    expect(given({ is: "Event Destructure" }, { event: {} })).toEqual({});
  });
  it("takes a bare text for the content", () => {
    expect(given({ is: "Event Destructure" }, { event: "hello" })).toEqual({ content: "hello" });
    expect(given({ is: "Event Destructure" }, { event: 5 })).toEqual({ content: "5" });
  });
  it("fails for what is no event", () => {
    for (const wrong of [null, [], [event]])
      expect(failureOf({ is: "Event Destructure" }, { event: wrong })?.message).toContain(
        '"event" must be an event',
      );
  });
});

describe("Event Restructure", () => {
  it("puts together what is wired", () => {
    expect(given({ is: "Event Restructure" }, { content: "hi", sender: null })).toEqual({
      output: { content: "hi", sender: null },
    });
    expect(given({ is: "Event Restructure" }, event)).toEqual({ output: event });
    expect(given({ is: "Event Restructure", inputs: [any("mood")] }, { mood: "good" })).toEqual({
      output: { mood: "good" },
    });
    expect(given({ is: "Event Restructure" })).toEqual({ output: {} });
  });
  it("makes numbers of ids that are digits, and of no other", () => {
    const ids: [Json, Json][] = [
      ["12", 12],
      [12, 12],
      ["7a1c-4", "7a1c-4"],
      ["", ""],
      ["12345678901234567890", "12345678901234567890"],
    ];
    for (const [agentId, output] of ids)
      expect(given({ is: "Event Restructure" }, { agentId })).toEqual({ output: { agentId: output } });
  });
});

describe("Input Destructure", () => {
  const usual = {
    speaker: "Speaker",
    agent: "Agent",
    client: "Playtest",
    channel: "TestChannel",
    channelId: "0",
  };
  it("of 2022 takes apart what a connector gave, with stand-ins for what is missing", () => {
    const agent = {
      Input: "hi",
      Speaker: "Ann",
      Agent: "Bot",
      Client: "web",
      ChannelID: "c1",
      Entity: 3,
      Channel: "dm",
    };
    const taken = {
      output: "hi",
      speaker: "Ann",
      agent: "Bot",
      client: "web",
      channel: "c1",
      channelId: "c1",
      entity: 3,
      channel_type: "dm",
    };
    expect(given({ is: "Input Destructure" }, { agent })).toEqual(taken);
    expect(given({ is: "Input Destructure" }, { input: agent })).toEqual(taken);
    expect(given({ is: "Input Destructure" }, { agent: { x: 1 } })).toEqual({ ...usual, output: { x: 1 } });
    expect(given({ is: "Input Destructure" }, { agent: "hello" })).toEqual({ ...usual, output: "hello" });
  });
  it("of 2023 takes an event apart", () => {
    const { connector: _c, projectId: _p, rawData: _r, embedding: _e, ...known } = event;
    expect(given({ is: "Input Destructure" }, { event })).toEqual(known);
    expect(given({ is: "Input Destructure" }, { event: "hi" })).toEqual({ content: "hi" });
  });
  it("fails without a value, or with what is none", () => {
    expect(given({ is: "Input Destructure" })).toEqual({ failed: "missing_input" });
    for (const socket of ["event", "agent", "input"])
      expect(given({ is: "Input Destructure" }, { [socket]: [1] })).toEqual({ failed: "node_failed" });
  });
});

describe("Input Restructure", () => {
  it("of 2022 uses the names that connectors used", () => {
    const inputs = {
      input: "hi",
      speaker: "Ann",
      agent: "Bot",
      client: "web",
      channel: "c1",
      entity: 1,
      roomInfo: [],
    };
    expect(given({ is: "Input Restructure" }, inputs)).toEqual({
      output: {
        Input: "hi",
        Speaker: "Ann",
        Agent: "Bot",
        Client: "web",
        ChannelID: "c1",
        Entity: 1,
        RoomInfo: [],
      },
    });
  });
  it("of 2023 makes an event", () => {
    const inputs = { content: "hi", client: "web", entity: "e", agentId: "7" };
    expect(given({ is: "Input Restructure", inputs: [any("agentId")] }, inputs)).toEqual({ output: inputs });
  });
});

describe("Events to Conversation", () => {
  const conversation = (events: Json) => given({ is: "Events to Conversation" }, { events });
  it("writes a line for each event", () => {
    const two = [event, { sender: "Bot", content: "hello" }];
    expect(conversation(two)).toEqual({ conversation: "Ann: hi\nBot: hello\n" });
    expect(conversation({ rows: two })).toEqual({ conversation: "Ann: hi\nBot: hello\n" });
    expect(conversation(event)).toEqual({ conversation: "Ann: hi\n" });
    expect(conversation(["hi", {}])).toEqual({ conversation: "hi\n\n" });
    for (const none of [[], null]) expect(conversation(none)).toEqual({ conversation: "" });
  });
  it("fails for what holds no events, or too much", () => {
    for (const wrong of [[[]], [null]]) expect(conversation(wrong)).toEqual({ failed: "node_failed" });
    const long: JsonObject = { content: "x".repeat(100_000) };
    expect(conversation(Array.from({ length: 100 }, () => long))).toEqual({ failed: "node_failed" });
  });
});

describe("Document to Content", () => {
  const content = (documents: Json) => given({ is: "Document to Content" }, { documents });
  it("writes contents one below the other", () => {
    expect(content([{ content: "a" }, { content: "b" }])).toEqual({ content: "a\nb\n" });
    expect(content({ content: "a" })).toEqual({ content: "a\n" });
    expect(content({ rows: [{ content: "a" }, "b"] })).toEqual({ content: "a\nb\n" });
    expect(content([])).toEqual({ content: "" });
    expect(content([5, [1]])).toEqual({ failed: "node_failed" });
  });
});
