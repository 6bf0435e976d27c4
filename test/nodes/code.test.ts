import { describe, expect, it } from "vitest";
import type { SandboxRequest } from "../../src/engine/index.ts";
import type { Json } from "../../src/protocol/values.ts";
import { parametersOf } from "../../src/nodes/code/parameters.ts";
import { anyInput as any, failureOf, givenOf, runNode } from "../helpers/nodes.ts";
import { run, spell } from "../helpers/spells.ts";

/** What the sandbox was asked, and what became of its answer. */
function asked(is: string, code: string, value: Json = {}) {
  const requests: SandboxRequest[] = [];
  const node = { is, data: { code }, inputs: [any("x")], outputs: [any("out")] };
  const test = runNode(node, { x: 1 }, [], {
    state: { s: 1 },
    ports: { sandbox: { call: (request) => (requests.push(request), { value, logs: [] }) } },
  });
  return { args: requests[0]?.args, test };
}

describe("the parameters of a function", () => {
  it.each<[string, string[]]>([
    ["function worker(inputs, data, state) {}", ["inputs", "data", "state"]],
    ["function worker({\n  threeov,\n  }, data)  {}", ["{ threeov, }", "data"]],
    [
      "\n// a function (x)\n/* b, c */ async function* worker ( node /* first */ , inputs ) {}",
      ["node", "inputs"],
    ],
    ["({ a = ',)', b: { c } = {} }, [d]) => {}", ["{ a = ',)', b: { c } = {} }", "[d]"]],
    ["async ({ a }) => {}", ["{ a }"]],
    ["(function worker(node) {})", ["node"]],
    ["node => {}", ["node"]],
    ["async node => {}", ["node"]],
    ["() => {}", []],
    ["function", []],
    ["function worker(", []],
    ["function worker(a, `${'b'", ["a"]],
    ["/* never closed", []],
    ["", []],
    ["5", ["5"]],
  ])("of %j are %j", (code, parameters) => {
    expect(parametersOf(code)).toEqual(parameters);
  });
  it("are found in one pass, whatever stands before them", () => {
    expect(parametersOf(`${"/**/ ".repeat(100_000)}function (a) {}`)).toEqual(["a"]);
    expect(parametersOf("(".repeat(500_000))).toEqual([]);
    expect(parametersOf("/*".repeat(500_000))).toEqual([]);
  });
});

describe("Code of Magick", () => {
  const code = "function worker({\n  x,\n}, data) { return { out: x } }";
  it("is called with flattened inputs and the run's inputs", () => {
    expect(asked("Code", code).args).toEqual([{ x: 1 }, { x: 1 }]);
    expect(asked("Code", "({ x }) => ({})").args).toEqual([{ x: 1 }, { x: 1 }]);
  });
  it("does not touch the state, unlike one that takes it", () => {
    const answer = { out: 5, state: { s: 2 } };
    const { test } = asked("Code", code, answer);
    expect(test.execution.state).toEqual({ s: 1 });
    expect(givenOf(test.events)).toEqual({ out: 5 });
    const withState = asked("Code", "function worker({ x }, data, state) {}", answer);
    expect(withState.args).toEqual([{ x: 1 }, {}, { s: 1 }]);
    expect(withState.test.execution.state).toEqual({ s: 2 });
  });
});

describe("Javascript", () => {
  it("is called with flattened inputs and the run's inputs, and has no state", () => {
    for (const code of ["function worker({ x }, data) {}", "function worker(inputs, data, state) {}"]) {
      const { args, test } = asked("Javascript", code, { out: [1], other: 2, state: { s: 2 } });
      expect(args).toEqual([{ x: 1 }, { x: 1 }]);
      expect(givenOf(test.events)).toEqual({ out: [1] });
      expect(test.execution.state).toEqual({ s: 1 });
    }
  });
  it("wants its code", () => {
    expect(failureOf({ is: "Javascript" })?.code).toBe("spell_invalid");
  });
});

describe("Coallesce", () => {
  it("is given what the branch that fired gave", () => {
    //  start ──► a ──► gate ──true──► left ──┐
    //                   └────false──► right ─┴─► n
    const requests: SandboxRequest[] = [];
    const document = spell(
      {
        start: "Trigger In",
        choice: "Universal Input:choice",
        gate: "Boolean Gate",
        words: "Universal Input:words",
        left: "Echo",
        right: "Trim",
        n: { is: "Coallesce", data: { code: "(inputs) => inputs" }, inputs: [any("x")], outputs: [any("x")] },
      },
      `start.trigger > gate.trigger
      choice.output > gate.boolean
      gate.true > left.trigger
      gate.false > right.trigger
      words.output > left.source
      words.output > right.string
      left.trigger > n.trigger
      right.trigger > n.trigger
      left.output > n.x
      right.output > n.x`,
    );
    for (const choice of [true, false])
      run(document, {
        inputs: { choice, words: " a " },
        ports: { sandbox: { call: (request) => (requests.push(request), { value: {}, logs: [] }) } },
      });
    expect(requests.map(({ args }) => args)).toEqual([
      [{ x: " a " }, {}],
      [{ x: "a" }, {}],
    ]);
  });
});

describe("A run of much code", () => {
  /** A row of ten whose calls take so many steps each: how often others had the processor, and what was committed how often. */
  async function turnsOf(stepsOfACall: number) {
    const ids = Array.from({ length: 10 }, (_, i) => `c${i}`);
    const node = { is: "Code", data: { code: "() => ({})" } };
    const document = spell(
      { start: "Trigger In", ...Object.fromEntries(ids.map((id) => [id, node])) },
      ids.map((id, i) => `${i === 0 ? "start" : ids[i - 1]}.trigger > ${id}.trigger`).join("\n"),
    );
    let pauses = 0;
    const test = run(document, {
      ports: {
        sandbox: {
          call: (_request, taken) => {
            taken?.(stepsOfACall);
            return { value: {}, logs: [] };
          },
        },
        pause: async () => void (pauses += 1),
      },
    });
    expect((await test.ended).type).toBe("run.completed");
    return { pauses, commits: test.commits.length };
  }
  it("is one turn where the code is short, and lets others have the processor between calls that are long", async () => {
    expect(await turnsOf(5000)).toEqual({ pauses: 0, commits: 1 });
    expect(await turnsOf(500_000_000)).toEqual({ pauses: 9, commits: 10 });
  });
});

describe("Python", () => {
  it("loads, and fails where it is reached", () => {
    expect(failureOf({ is: "Python", data: { code: "worker(inputs, data)" } })).toMatchObject({
      code: "not_configured",
      message: expect.stringContaining("Javascript"),
    });
  });
});
