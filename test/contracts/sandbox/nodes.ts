/**
 * The nodes that run code, on a real sandbox: each signature that the original's years knew, told from the others by its
 * parameters, and what was logged in the node's record.
 */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/protocol/values.ts";
import { anyInput as any, givenOf, runNode } from "../../helpers/nodes.ts";
import type { DrawnNode } from "../../helpers/spells.ts";
import type { SandboxesUnderTest } from "./calls.ts";

/** What a function of any year saw, by its own words. */
const tells = (parameters: string, seen: string): string =>
  `function worker(${parameters}) { return { out: ${seen} } }`;
const list: Json = [1, [2]];
const inputs: JsonObject = { x: list, y: "b" };
const none: JsonObject = {};
const state: JsonObject = { s: 1 };

/** Code, and what it gives for these inputs, which are those of the run too, and this state. */
const signatures: [is: string, year: string, code: string, given: (code: string) => Json][] = [
  [
    "Code",
    "2021-07, with its node and lists of values",
    tells("node, inputs, data", "[node.id, node.name, node.data.code.length, inputs, data]"),
    (code) => ["n", "Code", code.length, { x: [list], y: ["b"] }, none],
  ],
  [
    "Code",
    "2021-07, behind comments and with other names",
    `/* (inputs) */ // worker(data)\n${tells("node /* inputs */, ins", "[node.id, ins.y]")}`,
    () => ["n", ["b"]],
  ],
  [
    "Code",
    "2022-02, with single values",
    tells("inputs, data", "[inputs, data, typeof state]"),
    () => [inputs, none, "undefined"],
  ],
  [
    "Code",
    "2022-03, with the state",
    tells("inputs, data, state", "[inputs, data, state]"),
    () => [inputs, none, state],
  ],
  [
    "Code",
    "2022-03, its inputs taken apart but with the state",
    tells("{ x }, data, state", "[x, data, state]"),
    () => [list, none, state],
  ],
  [
    "Code",
    "2023 in Magick, its inputs taken apart, with those of the run",
    tells("{\n  x,\n  y\n}, data", "[x, y, data, arguments.length]"),
    () => [list, "b", inputs, 2],
  ],
  [
    "Javascript",
    "2023 in Magick",
    tells("{ x }, data", "[x, data, arguments.length]"),
    () => [list, inputs, 2],
  ],
  [
    "Javascript",
    "2023 in Magick, whatever its parameters are called",
    tells("node, inputs, state", "[node, inputs, typeof state]"),
    () => [inputs, inputs, "undefined"],
  ],
  ["Coallesce", "2023 in Magick", tells("inputs, data", "[inputs, data]"), () => [inputs, none]],
];

export function nodesContract({ create, logsOf }: SandboxesUnderTest): void {
  describe("nodes that run code", () => {
    const sandbox = create();
    async function ended(is: DrawnNode, given: Record<string, Json> = {}) {
      const test = runNode(is, given, [], { state, ports: { sandbox, logsOf } });
      await test.ended;
      return test;
    }
    const drawn = (is: string, code: string): DrawnNode => ({
      is,
      data: { code },
      inputs: [any("x"), any("y")],
      outputs: [any("out")],
    });
    const recordOf = ({ events }: Awaited<ReturnType<typeof ended>>) =>
      events.find(
        (event) => (event.type === "node.completed" || event.type === "node.failed") && event.nodeId === "n",
      );

    it.each(signatures)("%s of %s", async (is, _, code, given) => {
      const ways = [code, code.replace("function worker", "async function "), `(${code})`];
      for (const way of ways) {
        const { events } = await ended(drawn(is, way), inputs);
        expect(givenOf(events)).toEqual({ out: given(way) });
      }
    });
    it("an arrow is told apart by its parameters as a function is", async () => {
      for (const [code, out] of [
        ["node => ({ out: node.name })", "Code"],
        ["async (inputs, data, state) => ({ out: state.s })", 1],
        ["({ y }, data) => ({ out: [y, data.y] })", ["b", "b"]],
      ] as const)
        expect(givenOf((await ended(drawn("Code", code), inputs)).events)).toEqual({ out });
    });
    it("String Processor is given the text, and gives each key", async () => {
      const processor = {
        is: "String Processor",
        data: { code: "(text) => ({ out: text.toUpperCase(), length: text.length })" },
        outputs: [any("out"), any("length")],
      };
      expect(givenOf((await ended(processor, { input: "straße" })).events)).toEqual({
        out: "STRASSE",
        length: 6,
      });
    });

    it("inputs, state and the node itself are frozen copies", async () => {
      const spoil = "(inputs, data, state) => { inputs.x.push(3); state.s = 2; return { out: inputs.x } }";
      const sloppy = spoil.replace("inputs.x.push(3); ", "inputs.y = 3; ");
      const refused = await ended(drawn("Code", spoil), { x: [1] });
      expect(refused.events.at(-1)).toMatchObject({ error: { code: "code_error", nodeId: "n" } });
      const ignored = await ended(drawn("Code", sloppy), { x: [1] });
      expect(givenOf(ignored.events)).toEqual({ out: [1] });
      expect(ignored.execution.state).toEqual({ s: 1 });
    });
    it("a returned state is merged key by key, by code that may have it", async () => {
      const returning = (parameters: string) =>
        `(${parameters}) => ({ out: 1, state: { t: 2, "__proto__": null, ["__proto__"]: { polluted: true } } })`;
      for (const parameters of ["inputs, data, state", "inputs", "node, inputs"]) {
        const { execution } = await ended(drawn("Code", returning(parameters)));
        expect(JSON.stringify(execution.state)).toBe('{"s":1,"t":2,"__proto__":{"polluted":true}}');
      }
      for (const [is, parameters] of [
        ["Code", "{ x }, data"],
        ["Javascript", "inputs, data, state"],
        ["Coallesce", "inputs"],
      ] as const) {
        const { execution } = await ended(drawn(is, returning(parameters)), { x: 1 });
        expect(execution.state).toEqual({ s: 1 });
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });
    it("what is no object gives no outputs, and does not fail", async () => {
      for (const value of ["undefined", "null", "'out'", "[1]", "() => 1"]) {
        const { events } = await ended(drawn("Code", `() => (${value})`));
        expect(events.at(-1)?.type).toBe("run.completed");
        expect(givenOf(events)).toEqual({});
      }
    });

    it("what was logged is in the node's record, also of one that failed", async () => {
      const logs = [
        { level: "log", text: 'seen {"a":1}' },
        { level: "error", text: "Error: told" },
      ];
      const logging = "console.log('seen', { a: 1 }); console.error(new Error('told'));";
      const good = await ended(drawn("Code", `() => { ${logging} return { out: 1 } }`));
      expect(recordOf(good)).toMatchObject({ type: "node.completed", logs, outputs: { out: 1 } });
      const bad = await ended(
        drawn("Javascript", `async () => { ${logging} await null; throw new Error('x') }`),
      );
      expect(recordOf(bad)).toMatchObject({ type: "node.failed", logs, error: { code: "code_error" } });
      const stopped = await ended(drawn("Code", `() => { ${logging} return new Promise(() => {}) }`));
      expect(recordOf(stopped)).toMatchObject({
        type: "node.failed",
        logs,
        error: { code: "sandbox_limit" },
      });
      const silent = await ended(drawn("Code", "() => ({ out: 1 })"));
      expect(recordOf(silent)).not.toHaveProperty("logs");
    });
    it("a failure names the node and its component, and is the same every time", async () => {
      const failures = [];
      for (let i = 0; i < 3; i++) {
        const { events } = await ended(drawn("Code", "function worker() {\n  return missing;\n}"));
        failures.push(events.at(-1));
      }
      expect(failures[0]).toMatchObject({
        error: {
          code: "code_error",
          message: `Node "n" (Code) failed at line 2: ReferenceError: 'missing' is not defined`,
        },
      });
      expect(failures[1]).toEqual(failures[0]);
      expect(failures[2]).toEqual(failures[0]);
    });
  });
}
