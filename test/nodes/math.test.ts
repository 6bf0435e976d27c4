import { describe, expect, it, vi } from "vitest";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { failureOf, fired, given } from "../helpers/nodes.ts";

const both = ["true", "false"];

describe("arithmetic", () => {
  it.each<[string, Json, Json, Json]>([
    ["Add", 2, 3, 5],
    ["Subtract", 2, 3, -1],
    ["Multiply", 2, 3, 6],
    ["Divide", 3, 2, 1.5],
    ["Add", "1", "2", 3],
    ["Multiply", 0, -1, 0],
    ["Divide", 0, 5, 0],
  ])("%s of %j and %j is %j", (is, firstNumber, secondNumber, result) => {
    expect(given({ is }, { firstNumber, secondNumber }).result).toBe(result);
  });
  it("takes a number from the wire, else from the node, also as text and where the wire carries null", () => {
    const data = { firstNumber: "10", secondNumber: 4 };
    expect(given({ is: "Subtract", data })).toEqual({ result: 6 });
    expect(given({ is: "Subtract", data }, { firstNumber: 0 })).toEqual({ result: -4 });
    expect(given({ is: "Subtract", data }, { firstNumber: null, secondNumber: 1 })).toEqual({ result: 9 });
  });
  it("says which number is none", () => {
    const wrong: [Json, string][] = [
      ["abc", '"abc"'],
      ["", '""'],
      [[1], "[1]"],
      [true, "true"],
      ["Infinity", '"Infinity"'],
      ["x".repeat(1_000_000), `"${"x".repeat(99)}…`],
    ];
    for (const [secondNumber, shown] of wrong)
      expect(failureOf({ is: "Multiply", data: { firstNumber: 1 } }, { secondNumber })?.message).toBe(
        `Node "n" (Multiply): "secondNumber" must be a number, but is ${shown}.`,
      );
    expect(failureOf({ is: "Add", data: { firstNumber: 1 } })?.message).toBe(
      'Node "n" (Add): "secondNumber" must be a number, but is missing.',
    );
  });
  it("never gives what JSON cannot hold", () => {
    expect(failureOf({ is: "Divide" }, { firstNumber: 1, secondNumber: 0 })?.message).toBe(
      'Node "n" (Divide): "secondNumber" is 0, and nothing can be divided by that.',
    );
    expect(failureOf({ is: "Multiply" }, { firstNumber: 1e308, secondNumber: 10 })?.code).toBe("node_failed");
    expect(failureOf({ is: "Divide" }, { firstNumber: 1e300, secondNumber: 1e-300 })?.code).toBe(
      "node_failed",
    );
    expect(Object.is(given({ is: "Multiply" }, { firstNumber: 0, secondNumber: -1 }).result, 0)).toBe(true);
  });
});

describe("Add of Rete's demonstration", () => {
  it("adds num1 and num2 to num, from wires or from the node", () => {
    expect(given({ is: "Add" }, { num1: 2, num2: 0 })).toEqual({ result: 2, num: 2 });
    expect(given({ is: "Add", data: { num2: 5 } }, { num1: 2 }).num).toBe(7);
    expect(given({ is: "Number", data: { num: 2 } })).toEqual({ num: 2 });
    expect(given({ is: "Number", data: { num: "2.5" } })).toEqual({ num: 2.5 });
    expect(given({ is: "Number", data: { num: null } })).toEqual({ failed: "node_failed" });
  });
});

describe("comparisons", () => {
  it.each<[string, Json, Json, boolean]>([
    ["Equal", 5, 5, true],
    ["Equal", 5, 4, false],
    ["Equal", "5", 5, true],
    ["Greater Than", 10, 9, true],
    ["Greater Than", "10", "9", true],
    ["Greater Than", 9, 9, false],
    ["Greater Than Or Equal", 9, 9, true],
    ["Greater Than Or Equal", 8, 9, false],
    ["Less Than", 8, 9, true],
    ["Less Than", 9, 9, false],
    ["Less Than Or Equal", 9, 9, true],
    ["Less Than Or Equal", 9.1, 9, false],
  ])("%s: %j against %j is %j", (is, input, value, expected) => {
    expect(fired({ is }, { input, value }, both)).toEqual([String(expected)]);
    expect(fired({ is, data: { value } }, { input }, both)).toEqual([String(expected)]);
  });
  it("compare with 0 where nothing is set, and fail with what is no number", () => {
    expect(fired({ is: "Greater Than" }, { input: 1 }, both)).toEqual(["true"]);
    expect(fired({ is: "Greater Than", data: { value: "" } }, { input: -1 }, both)).toEqual(["false"]);
    expect(failureOf({ is: "Equal" }, { input: "five" })?.message).toContain('"input" must be a number');
    expect(failureOf({ is: "Equal" }, { input: null })?.code).toBe("node_failed");
  });
});

describe("Is A Number", () => {
  it("goes by how a text begins", () => {
    for (const value of [0, -1.5, "12", "12 apples", ".5"])
      expect(fired({ is: "Is A Number" }, { input: value }, both)).toEqual(["true"]);
    for (const value of ["apples", "", null, true, [1], { a: 1 }])
      expect(fired({ is: "Is A Number" }, { input: value }, both)).toEqual(["false"]);
  });
});

describe("Random Number", () => {
  const drawn = (random: number, data: JsonObject) => {
    const spy = vi.spyOn(Math, "random").mockReturnValue(random);
    try {
      return given({ is: "Random Number", data });
    } finally {
      spy.mockRestore();
    }
  };
  it("is whole and within its bounds, both included", () => {
    expect(drawn(0, { _Min: 3, _Max: 5 })).toEqual({ output: 3 });
    expect(drawn(0.999999, { _Min: 3, _Max: 5 })).toEqual({ output: 5 });
    expect(drawn(0.5, { _Min: "5", _Max: "3" })).toEqual({ output: 4 });
    expect(drawn(0.999999, { _Min: -1e308, _Max: 1e308 }).output).toBe(1e308);
  });
  it("fails without bounds, or with no whole number between them", () => {
    expect(drawn(0, { _Min: 3 })).toEqual({ failed: "node_failed" });
    expect(drawn(0, { _Min: 0.2, _Max: 0.8 })).toEqual({ failed: "node_failed" });
  });
});

describe("probabilities", () => {
  it("come from logarithmic ones", () => {
    expect(given({ is: "LogprobToProb" }, { logprob: 0 })).toEqual({ prob: 1 });
    expect(given({ is: "LogprobToProb" }, { logprob: 1000 })).toEqual({ failed: "node_failed" });
  });
  it("meet a threshold when they are above it", () => {
    const node = { is: "ProbThreshold", data: { threshold: "0.5" } };
    expect(given(node, { prob: 0.6 })).toEqual({ meetsThreshold: true });
    expect(given(node, { prob: 0.5 })).toEqual({ meetsThreshold: false });
    expect(given({ is: "ProbThreshold" }, { prob: 0.5 })).toEqual({ failed: "node_failed" });
  });
});

describe("embeddings", () => {
  const similarity = (embeddingA: Json, embeddingB: Json) =>
    given({ is: "Cosine Similarity" }, { embeddingA, embeddingB });
  it("are alike by the angle between them, given as lists or as JSON text", () => {
    expect(similarity([1, 2], [1, 2])).toEqual({ similarity: 1 });
    expect(similarity([1, 0], [0, 2])).toEqual({ similarity: 0 });
    expect(similarity("[1, 0]", [-3, 0])).toEqual({ similarity: -1 });
    expect(similarity([1e200, 1e200], [1e-200, 1e-200]).similarity).toBeCloseTo(1);
  });
  it("must be lists of numbers, of one length, and point somewhere", () => {
    for (const wrong of [[], ["1"], "[1", {}, null, [0, 0], [1], [1, [2]]])
      expect(similarity(wrong, [1, 2])).toEqual({ failed: "node_failed" });
    expect(
      failureOf({ is: "Cosine Similarity" }, { embeddingA: [1], embeddingB: [1, 2] })?.message,
    ).toContain("have 1, 2 numbers");
  });
  it("lose two of their parts in Extract Relationship", () => {
    const parts = { combinedEmbedding: [9, 9], embedding1: "[1,2]", embedding2: [3, 4] };
    expect(given({ is: "Extract Relationship" }, parts)).toEqual({ embedding: [5, 3] });
    expect(given({ is: "Extract Relationship" }, { ...parts, embedding2: [1] })).toEqual({
      failed: "node_failed",
    });
  });
});
