import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { anyInput as any, failureOf, given, givenOf } from "../helpers/nodes.ts";
import { run, spell } from "../helpers/spells.ts";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const proto = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as JsonObject;

describe("a variable", () => {
  it.each<[string, JsonObject, Json]>([
    ["String Variable", { _var: "a b" }, "a b"],
    ["String Variable", { _var: "a", isPublic: true, name: "n" }, "a"],
    ["String Variable", { _var: 5 }, "5"],
    ["String Variable", {}, ""],
    ["Text Variable", { fewshot: "a\nb", text: "" }, "a\nb"],
    ["Text Variable", { fewshot: null }, ""],
    ["Fewshot Variable", { fewshot: "x" }, "x"],
    ["Number Variable", { _var: 2 }, 2],
    ["Number Variable", { _var: "2.5" }, 2.5],
    ["Number Variable", { _var: "" }, 0],
    ["Boolean Variable", { _var: true }, true],
    ["Boolean Variable", { _var: "true" }, true],
    ["Boolean Variable", { _var: "false" }, false],
    ["Boolean Variable", {}, false],
    ["Array Variable", { _var: "a,b,,c", splitter: "," }, ["a", "b", "c"]],
    ["Array Variable", { _var: "a,b,,c", splitter: ",", keepEmpty: true }, ["a", "b", "", "c"]],
    ["Array Variable", { _var: "a, b", splitter: "," }, ["a", " b"]],
    ["Array Variable", { _var: "a b" }, ["a b"]],
    ["Array Variable", { _var: "abc", splitter: "" }, ["a", "b", "c"]],
    ["Array Variable", {}, []],
    ["Array Variable", { _var: [1, 2] }, [1, 2]],
    ["Image Variable", { _var: "https://example.org/a.png" }, "https://example.org/a.png"],
  ])("%s with %j gives %j", (is, data, output) => {
    expect(given({ is, data })).toEqual({ output });
  });
  it("fails where it holds nothing to give", () => {
    expect(failureOf({ is: "Number Variable", data: { _var: "many" } })?.message).toBe(
      'Node "n" (Number Variable): "_var" must be a number, but is "many".',
    );
    expect(failureOf({ is: "Number Variable" })?.code).toBe("node_failed");
    expect(failureOf({ is: "Image Variable" })?.code).toBe("node_failed");
    expect(failureOf({ is: "String Variable", data: { _var: { a: 1 } } })?.code).toBe("spell_invalid");
  });
  it("of a text that falls into too many parts fails", () => {
    const data = { _var: "a,".repeat(1_000_000), splitter: "," };
    expect(failureOf({ is: "Array Variable", data })?.message).toContain("larger than 8 MB");
  });
});

describe("JSON", () => {
  it("is written of lists, objects and all inputs", () => {
    expect(given({ is: "Array To JSON" }, { input: [1, "a", null] })).toEqual({ output: '[1,"a",null]' });
    expect(given({ is: "Object To JSON" }, { input: { a: [] } })).toEqual({ output: '{"a":[]}' });
    expect(given({ is: "Stringify (Object -> String)" }, { input: "a" })).toEqual({ output: '"a"' });
    const node = { is: "Inputs To JSON", inputs: [any("Name"), any("b")] };
    expect(given(node, { Name: 1, b: { C: 2 } })).toEqual({ output: '{"name":1,"b":{"C":2}}' });
  });
  it("is read from texts, and passed on where it was read before", () => {
    expect(given({ is: "JSON To Array" }, { input: "[1, 2]" })).toEqual({ output: [1, 2] });
    expect(given({ is: "JSON To Object" }, { input: ' {"a": 1} ' })).toEqual({ output: { a: 1 } });
    expect(given({ is: "JSON To Object" }, { input: { a: 1 } })).toEqual({ output: { a: 1 } });
    expect(given({ is: "Parse JSON (String -> Object)" }, { input: "null" })).toEqual({ output: null });
  });
  it("that is none fails with what it is", () => {
    for (const input of ["", "{a: 1}", "[1,", "undefined"])
      expect(failureOf({ is: "JSON To Object" }, { input })?.code).toBe("node_failed");
    expect(failureOf({ is: "JSON To Array" }, { input: "[1,]" })?.message).toContain(
      'Node "n" (JSON To Array): "input" must be JSON, but is "[1,]"',
    );
  });
  it("nested or grown beyond measure fails", () => {
    expect(given({ is: "JSON To Array" }, { input: nested(200) }).failed).toBeUndefined();
    for (const depth of [202, 100_000])
      expect(failureOf({ is: "JSON To Array" }, { input: nested(depth) })?.message).toContain(
        "nested deeper",
      );
    const many = JSON.stringify(Array.from({ length: 1_100_000 }, () => 0));
    expect(failureOf({ is: "JSON To Array" }, { input: many })?.message).toContain("larger than 8 MB");
  });
  it("with a key called __proto__ keeps it as a key", () => {
    const input = '{"__proto__": {"polluted": true}}';
    const { output } = given({ is: "JSON To Object" }, { input });
    expect(Object.keys(output as JsonObject)).toEqual(["__proto__"]);
    expect(given({ is: "Object To JSON" }, { input: output ?? null })).toEqual({
      output: '{"__proto__":{"polluted":true}}',
    });
  });
});

describe("objects", () => {
  it("are composed of inputs by their names", () => {
    const node = { is: "Compose Object", inputs: [any("b"), any("a")] };
    expect(given(node, { b: 1, a: null })).toEqual({ output: { b: 1, a: null } });
    expect(given({ is: "Compose Object" })).toEqual({ output: {} });
  });
  it("are merged with inputs, which win", () => {
    for (const is of ["Merge Objects", "Merge"])
      expect(given({ is, inputs: [any("b")] }, { object: { a: 1, b: 1 }, b: 2 })).toEqual({
        object: { a: 1, b: 2 },
      });
    expect(given({ is: "Merge Objects", inputs: [any("b")] }, { b: 2 })).toEqual({ object: { b: 2 } });
    expect(given({ is: "Merge Objects" }, { object: null })).toEqual({ object: {} });
    expect(given({ is: "Spread", inputs: [any("b")] }, { object: { a: 1 }, b: 2 })).toEqual({
      object: { a: 1, object: { a: 1 }, b: 2 },
    });
    for (const object of ["text", [1], 5])
      expect(failureOf({ is: "Merge Objects" }, { object })?.message).toContain("must be an object");
  });
  it("merged keep a key called __proto__ as a key", () => {
    const { object } = given({ is: "Merge Objects", inputs: [any("b")] }, { object: proto, b: 1 });
    expect(Object.keys(object as JsonObject)).toEqual(["__proto__", "a", "b"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
  it("give their own properties on the outputs of that name or label", () => {
    const outputs = [any("a"), any("none"), any("constructor"), { ...any("key"), label: "shown" }];
    for (const is of ["Get Values From Object", "Destructure"])
      expect(given({ is, outputs }, { object: { a: null, b: 1, shown: 3 } })).toEqual({ a: null, key: 3 });
    expect(given({ is: "Destructure", outputs: [any("__proto__")] }, { object: proto })).toEqual(
      JSON.parse('{"__proto__": {"polluted": true}}'),
    );
  });
  it("taken apart may be a bare text, which is an event's content", () => {
    const node = { is: "Destructure", outputs: [any("content"), any("sender")] };
    expect(given(node, { object: "hello" })).toEqual({ content: "hello" });
    for (const object of [null, [1], 5]) expect(given(node, { object })).toEqual({ failed: "node_failed" });
  });
  it("that grow with each turn of a cycle end the run before they fill the memory", () => {
    //  start ──► grow ──► write ─┐      grow reads v eight times, write writes it
    //             ▲──────────────┘
    const eight = Array.from({ length: 8 }, (_, i) => any(`x${i}`));
    const document = spell(
      {
        start: "Trigger In",
        grow: { is: "Compose Object", inputs: eight },
        read: { is: "State Read", outputs: [any("v")] },
        write: { is: "State Write", inputs: [any("v")] },
      },
      `start.trigger > grow.trigger
      grow.trigger > write.trigger
      write.trigger > grow.trigger
      grow.output > write.v
      ${eight.map(({ name }) => `read.v > grow.${name}`).join("\n")}`,
      { state: { v: {} } },
    );
    const { events } = run(document);
    expect(events.at(-1)).toMatchObject({
      type: "run.failed",
      error: {
        code: "node_failed",
        message:
          'Node "grow" (Compose Object): the result is larger than 8 MB. Give it less, or look for a loop.',
      },
    });
  });
});

describe("lists", () => {
  const people: Json = [{ name: "a", age: 1 }, { name: "b" }, "text", null];
  it("give the item at a place", () => {
    const at = (element: Json | undefined, array: Json) =>
      given({ is: "Get Value From Array", data: element === undefined ? {} : { element } }, { array });
    expect(at(1, ["a", "b"])).toEqual({ output: "b" });
    expect(at("1", ["a", "b"])).toEqual({ output: "b" });
    expect(at(undefined, ["a", "b"])).toEqual({ output: "a" });
    expect(at("name", { name: "x" })).toEqual({ output: "x" });
    expect(at("0", "xyz")).toEqual({ output: "x" });
    for (const element of [2, -1, 0.5, "length", "x"]) expect(at(element, ["a", "b"])).toEqual({});
    for (const wrong of [null, 5, true]) expect(at(0, wrong)).toEqual({ failed: "node_failed" });
  });
  it("give one property of each item", () => {
    const names = (input: Json) => given({ is: "Extract From Array", data: { value: " name " } }, { input });
    expect(names(people)).toEqual({ output: ["a", "b", null, null] });
    for (const none of ["text", null, {}, 0]) expect(names(none)).toEqual({ output: [] });
    expect(given({ is: "Extract From Array" }, { input: people })).toEqual({ failed: "node_failed" });
  });
  it("keep the listed properties of each item", () => {
    const kept = (input: Json) => given({ is: "Remap Array", data: { values: "age , name" } }, { input });
    expect(kept([{ name: "a", age: 1, x: 2 }, null])).toEqual({ output: [{ name: "a", age: 1 }, {}] });
    expect(kept("text")).toEqual({ output: [] });
    expect(given({ is: "Remap Array" }, { input: people })).toEqual({ output: [{}, {}, {}, {}] });
  });
});

describe("Cast", () => {
  it.each<[Json, Json, Json]>([
    ["String", 5, "5"],
    ["String", null, "null"],
    ["String", [1, [2, null]], "1,2,"],
    ["String", { a: 1 }, "[object Object]"],
    ["Number", "5.5", 5.5],
    ["Number", true, 1],
    ["Number", null, 0],
    ["Number", ["7"], 7],
    ["Boolean", "", false],
    ["Boolean", "false", true],
    ["Object", { a: 1 }, { a: 1 }],
    ["Any Type", "x", "x"],
    [null, "x", "x"],
  ])("to %j makes %j %j", (socketType, input, output) => {
    expect(given({ is: "Cast", data: { socketType } }, { input })).toEqual({ output });
  });
  it("fails where no number comes out", () => {
    for (const input of ["x", {}, [1, 2], "1e999"])
      expect(given({ is: "Cast", data: { socketType: "Number" } }, { input })).toEqual({
        failed: "node_failed",
      });
  });
});

describe("Join List", () => {
  it("does not build a text beyond 8 MB", () => {
    const list = Array.from({ length: 100_000 }, () => "");
    expect(
      failureOf({ is: "Join List", data: { separator: "x".repeat(1000) } }, { list })?.message,
    ).toContain("larger than 8 MB");
  });
});

describe("a value that its source does not give", () => {
  it("is missing_input where it is needed", () => {
    const document = spell(
      {
        start: "Trigger In",
        list: "Universal Input:list",
        item: { is: "Get Value From Array", data: { element: 9 } },
        n: "Object To JSON",
      },
      `start.trigger > n.trigger
      list.output > item.array
      item.output > n.input`,
    );
    const { events } = run(document, { inputs: { list: [] } });
    expect(givenOf(events)).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ error: { code: "missing_input", nodeId: "n" } });
  });
  it("refuses the run where nothing is wired", () => {
    expect(failureOf({ is: "Object To JSON" })?.code).toBe("missing_input");
  });
});
