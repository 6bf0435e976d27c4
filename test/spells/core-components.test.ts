/** Real spells of the fork and of Magick that need no service, and components that run in the real sandbox. */
import { describe, expect, inject, it } from "vitest";
import { createSandbox } from "../../src/actor/sandbox/index.ts";
import { importSpell } from "../../src/graph/import.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { anyInput as any, givenOf, runNode } from "../helpers/nodes.ts";
import { outputsOf, run } from "../helpers/spells.ts";

const files = inject("realSpells");

describe.skipIf(files === null)("a real spell", () => {
  const outputs = (file: string, inputs: JsonObject) => {
    const { document } = importSpell(JSON.parse(files?.[file] ?? "null"));
    return outputsOf(run(document, { inputs }).events);
  };

  const intents = "atlas-graphs-fast_intent_recognizer_0.1.0-221228.json";
  const intentsOfAgent = "atlas-src-fast_intent_recognizer_0.1.0-230101.json";
  it.each<[string, Json, string]>([
    [intents, "Hello there!", "greeting"],
    [intents, "thanks a lot", "acknowledgement"],
    [intents, "Bye, take care", "goodbye"],
    [intents, "What is that code?", "failure"],
    [intentsOfAgent, "Hello there!", "greeting"],
    [intentsOfAgent, { Input: "bye bye", Speaker: "Ann" }, "goodbye"],
  ])("tells intents apart: %s %j", (file, Input, intent) => {
    expect(outputs(file, { Input })).toEqual({ intent });
  });

  const event = { content: "test", sender: "Speaker", observer: "Agent" };
  it.each<[string, string, string]>([
    ["magick-test-Template-230321.json", "Input", "Output"],
    ["magick-test-Template-230323.json", "Input - Default", "Output"],
    ["magick-test-Template-230407.json", "Input - Default", "Output"],
    ["magick-test-Template-230418.json", "Input - Default", "Output"],
    ["magick-test-Echo-230323.json", "Input - Default", "Output - Default"],
    ["magick-Starter-230506.json", "Input - Default", "Output - Default"],
    ["magick-Starter-230507.json", "Input - Default", "Output"],
  ])("gives the content of an event, or a bare text: %s", (file, input, output) => {
    expect(outputs(file, { [input]: event })).toEqual({ [output]: "test" });
    expect(outputs(file, { [input]: "test" })).toEqual({ [output]: "test" });
  });
});

describe("in the real sandbox", () => {
  const sandbox = createSandbox({ maxSteps: 10_000_000 });
  async function ended(is: string, data: JsonObject, inputs: Record<string, Json>) {
    const node = { is, data, inputs: Object.keys(inputs).map(any), outputs: [any("sum")] };
    const test = runNode(node, inputs, [], { ports: { sandbox } });
    await test.ended;
    return test;
  }

  it.each<[string, string, Json]>([
    ["a+", "banana", "bnn"],
    ["^\\s+|\\s+$", "  b \n", "b"],
    ["[\\u{1F600}]", "a😀", "a😀"],
    ["x", "", ""],
  ])("Regular Expression %j makes of %j %j", async (rule, input, output) => {
    const test = await ended("Regular Expression", { rule }, { input });
    expect(givenOf(test.events)).toEqual({ output });
  });
  it("a pattern that would take forever is stopped, one that is none is refused", async () => {
    const endless = await ended("Regular Expression", { rule: "(a+)+$" }, { input: `${"a".repeat(50)}b` });
    expect(endless.events.at(-1)).toMatchObject({ error: { code: "sandbox_limit", nodeId: "n" } });
    const broken = await ended("Regular Expression", { rule: "(" }, { input: "a" });
    expect(broken.events.at(-1)).toMatchObject({
      error: { code: "code_error", message: expect.stringContaining("Regular Expression") },
    });
  });
  it("Javascript and Code of Magick take their inputs apart", async () => {
    const code = "function worker({ a, b }, data) { return { sum: a + b + data.a } }";
    for (const is of ["Javascript", "Code"]) {
      const test = await ended(is, { code }, { a: 1, b: 2 });
      expect(givenOf(test.events)).toEqual({ sum: 4 });
    }
  });
});
