import { describe, expect, it, vi } from "vitest";
import type { SandboxRequest } from "../../src/engine/index.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { anyInput as any, failureOf, fired, given, givenOf, runNode } from "../helpers/nodes.ts";
import { run, spell, type TestOptions } from "../helpers/spells.ts";

const both = ["true", "false"];
const mega = "x".repeat(1_000_000);

/** Draws these instead of random numbers, in turn. */
function withRandom<T>(draws: number[], act: () => T): T {
  let next = 0;
  const spy = vi.spyOn(Math, "random").mockImplementation(() => draws[next++] ?? 0);
  try {
    return act();
  } finally {
    spy.mockRestore();
  }
}

describe("Combine Text", () => {
  const node = { is: "Combine Text", inputs: [any("b"), any("a"), any("c")] };
  it("joins all inputs in the order of the sockets, by the delimiter", () => {
    expect(given(node, { a: "2", b: "1", c: 3 })).toEqual({ output: "123" });
    expect(given({ ...node, data: { delimiter: ", " } }, { a: "2", b: "1", c: null })).toEqual({
      output: "1, 2, ",
    });
    expect(given({ is: "Combine Text" })).toEqual({ output: "" });
  });
  it("does not build a text beyond 8 MB", () => {
    const inputs = Object.fromEntries("abcdefghi".split("").map((name) => [name, mega]));
    expect(failureOf({ is: "Combine Text" }, inputs)?.message).toContain("larger than 8 MB");
  });
});

describe("String Adder", () => {
  it("keeps the last 1000 characters", () => {
    expect(given({ is: "String Adder" }, { string: "a", newInput: "b" })).toEqual({ output: "ab" });
    const data = { newLineStarting: "true" };
    expect(given({ is: "String Adder", data }, { string: "a", newInput: 5 })).toEqual({ output: "a\n5" });
    const { output } = given({ is: "String Adder" }, { string: mega, newInput: "end" });
    expect(output).toBe(`${"x".repeat(997)}end`);
  });
});

describe("String Combiner", () => {
  it("of 2022 fills $names in a text", () => {
    const node = { is: "String Combiner", inputs: [any("Agent Replacer"), any("speaker replacer")] };
    const inputs = {
      string: "$agent: hi $speaker, I am $agent",
      "Agent Replacer": "$& Ann",
      "speaker replacer": 7,
    };
    expect(given(node, inputs)).toEqual({ output: "$& Ann: hi 7, I am $agent" });
    expect(given(node, { "Agent Replacer": "x" })).toEqual({ failed: "missing_input" });
  });
  it("of 2023 joins all inputs", () => {
    const node = { is: "String Combiner", inputs: [any("a"), any("b")] };
    expect(given(node, { a: "1", b: "2" })).toEqual({ output: "12" });
  });
});

describe("Variable Replacer", () => {
  it("puts inputs in the place of their names, each once, and never the text itself", () => {
    const inputs = {
      inp: "inp: agent asks speaker and agent for item",
      agent: "Ann",
      speaker: "Bob",
      item: 3,
    };
    expect(given({ is: "Variable Replacer", inputs: [any("item")] }, inputs)).toEqual({
      output: "inp: Ann asks Bob and agent for 3",
    });
  });
});

describe("Replace Text", () => {
  it.each<[JsonObject, Record<string, Json>, string]>([
    [{ match: "a", replace: "b" }, { input: "banana" }, "bbnbnb"],
    [{ match: "a" }, { input: "banana" }, "bnn"],
    [{ match: "a", replace: "b" }, { input: "banana", match: "n", replace: "m" }, "bamama"],
    [{ match: "a", replace: "b" }, { input: "banana", match: "", replace: "" }, "bbnbnb"],
    [{ match: "a", replace: "[$&]" }, { input: "a.a" }, "[$&].[$&]"],
    [{ match: "." }, { input: "a.b" }, "ab"],
    [{}, { input: "undefined" }, "undefined"],
    [{ match: 1, replace: 2 }, { input: 11 }, "22"],
  ])("with %j makes of %j %j", (data, inputs, output) => {
    for (const is of ["Replace Text", "String Replacer"])
      expect(given({ is, data }, inputs)).toEqual({ output });
  });
  it("takes texts only, and builds none beyond 8 MB", () => {
    for (const input of [null, [], {}])
      expect(failureOf({ is: "Replace Text" }, { input })?.code).toBe("node_failed");
    const data = { match: "x", replace: "y".repeat(100) };
    expect(failureOf({ is: "Replace Text", data }, { input: mega })?.message).toContain("larger than 8 MB");
    expect(
      failureOf({ is: "Replace Text", data: { match: `${mega}b` } }, { input: mega })?.message,
    ).toContain("too long together");
  });
});

describe("Regular Expression", () => {
  function removed(rule: Json | undefined, input: Json) {
    const requests: SandboxRequest[] = [];
    const sandbox: NonNullable<TestOptions["ports"]>["sandbox"] = {
      call: (request) => (requests.push(request), { value: "gone", logs: [] }),
    };
    const data: JsonObject = rule === undefined ? {} : { rule };
    const node = { is: "Regular Expression", data };
    return { given: given(node, { input }, { ports: { sandbox } }), request: requests[0] };
  }
  it("runs the pattern of the user in the sandbox", () => {
    const { given: outputs, request } = removed("a+", "baab");
    expect(outputs).toEqual({ output: "gone" });
    expect(request).toMatchObject({ args: ["baab", "a+"], label: 'Node "n" (Regular Expression)' });
  });
  it("takes an empty text, and no empty pattern", () => {
    expect(removed("a", "").request?.args).toEqual(["", "a"]);
    expect(removed(undefined, "a")).toMatchObject({ given: { failed: "node_failed" }, request: undefined });
    expect(removed("", "a")).toMatchObject({ given: { failed: "node_failed" }, request: undefined });
  });
});

describe("Split By Sentence", () => {
  const split = (string: Json, data: JsonObject = {}) => given({ is: "Split By Sentence", data }, { string });
  it("cuts behind marks that a blank follows, and at line ends", () => {
    expect(split('It is 3.14. "Really?!" he asked… Yes\nNo.').output).toEqual([
      "It is 3.14.",
      '"Really?!"',
      "he asked…",
      "Yes",
      "No.",
    ]);
    expect(split("一。二！三").output).toEqual(["一。", "二！", "三"]);
    expect(split("").output).toEqual([]);
    expect(split(" \n\n ").output).toEqual([]);
  });
  it("cuts long sentences into pieces, 280 characters unless set, and no sign in two", () => {
    expect(split("abcdefg. hi.", { stringMaxLength: "3" }).output).toEqual(["abc", "def", "g.", "hi."]);
    expect(split("ab😀cd", { stringMaxLength: 3 }).output).toEqual(["ab", "😀c", "d"]);
    expect((split("x".repeat(600)).output as string[]).map(({ length }) => length)).toEqual([280, 280, 40]);
  });
  it("wants a length that is one, and stays in bounds", () => {
    for (const stringMaxLength of [0, -1, "long"])
      expect(split("a", { stringMaxLength })).toEqual({ failed: "node_failed" });
    expect(split(mega, { stringMaxLength: 1 })).toEqual({ failed: "node_failed" });
    expect(split("!?".repeat(500_000)).output).toHaveLength(3572);
  });
});

describe("Text Template", () => {
  it("fills a Handlebars template with the inputs, unescaped", () => {
    for (const is of ["Text Template", "Prompt Template"]) {
      const node = {
        is,
        data: { fewshot: "<{{a}}>\r\n{{b.c}}\r\n" },
        inputs: [any("a"), any("b")],
      };
      expect(given(node, { a: "& you", b: { c: 1 } })).toEqual({ prompt: "<& you>\n1\r\n" });
    }
    expect(given({ is: "Text Template" })).toEqual({ prompt: "" });
    expect(given({ is: "Text Template", data: { fewshot: "{{#if}}" } })).toEqual({
      failed: "template_error",
    });
  });
});

describe("Trim and Get Length", () => {
  it("work on texts", () => {
    expect(given({ is: "Trim" }, { string: " \n a b\t" })).toEqual({ output: "a b" });
    expect(given({ is: "Get Length" }, { string: "abc" })).toEqual({ output: 3 });
    expect(given({ is: "Get Length" }, { string: "" })).toEqual({ output: 0 });
    expect(given({ is: "Get Length" }, { string: [1, 2] })).toEqual({ output: 2 });
    expect(given({ is: "Get Length" }, { string: mega })).toEqual({ output: 1_000_000 });
    for (const string of [null, {}]) {
      expect(failureOf({ is: "Trim" }, { string })?.message).toContain('"string" must be a text');
      expect(given({ is: "Get Length" }, { string })).toEqual({ failed: "node_failed" });
    }
  });
});

describe("UUID Generator", () => {
  it("gives a UUID of version 4, another in each run", () => {
    const [a, b] = [given({ is: "UUID Generator" }).output, given({ is: "UUID Generator" }).output];
    expect(a).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(a).not.toBe(b);
  });
});

describe("Evaluate Text", () => {
  it.each<[string | undefined, string, string, boolean]>([
    [undefined, "an apple", " apple ", true],
    ["includes", "an apple", "pear", false],
    ["not includes", "an apple", "pear", true],
    ["equals", "apple", "apple", true],
    ["Equal", "apple", "Apple", false],
    ["===", "apple", "apple", true],
    ["not equals", "apple", "apple", false],
    ["!=", "apple", "pear", true],
    ["!==", "apple", "apple", false],
    ["starts with", "apple pie", "apple", true],
    ["startsWith", "apple pie", "pie", false],
    ["not starts with", "apple pie", "pie", true],
    ["ends with", "apple pie", "pie", true],
    ["not endsWith", "apple pie", "pie", false],
  ])("%s: %j with %j is %j", (operationType, string, fewshot, expected) => {
    const data = { fewshot, ...(operationType === undefined ? {} : { operationType }) };
    for (const is of ["Evaluate Text", "String Evaluator"])
      expect(fired({ is, data }, { string }, both)).toEqual([String(expected)]);
  });
  it("is false for an operation that does not exist, and says so", () => {
    for (const operationType of ["constructor", "not resembles"]) {
      const node = { is: "Evaluate Text", data: { operationType } };
      expect(fired(node, { string: "a" }, both)).toEqual(["false"]);
      expect(runNode(node, { string: "a" }, []).events).toContainEqual(
        expect.objectContaining({ logs: [{ level: "warn", text: expect.stringContaining(operationType) }] }),
      );
    }
  });
});

describe("a rule matcher", () => {
  const matched = (is: string, data: JsonObject, input: Json, rest: Record<string, Json> = {}) =>
    fired({ is, data }, { input, ...rest }, both)[0];
  const matchers = ["Text Rule Matcher", "Complex String Matcher"];

  it.each<[JsonObject, string, boolean]>([
    [{ matchBeginningString: "hi, hello" }, "hello there", true],
    [{ matchBeginningString: "hi, hello" }, "oh hello", false],
    [{ matchBeginningString: "HI" }, "hi there", true],
    [{ matchEndString: "bye" }, "good bye", true],
    [{ matchAnyString: "code, help" }, "i need help", true],
    [{ matchBeginningString: "hi", matchEndString: "you" }, "hi there", false],
    [{ matchBeginningString: "hi", matchEndString: "you" }, "you", true],
    [{ matchEndString: "you", matchAnyString: "x" }, "you", false],
    [{ matchBeginningString: "hi, " }, "other", false],
    [{}, "anything", false],
    [{ matchBeginningString: "hi", stringMaxLength: "5" }, "hi you", false],
    [{ matchBeginningString: "hi", stringMaxLength: "6", stringMinLength: "1" }, "hi you", true],
    [{ matchBeginningString: "hi", stringMaxLength: 60, stringMinLength: 20 }, "hi you", false],
    [{ matchBeginningString: "hi", stringMaxLength: "0", stringMinLength: 20 }, "hi you", true],
  ])("with %j says of %j %j", (data, input, expected) => {
    // One of them takes the first blank out.
    expect(matched("Text Rule Matcher", data, input)).toBe(String(expected));
    const shorter = { ...data, ...(data.stringMaxLength === "5" ? { stringMaxLength: 4 } : {}) };
    expect(matched("Complex String Matcher", shorter, input)).toBe(String(expected));
  });
  it("takes its lists from wires, as texts or lists", () => {
    const data = { matchAnyString: "pear" };
    expect(matched("Text Rule Matcher", data, "an apple", { matchAny: "Apple, plum" })).toBe("true");
    expect(matched("Text Rule Matcher", data, "an apple", { matchAny: ["plum"] })).toBe("false");
    expect(matched("Text Rule Matcher", data, "a pear", { matchAny: null })).toBe("true");
    expect(matched("Text Rule Matcher", data, "a pear", { matchBeginning: {} })).toBe("failed");
  });
  it("compares the text as it is, or in small letters without quotes and tags", () => {
    const data = { matchBeginningString: "hello" };
    expect(matched("Text Rule Matcher", data, "Hello")).toBe("false");
    expect(matched("Complex String Matcher", data, "Hello")).toBe("true");
    expect(matched("Complex String Matcher", data, '<b a="1">\'He"llo')).toBe("true");
    expect(matched("Complex String Matcher", data, ">\n<\n<@1> hello")).toBe("false");
    expect(
      matched("Complex String Matcher", { matchBeginningString: ">\n<\nhello" }, ">\n<\n<@1> hello"),
    ).toBe("true");
  });
  it("is false where an invalidating rule matches", () => {
    const data = { matchBeginningString: "hi" };
    for (const rule of ["notMatchBeginningString", "notMatchEndString", "notMatchAnyString"]) {
      expect(matched("Complex String Matcher", { ...data, [rule]: "him, hid" }, "him, hid")).toBe("false");
      expect(matched("Complex String Matcher", { ...data, [rule]: "you" }, "him, hid")).toBe("true");
    }
  });
  it("says what it cannot work with, and stays quick with what is huge", () => {
    for (const is of matchers) {
      expect(matched(is, { matchAnyString: "x", stringMaxLength: "long" }, "x")).toBe("failed");
      expect(matched(is, {}, { a: 1 })).toBe("failed");
      expect(matched(is, { matchAnyString: "a" }, "<\n".repeat(500_000))).toBe("false");
      expect(matched(is, { matchAnyString: "a" }, "<".repeat(1_000_000))).toBe("false");
      expect(matched(is, { matchAnyString: `${mega}y` }, mega)).toBe("failed");
    }
  });
});

describe("Fast Classifier", () => {
  const matched = (data: JsonObject, input: string) =>
    fired({ is: "Fast Classifier", data }, { input }, both)[0];
  it("fires true for what matches, or does not where a list is turned around", () => {
    expect(matched({ matchBeginningString: "hi, hello" }, "Hello you")).toBe("true");
    expect(matched({ matchBeginningString: "hi, hello" }, "you")).toBe("false");
    expect(matched({ matchEndString: "you" }, "hello you")).toBe("true");
    expect(matched({ matchAnyString: "lo" }, "hello you")).toBe("true");
    expect(matched({ matchAnyString: "lo", dontMatchAny: true }, "hello you")).toBe("false");
    expect(matched({ matchAnyString: "lo", dontMatchAny: true }, "hey")).toBe("true");
    expect(
      matched({ matchBeginningString: "h", dontMatchBeginning: "true", matchAnyString: "y" }, "hey"),
    ).toBe("false");
    expect(matched({ matchBeginningString: "h", stringMaxLength: 2 }, "hey")).toBe("false");
    expect(matched({}, "hey")).toBe("false");
  });
});

describe("a detector", () => {
  const found = (is: string, string: Json, data: JsonObject = {}) => fired({ is, data }, { string }, both)[0];
  it("of greetings knows short texts that are no question", () => {
    expect(found("Fast Greeting Detector", "Hi there")).toBe("true");
    expect(found("Fast Greeting Detector", "hi there?")).toBe("false");
    expect(found("Fast Greeting Detector", "hi there, how do I pay")).toBe("false");
    expect(found("Fast Greeting Detector", "ahoy captain", { fewshot: "Ahoy\n\n", maxLength: "20" })).toBe(
      "true",
    );
    expect(found("Fast Greeting Detector", "hi", { fewshot: "ahoy" })).toBe("false");
    expect(found("Fast Greeting Detector", "hi", { maxLength: "x" })).toBe("failed");
  });
  it("of questions knows the mark and the words in front", () => {
    expect(found("Fast Question Detector", " You there? ")).toBe("true");
    expect(found("Fast Question Detector", "How do I pay")).toBe("true");
    expect(found("Fast Question Detector", "I pay")).toBe("false");
    expect(found("Fast Question Detector", "do I pay", { fewshot: "do\n" })).toBe("true");
  });
  it("of foul language knows whole words, disguised too", () => {
    for (const foul of ["Shit!", "what the FUCKING hell", "sh1t", "a$$hole", "you bastards"])
      expect(found("Profanity Filter", foul)).toBe("true");
    for (const clean of ["Scunthorpe", "a cockpit", "", "hello", "class", 5, "!".repeat(1_000_000)])
      expect(found("Profanity Filter", clean)).toBe("false");
    expect(found("Profanity Filter", null)).toBe("failed");
  });
  it("of the node's words says of which kind the first is", () => {
    const detect = (string: string, fewshot?: string) => {
      const data: JsonObject = fewshot === undefined ? {} : { fewshot };
      return given({ is: "Fast Profanity Detector", data }, { string });
    };
    const list = "\nDarn, mild\nno kind\na, b, c\n heck , Rude ";
    expect(detect("oh heck, darn", list)).toEqual({ output: "mild" });
    expect(detect("oh HECK", list)).toEqual({ output: "rude" });
    expect(detect("no kind of a", list)).toEqual({ output: "" });
    expect(detect("shit")).toEqual({ output: "offensive" });
    expect(found("Fast Profanity Detector", "oh heck", { fewshot: list })).toBe("true");
    expect(found("Fast Profanity Detector", "oh", { fewshot: list })).toBe("false");
  });
});

describe("a random phrase", () => {
  it("is a line of the node's list", () => {
    for (const is of ["Random Phrase From List", "Random List From String"]) {
      const node = { is, data: { fewshot: "a\r\n\nb\nc" } };
      expect(withRandom([0], () => given(node)).output).toBe("a");
      expect(withRandom([0.99], () => given(node)).output).toBe("c");
      expect(given({ is }).output).toBe("");
    }
  });
  it("or stands between commas", () => {
    const greetings = { is: "Random Greeting Response", data: { fewshot: "hi, hello" } };
    expect(withRandom([0.99], () => given(greetings)).output).toBe("hello");
    for (const is of ["Random Greeting Response", "Random Profanity Response"])
      expect(given({ is }).output).toMatch(/\w/);
  });
  it("does not come again before all have come, although two are the same", () => {
    //  start ──► each ──act──► phrase
    const document = spell(
      {
        start: "Trigger In",
        list: "Universal Input:list",
        each: "ForEach",
        n: { is: "Random Phrase From List", data: { fewshot: "a\na\nb" } },
      },
      `start.trigger > each.act1
      list.output > each.array
      each.act > n.trigger`,
    );
    const { events } = run(document, { inputs: { list: [1, 2, 3, 4, 5, 6] } });
    const phrases = events.flatMap((event) =>
      event.type === "node.completed" && event.nodeId === "n" ? [event.outputs.output] : [],
    );
    expect(phrases.slice(0, 3).filter((phrase) => phrase === "a")).toHaveLength(2);
    expect(phrases.slice(3).filter((phrase) => phrase === "a")).toHaveLength(2);
    expect(new Set(phrases)).toEqual(new Set(["a", "b"]));
    expect(givenOf(events)).toHaveProperty("output");
  });
});
