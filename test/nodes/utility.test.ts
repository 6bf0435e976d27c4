import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import type { LogEntry } from "../../src/engine/sandbox.ts";
import { failureOf, given, runNode } from "../helpers/nodes.ts";

const logsOf = (is: string, data: JsonObject, inputs: Record<string, Json> = {}): LogEntry[] =>
  runNode({ is, data }, inputs, []).events.flatMap((event) =>
    event.type === "node.completed" && event.nodeId === "n" ? (event.logs ?? []) : [],
  );

describe("Log", () => {
  it("writes its value into the logs of the run", () => {
    expect(logsOf("Log", {}, { string: "hi" })).toEqual([{ level: "log", text: "hi" }]);
    expect(logsOf("Log", { name: "mine" }, { string: { a: [1] } })).toEqual([
      { level: "log", text: 'mine: {"a":[1]}' },
    ]);
    expect(logsOf("Log", {}, { string: null })).toEqual([{ level: "log", text: "null" }]);
  });
  it("cuts what is longer than a log should be", () => {
    const [entry] = logsOf("Log", {}, { string: "x".repeat(1_000_000) });
    expect(entry?.text).toBe(`${"x".repeat(65_536)}… (1000000 characters in all)`);
  });
});

describe("Alert", () => {
  it("is a line in the logs, for a server has no window", () => {
    expect(logsOf("Alert", { text: "mind the gap" })).toEqual([{ level: "info", text: "mind the gap" }]);
    expect(logsOf("Alert", {})).toEqual([]);
  });
});

describe("Error", () => {
  it("fails with its text", () => {
    expect(failureOf({ is: "Error" }, { string: "no tea" })).toMatchObject({
      code: "node_failed",
      nodeId: "n",
      message: 'Node "n" (Error): no tea',
    });
    for (const string of [null, ""])
      expect(failureOf({ is: "Error" }, { string })?.message).toBe(
        'Node "n" (Error): the spell gave this error no text.',
      );
    expect(failureOf({ is: "Error" })?.code).toBe("node_failed");
    expect(failureOf({ is: "Error" }, { string: "x".repeat(1_000_000) })?.message.length).toBeLessThan(1100);
  });
});

describe("Current Time", () => {
  it("is the time of the engine's clock", () => {
    const now = Date.UTC(2024, 0, 31, 17, 6, 7);
    const { string, timestamp } = given({ is: "Current Time" }, {}, { ports: { clock: { now: () => now } } });
    expect(timestamp).toBe(now);
    // Newer tables of languages have a narrow blank before PM.
    expect(string).toMatch(/^1\/31\/2024, 5:06:07\sPM$/);
  });
});

describe("Command Parser", () => {
  const parsed = (command: Json, data: JsonObject = {}, rest: Record<string, Json> = {}) =>
    given({ is: "Command Parser", data }, { command, ...rest });
  const none = { command: "", args: [], isCommand: false };
  it("splits a command at its blanks", () => {
    expect(parsed("/roll 2 six")).toEqual({ command: "roll", args: ["2", "six"], isCommand: true });
    expect(parsed("/roll")).toEqual({ command: "roll", args: [], isCommand: true });
    expect(parsed("roll 2")).toEqual(none);
    expect(parsed("")).toEqual(none);
    expect(parsed("!!roll 2", { commandStarter: "!!" })).toEqual({
      command: "roll",
      args: ["2"],
      isCommand: true,
    });
  });
  it("knows only the commands of its list, where it is to be used and there is one", () => {
    const data = { useCheckList: true };
    expect(parsed("/roll", data, { commandList: ["roll"] }).isCommand).toBe(true);
    expect(parsed("/kick Ann", data, { commandList: ["roll"] })).toEqual({
      command: "kick",
      args: ["Ann"],
      isCommand: false,
    });
    expect(parsed("/kick", {}, { commandList: ["roll"] }).isCommand).toBe(true);
    expect(parsed("/kick", data).isCommand).toBe(true);
  });
  it("fails for a list that is none, a command that is no text, and one that is endless", () => {
    expect(parsed("/a", { useCheckList: true }, { commandList: "roll" })).toEqual({ failed: "node_failed" });
    expect(parsed({ a: 1 })).toEqual({ failed: "node_failed" });
    expect(parsed(`/${" ".repeat(2_000_000)}`)).toEqual({ failed: "node_failed" });
  });
});
