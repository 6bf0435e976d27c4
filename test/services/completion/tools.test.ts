/** Chats with tools, and with answers of a shape. */
import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/protocol/services.ts";
import { call, failure, Loopback, readChunks } from "./loopback.ts";

const tools = [
  {
    name: "weather",
    description: "Of a place",
    parameters: { type: "object", properties: { said: { type: "string" } } },
  },
];
const asking = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: "user", content }],
  tools,
  ...more,
});

describe("A chat with tools", () => {
  it("gives what the model asks for", async () => {
    const loopback = new Loopback();
    const result = await loopback.service().chat(call, asking("Oslo"));
    expect(result).toMatchObject({
      text: "",
      finishReason: "tool_calls",
      toolCalls: [{ id: "call-1", name: "weather", arguments: { said: "Oslo" } }],
    });
    const { body } = await loopback.request();
    expect(body).toMatchObject({
      tools: [{ type: "function", function: tools[0] }],
      tool_choice: "auto",
    });
  });

  it("gives it at the end of a stream, too", async () => {
    const chunks = await readChunks(await new Loopback().service().stream(call, asking("Oslo")));
    expect(chunks).toMatchObject([
      { type: "result", result: { toolCalls: [{ name: "weather", arguments: { said: "Oslo" } }] } },
    ]);
  });

  it("goes on with the tool's answer", async () => {
    const loopback = new Loopback();
    const { toolCalls = [] } = await loopback.service().chat(call, asking("Oslo"));
    const result = await loopback.service().chat(call, {
      tools,
      messages: [
        { role: "user", content: "Oslo" },
        { role: "assistant", content: "", toolCalls },
        { role: "tool", toolCallId: "call-1", name: "weather", content: "rain" },
      ],
    });
    expect(result.text.trim()).toBe("You said: rain");
    expect(result).not.toHaveProperty("toolCalls");
    const bodies = (await loopback.requests()).map(({ body }) => body as { messages: unknown[] });
    expect(bodies.at(-1)?.messages.slice(1)).toMatchObject([
      {
        role: "assistant",
        tool_calls: [
          { id: "call-1", type: "function", function: { name: "weather", arguments: '{"said":"Oslo"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call-1", content: "rain" },
    ]);
  });

  it.each([
    ["none", "none"],
    ["required", "required"],
    [{ name: "weather" }, { type: "function", function: { name: "weather" } }],
  ] as const)("tells the model that %j is its choice", async (toolChoice, sent) => {
    const loopback = new Loopback();
    await loopback.service().chat(call, asking("x", { toolChoice }));
    expect((await loopback.request()).body).toMatchObject({ tool_choice: sent });
  });

  it("fails where the arguments are no JSON", async () => {
    expect(await failure(new Loopback().service().chat(call, asking("broken")))).toMatchObject({
      code: "provider_error",
      message: expect.stringMatching(/"weather" with arguments that are no JSON/),
    });
  });

  it.each([
    { tools: [{ name: "no name" }] },
    { tools: [{ name: "a", parameters: [] }] },
    { toolChoice: "perhaps" },
    { messages: [{ role: "tool", content: "x" }] },
    { messages: [{ role: "user", content: "x", tool_calls: [] }] },
  ])("is refused with %j", async (more) => {
    const chat = new Loopback().service().chat(call, asking("x", more as never));
    expect(await failure(chat)).toMatchObject({ code: "bad_request" });
  });
});

describe("An answer of a shape", () => {
  const schema = {
    type: "object",
    properties: { n: { type: "integer", minimum: 1 }, tags: { type: "array", items: { enum: ["a", "b"] } } },
    required: ["n"],
    additionalProperties: false,
  };
  const shaped = (content: string, name?: string): ChatRequest => ({
    messages: [{ role: "user", content }],
    format: { schema, ...(name === undefined ? {} : { name }) },
  });

  it("is given as the value that it is, a fence around it or not", async () => {
    const loopback = new Loopback();
    const result = await loopback.service().chat(call, shaped('{"n": 2, "tags": ["a"]}', "count"));
    expect(result.object).toEqual({ n: 2, tags: ["a"] });
    expect((await loopback.request()).body).toMatchObject({
      response_format: { type: "json_schema", json_schema: { name: "count", schema } },
    });
    const fenced = await new Loopback().service().chat(call, shaped('```json\n{"n": 3}\n```'));
    expect(fenced.object).toEqual({ n: 3 });
    const chunks = await readChunks(await new Loopback().service().stream(call, shaped('{"n": 4}')));
    expect(chunks.at(-1)).toMatchObject({ type: "result", result: { object: { n: 4 } } });
  });

  it.each([
    ["no JSON", /no JSON/],
    ['{"n": 0}', /n: /],
    ["{}", /n: /],
    ['{"n": 1, "tags": ["c"]}', /tags\.0/],
    ['{"n": 1, "more": 1}', /more/],
  ])("fails as %s", async (content, message) => {
    expect(await failure(new Loopback().service().chat(call, shaped(content)))).toMatchObject({
      code: "provider_error",
      message: expect.stringMatching(message),
    });
  });

  it("is refused where the shape is none", async () => {
    const chat = new Loopback().service().chat(call, {
      messages: [{ role: "user", content: "x" }],
      format: { schema: { type: "shape" } },
    });
    expect(await failure(chat)).toMatchObject({ code: "bad_request" });
  });
});
