import { describe, expect, it } from "vitest";
import { SpellError } from "../../src/protocol/errors.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { outputsOf, run, spell } from "../helpers/spells.ts";
import { served } from "../helpers/service-nodes.ts";

const spells = {
  greet: (inputs: JsonObject) => ({ Output: "hi", got: inputs }),
  silent: () => ({}),
};
const event = { content: "x" };

describe("Spell By Name", () => {
  it.each<[Record<string, Json>, JsonObject]>([
    [{ event }, { "Input - Default": event }],
    [
      { event, inputs: { a: 1 } },
      { "Input - Default": event, a: 1 },
    ],
    [{ inputs: '{"a": 1}' }, { a: 1 }],
    [{}, {}],
  ])("with %j runs the spell with %j", async (given, inputs) => {
    const test = await served("Spell By Name", { spellName: "greet", ...given }, { spells });
    expect(test.asked("spells.run")).toEqual([{ spell: "greet", inputs }]);
    expect(test.outputs).toEqual({ outputs: { Output: "hi", got: inputs }, output: "hi" });
  });
  it("gives no output of a spell without", async () => {
    expect((await served("Spell By Name", { spellName: "silent" }, { spells })).outputs).toEqual({
      outputs: {},
    });
  });
  it("fails as the other spell fails, and where there is none", async () => {
    const failing = {
      greet: () => {
        throw new SpellError("code_error", "Node 1 threw.");
      },
    };
    const { error } = await served("Spell By Name", { spellName: "greet" }, { spells: failing });
    expect(error).toMatchObject({ code: "code_error", message: 'Node "n" (Spell By Name): Node 1 threw.' });
    expect((await served("Spell By Name", { spellName: "none" }, { spells })).error?.code).toBe("not_found");
    expect((await served("Spell By Name", { spellName: "" }, { spells })).error?.code).toBe("node_failed");
    expect((await served("Spell By Name", { spellName: "greet", inputs: [1] }, { spells })).error?.code).toBe(
      "node_failed",
    );
  });
});

describe("Run Spell", () => {
  it.each<[Json, string]>([
    [{ id: "greet", name: "other" }, "greet"],
    [{ name: "greet" }, "greet"],
    ["greet", "greet"],
  ])("runs %j", async (given, name) => {
    const test = await served("Run Spell", { spell: given, inputs: { a: 1 } }, { spells });
    expect(test.asked("spells.run")).toEqual([{ spell: name, inputs: { a: 1 } }]);
    expect(test.outputs).toEqual({ output: { Output: "hi", got: { a: 1 } } });
  });
  it.each([[{}], [5], [null], [""]] as [Json][])("refuses %j", async (given) => {
    expect((await served("Run Spell", { spell: given }, { spells })).error?.code).toBe("node_failed");
  });
});

describe("Skill", () => {
  const task = { id: "1", objective: "o", eventData: { content: "old", sender: "Ann" } };
  it("runs the spell with the task, whose event has the content", async () => {
    const test = await served("Skill", { spellName: "greet", task, content: "new" }, { spells });
    const given = { ...task, eventData: { content: "new", sender: "Ann" } };
    expect(test.asked("spells.run")).toEqual([{ spell: "greet", inputs: { "Input - Default": given } }]);
    expect(test.outputs).toEqual({ output: "hi" });
  });
  it("runs it without task or content", async () => {
    const bare = await served("Skill", { spellName: "greet", task }, { spells });
    expect(bare.asked("spells.run")).toEqual([{ spell: "greet", inputs: { "Input - Default": task } }]);
    const content = await served("Skill", { spellName: "greet", content: "x" }, { spells });
    expect(content.asked("spells.run")).toEqual([
      { spell: "greet", inputs: { "Input - Default": { eventData: { content: "x" } } } },
    ]);
  });
});

/*
 *  Task Input ─trigger─> Output
 *      └─ agentTask ───────┘
 */
describe("Task Input", () => {
  const started = (value: Json, socket = "agentTask") =>
    run(
      spell(
        { in: "Task Input:Input - Task", out: "Output:o" },
        `in.trigger > out.trigger
         in.${socket} > out.input`,
      ),
      { inputs: { "Input - Task": value } },
    ).events;
  const task = { id: "1", objective: "o" };
  it("gives the task of the event, and the event without it", () => {
    expect(outputsOf(started({ ...event, agentTask: task }))).toEqual({ o: task });
    expect(outputsOf(started({ ...event, agentTask: task }, "output"))).toEqual({ o: event });
    expect(outputsOf(started(JSON.stringify({ ...event, agentTask: task })))).toEqual({ o: task });
    expect(outputsOf(started(task))).toEqual({ o: task });
  });
  it.each([[event], ["x"], [5], [null]] as [Json][])("refuses %j", (value) => {
    expect(started(value).at(-1)).toMatchObject({ error: { code: "bad_request" } });
  });
});

describe("Discord Input", () => {
  const drawn = (data: JsonObject, output = "Discord Output:o") =>
    spell(
      { in: { is: "Discord Input", data }, out: output },
      `in.trigger > out.trigger
       in.output > out.input`,
    );
  it.each(["Discord Output:o", "Respond:o", "Output:o"])("starts the spell that answers by %s", (output) => {
    expect(outputsOf(run(drawn({ name: "d" }, output), { inputs: { d: event } }).events)).toEqual({
      o: event,
    });
  });
  it("takes the first value of the run, else its own text", () => {
    expect(outputsOf(run(drawn({}), { inputs: { other: 0 } }).events)).toEqual({ o: 0 });
    expect(outputsOf(run(drawn({ text: "t" }), { inputs: {} }).events)).toEqual({ o: "t" });
    expect(run(drawn({}), { inputs: {} }).events.at(-1)).toMatchObject({ error: { code: "missing_input" } });
  });
});

describe("Respond", () => {
  it("passes trigger and value on", async () => {
    const test = await served("Respond", { input: "x", event });
    expect([test.fired, test.outputs]).toEqual([["trigger"], { output: "x" }]);
  });
});

describe("Service", () => {
  const of = (service: string, method: string, request?: JsonObject) => ({
    is: "Service",
    data: { service, method, ...(request === undefined ? {} : { request }) },
  });
  it("calls the method with the request as it is drawn, what is on the wire above it", async () => {
    const test = await served(of("events", "recall", { type: "a", limit: 5 }), { request: { limit: 2 } });
    expect(test.asked("events.recall")).toEqual([{ type: "a", limit: 2 }]);
    expect(test.outputs).toEqual({ result: { events: [] } });
  });
  it("gives null where the method gives nothing", async () => {
    const test = await served(of("cache", "set", { key: "k", value: "v" }));
    expect(test.outputs).toEqual({ result: null });
    expect((await served(of("cache", "get", { key: "none" }))).outputs).toEqual({ result: null });
  });
  it("tells what a completion has used, as any other node", async () => {
    const test = await served(of("completion", "complete", { prompt: "four" }));
    expect(test.usage).toMatchObject({ inputTokens: 4, calls: 1 });
  });
  it.each([
    ["cache", "constructor"],
    ["cache", "__proto__"],
    ["agents", "receive"],
    ["agents", "eventRecorded"],
    ["completion", "stream"],
    ["nobody", "get"],
  ])("is refused before it runs with %s.%s", async (service, method) => {
    const document = spell({ start: "Trigger In", n: of(service, method) }, "start.trigger > n.trigger");
    expect(await run(document).ended).toMatchObject({ error: { code: "spell_invalid", nodeId: "n" } });
  });
  it("fails as the service does", async () => {
    expect((await served(of("entities", "get", { id: "none" }))).error).toMatchObject({
      code: "not_found",
      message: expect.stringMatching(/^Node "n" \(Service\): /),
    });
    expect((await served(of("entities", "get"), { request: [1] })).error?.code).toBe("node_failed");
  });
});
