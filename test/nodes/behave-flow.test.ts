/** Nodes of behave-graph that steer flows, where a file tells more than the differential test: what repairs the original, waits, or is bounded. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/protocol/values.ts";
import { type GraphNode, originalLog, ranHere, start } from "../helpers/behave.ts";

const to = (nodeId: string, socket = "flow") => ({ nodeId, socket });
const log = (id: string, text: string, next?: string): GraphNode => ({
  id,
  type: "debug/log",
  parameters: { text: { value: text } },
  ...(next === undefined ? {} : { flows: { flow: to(next) } }),
});
const told = (id: string, from: string, socket: string, next?: string): GraphNode => ({
  id,
  type: "debug/log",
  parameters: { text: { link: to(from, socket) } },
  ...(next === undefined ? {} : { flows: { flow: to(next) } }),
});
/** Triggers `target` at each of these sockets, one after the other. */
const triggers = (id: string, target: string, sockets: string[]): GraphNode => ({
  id,
  type: "flow/sequence",
  configuration: { numOutputs: sockets.length },
  flows: Object.fromEntries(sockets.map((socket, i) => [String(i + 1), to(target, socket)])),
});
const values = (given: JsonObject) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value }]));

const linesOf = async (nodes: GraphNode[], rest: JsonObject = {}): Promise<string[]> => {
  const { lines, end } = await ranHere({ nodes, ...rest });
  expect(end).toMatchObject({ type: "run.completed" });
  return lines.map((line) => line.replace("info: ", ""));
};

describe("MultiGate", () => {
  const graph = (given: JsonObject, sockets: string[]) =>
    linesOf([
      start("s"),
      triggers("s", "gate", sockets),
      {
        id: "gate",
        type: "flow/multiGate",
        parameters: values(given),
        flows: { "1": to("a"), "2": to("b"), "3": to("c") },
      },
      log("a", "a"),
      log("b", "b"),
      log("c", "c"),
    ]);
  const five = ["flow", "flow", "flow", "flow", "flow"];
  it("fires its outputs in turn, and over again where it loops", async () => {
    expect(await graph({ loop: true }, five)).toEqual(["a", "b", "c", "a", "b"]);
    expect(await graph({}, five)).toEqual(["a", "b", "c"]);
  });
  it("begins at its start index, and at the first after a reset", async () => {
    expect(await graph({ loop: true, startIndex: 2 }, ["flow", "flow", "reset", "flow", "flow"])).toEqual([
      "c",
      "a",
      "a",
      "b",
    ]);
    expect(await graph({ startIndex: -1 }, ["flow", "flow"])).toEqual(["a"]);
  });
});

describe("Gate", () => {
  it("is open unless it is told to start closed", async () => {
    const graph = (given: JsonObject, sockets: string[]) =>
      linesOf([
        start("s"),
        triggers("s", "gate", sockets),
        { id: "gate", type: "flow/gate", parameters: values(given), flows: { flow: to("a") } },
        log("a", "through"),
      ]);
    expect(await graph({}, ["flow"])).toEqual(["through"]);
    expect(
      await graph({ startClosed: true }, ["flow", "open", "flow", "close", "flow", "toggle", "flow"]),
    ).toEqual(["through", "through"]);
  });
});

describe("Switches", () => {
  it("compare with the inputs of their outputs' numbers, in order", async () => {
    const graph = (type: string, selection: unknown, cases: unknown[]) =>
      linesOf([
        start("n"),
        {
          id: "n",
          type,
          configuration: { numCases: cases.length },
          parameters: values({
            selection: selection as string,
            ...Object.fromEntries(cases.map((value, i) => [String(i + 1), value as string])),
          }),
          flows: { "1": to("a"), "2": to("b"), default: to("c") },
        },
        log("a", "1"),
        log("b", "2"),
        log("c", "default"),
      ]);
    expect(await graph("flow/switch/string", "y", ["x", "y"])).toEqual(["2"]);
    expect(await graph("flow/switch/string", "1", ["x", "y"])).toEqual(["default"]);
    expect(await graph("flow/switch/string", "x", ["x", "x"])).toEqual(["1"]);
    expect(await graph("flow/switch/integer", 7, [3, "7"])).toEqual(["2"]);
    expect(await graph("flow/switch/integer", 2, [3, 7])).toEqual(["default"]);
  });
  it("fire the output that a text names", async () => {
    const graph = (text: string) =>
      linesOf([
        start("n"),
        {
          id: "n",
          type: "flow/switch",
          configuration: { socketOutputs: [{ name: "/reset", valueType: "flow" }] },
          parameters: values({ string: text }),
          flows: { "/reset": to("a"), default: to("b") },
        },
        log("a", "reset"),
        log("b", "default"),
      ]);
    expect(await graph(" /reset\n")).toEqual(["reset"]);
    expect(await graph("reset")).toEqual(["default"]);
    expect(await graph("__proto__")).toEqual(["default"]);
  });
});

describe("Loops", () => {
  it("go over a list with the item and its place, then on", async () => {
    const lines = await linesOf([
      start("n"),
      {
        id: "n",
        type: "flow/array/forEach",
        configuration: { valueType: "string", valueTypeOptions: { socketName: "Word" } },
        parameters: values({ array: ["a", "b"] }),
        flows: { loopBody: to("i"), completed: to("c") },
      },
      told("i", "n", "index", "w"),
      told("w", "n", "Word"),
      log("c", "completed"),
    ]);
    expect(lines).toEqual(["0", "a", "1", "b", "completed"]);
  });
  it("go on while a condition holds, looked at anew before each turn", async () => {
    const lines = await linesOf(
      [
        start("w"),
        {
          id: "w",
          type: "flow/whileLoop",
          parameters: { condition: { link: to("lt", "result") } },
          flows: { loopBody: to("set"), completed: to("c") },
        },
        {
          id: "lt",
          type: "math/lessThan/integer",
          parameters: { a: { link: to("get", "value") }, b: { value: 3 } },
        },
        { id: "get", type: "variable/get", configuration: { variableId: "v" } },
        {
          id: "add",
          type: "math/add/integer",
          parameters: { a: { link: to("get", "value") }, b: { value: 1 } },
        },
        {
          id: "set",
          type: "variable/set",
          configuration: { variableId: "v" },
          parameters: { value: { link: to("add", "result") } },
          flows: { flow: to("l") },
        },
        told("l", "get", "value"),
        log("c", "completed"),
      ],
      { variables: [{ id: "v", name: "n", valueTypeName: "integer", initialValue: 0 }] },
    );
    expect(lines).toEqual(["1", "2", "3", "completed"]);
  });
  it("that never end are ended by the run's visits", async () => {
    const { end } = await ranHere(
      {
        nodes: [
          start("w"),
          {
            id: "w",
            type: "flow/while",
            parameters: values({ condition: true }),
            flows: { loopBody: to("l") },
          },
          log("l", "again"),
        ],
      },
      { limits: { maxVisits: 100 } },
    );
    expect(end).toMatchObject({ type: "run.failed", error: { code: "budget_exceeded" } });
  });
  it("over more numbers than a run could visit are refused before they fill the memory", async () => {
    const loop = (startIndex: number, endIndex: number) =>
      ranHere({
        nodes: [
          start("n"),
          {
            id: "n",
            type: "flow/forLoop",
            parameters: values({ startIndex, endIndex }),
            flows: { completed: to("c") },
          },
          log("c", "completed"),
        ],
      });
    expect((await loop(0, 1e12)).end).toMatchObject({ error: { code: "budget_exceeded", nodeId: "n" } });
    expect((await loop(0, 1e300)).end).toMatchObject({ error: { code: "node_failed", nodeId: "n" } });
    expect((await loop(5, 2)).lines).toEqual(["info: completed"]);
  });
});

describe("Custom events", () => {
  const event = {
    customEvents: [{ id: "e", name: "said", parameters: [{ name: "text", valueTypeName: "string" }] }],
  };
  const raise = (id: string, text: string, next?: string): GraphNode => ({
    id,
    type: "customEvent/trigger",
    configuration: { customEventId: "e" },
    parameters: values({ text }),
    ...(next === undefined ? {} : { flows: { flow: to(next) } }),
  });
  const hear = (next: string): GraphNode => ({
    id: "on",
    type: "customEvent/onTriggered",
    configuration: { customEventId: "e" },
    flows: { flow: to(next) },
  });
  it("are heard when the present flow is over, which goes on behind the node that raised them", async () => {
    const nodes = [
      start("r"),
      raise("r", "hello", "l"),
      log("l", "behind"),
      hear("h"),
      told("h", "on", "text"),
    ];
    expect(await linesOf(nodes, event)).toEqual(["behind", "hello"]);
  });
  it("bring what their own node was given, also where another raised the event meanwhile", async () => {
    const nodes = [
      start("s"),
      {
        id: "s",
        type: "flow/sequence",
        configuration: { numOutputs: 2 },
        flows: { "1": to("a"), "2": to("b") },
      },
      raise("a", "first"),
      raise("b", "second"),
      hear("h"),
      told("h", "on", "text"),
    ];
    expect(await linesOf(nodes, event)).toEqual(["first", "second"]);
  });
});

describe("Debugging", () => {
  it("logs with the severity that is chosen, as the original does", async () => {
    for (const severity of ["verbose", "info", "warning", "error"]) {
      const graph = {
        nodes: [start("l"), { id: "l", type: "debug/log", parameters: values({ text: "x", severity }) }],
      };
      expect((await ranHere(graph)).lines).toEqual(await originalLog(graph));
    }
    const odd = await ranHere({
      nodes: [
        start("l"),
        { id: "l", type: "debug/log", parameters: values({ text: "x", severity: "loud" }) },
      ],
    });
    expect(odd.end).toMatchObject({
      error: {
        code: "node_failed",
        message: expect.stringContaining('"severity" must be one of verbose, info'),
      },
    });
  });
  it("logs lists and objects as JSON behind the text", async () => {
    const lines = await linesOf([
      start("o"),
      {
        id: "o",
        type: "debug/log/object",
        parameters: values({ text: "it is", payload: { a: 1 } }),
        flows: { flow: to("a") },
      },
      { id: "a", type: "debug/log/array", parameters: values({ payload: [1, "b"] }) },
    ]);
    expect(lines).toEqual(['it is {"a":1}', ' [1,"b"]']);
  });
  it("ends the run where what must be true is not, with the description", async () => {
    const expectTrue = (condition: boolean) =>
      ranHere({
        nodes: [
          start("e"),
          {
            id: "e",
            type: "debug/expectTrue",
            parameters: values({ condition, description: "it rains" }),
            flows: { flow: to("l") },
          },
          log("l", "true"),
        ],
      });
    expect((await expectTrue(true)).lines).toEqual(["info: true"]);
    expect((await expectTrue(false)).end).toMatchObject({
      type: "run.failed",
      error: {
        code: "node_failed",
        message: 'Node "e" (debug/expectTrue): the condition is not true: it rains',
      },
    });
  });
});

/** A clock that the test moves: timers fire in the order of their time, when all else is at rest. */
function clockwork() {
  let now = 0;
  const timers: { at: number; done: () => void }[] = [];
  return {
    ports: {
      clock: { now: () => now },
      after: (ms: number, done: () => void) => {
        const timer = { at: now + ms, done };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
      },
    },
    /** Until nothing waits any more. */
    async wind(): Promise<void> {
      for (let idle = 0; idle < 20;) {
        await Promise.resolve();
        idle += 1;
        if (idle < 20) continue;
        const next = timers.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) return;
        timers.splice(timers.indexOf(next), 1);
        now = next.at;
        next.done();
        idle = 0;
      }
    },
  };
}

/** Runs a graph whose timers tell when they fire, as `time: text`. */
async function timed(nodes: GraphNode[]): Promise<string[]> {
  const clock = clockwork();
  const ran = ranHere({ nodes }, { ports: clock.ports });
  await clock.wind();
  const { lines, end } = await ran;
  expect(end).toMatchObject({ type: "run.completed" });
  return lines.map((line) => line.replace("info: ", ""));
}

/** Triggers the node `t` by its sockets, each that many seconds after the start. */
const atTimes = (...at: [seconds: number, socket: string][]): GraphNode[] => [
  start("times"),
  {
    id: "times",
    type: "flow/sequence",
    configuration: { numOutputs: at.length },
    flows: Object.fromEntries(at.map((_, i) => [String(i + 1), to(`d${i}`)])),
  },
  ...at.map(([seconds, socket], i): GraphNode => ({
    id: `d${i}`,
    type: "time/delay",
    parameters: values({ duration: seconds }),
    flows: { flow: to("t", socket) },
  })),
  { id: "clock", type: "time/now" },
  { id: "l", type: "debug/log", parameters: { text: { link: to("clock", "result") } } },
];

describe("A delay", () => {
  const delay = (duration: unknown): GraphNode => ({
    id: "t",
    type: "flow/delay",
    parameters: values({ duration: duration as number }),
    flows: { flow: to("l") },
  });
  it("fires after its time, while the flow before it has gone on", async () => {
    expect(await timed([...atTimes([1, "flow"], [9, "flow"]), delay(2)])).toEqual(["3", "11"]);
  });
  it("ignores what comes while it waits", async () => {
    expect(await timed([...atTimes([1, "flow"], [2, "flow"], [2.5, "flow"], [5, "flow"]), delay(2)])).toEqual(
      ["3", "7"],
    );
  });
  it("takes a time that is none as no time", async () => {
    for (const duration of [-1, "NaN", 0])
      expect(await timed([...atTimes([1, "flow"]), delay(duration)])).toEqual(["1"]);
  });
});

describe("A throttle", () => {
  const throttle: GraphNode = {
    id: "t",
    type: "flow/throttle",
    parameters: values({ duration: 2 }),
    flows: { flow: to("l") },
  };
  it("fires once for all that comes within its time", async () => {
    expect(await timed([...atTimes([1, "flow"], [2, "flow"], [4, "flow"]), throttle])).toEqual(["3", "6"]);
  });
  it("is called off, and starts anew", async () => {
    expect(
      await timed([...atTimes([1, "flow"], [2, "cancel"], [2.5, "flow"], [9, "cancel"]), throttle]),
    ).toEqual(["4.5"]);
  });
});

describe("A debounce", () => {
  const debounce: GraphNode = {
    id: "t",
    type: "flow/debounce",
    parameters: values({ waitDuration: 2 }),
    flows: { flow: to("l") },
  };
  it("fires once nothing has come for its time", async () => {
    expect(await timed([...atTimes([1, "flow"], [2, "flow"], [3.5, "flow"], [9, "flow"]), debounce])).toEqual(
      ["5.5", "11"],
    );
  });
  it("is called off", async () => {
    expect(await timed([...atTimes([1, "flow"], [2, "cancel"], [5, "flow"]), debounce])).toEqual(["7"]);
  });
});

describe("A wait", () => {
  it("fires after its milliseconds", async () => {
    const wait: GraphNode = {
      id: "t",
      type: "flow/wait",
      parameters: values({ milliseconds: 1500 }),
      flows: { done: to("l") },
    };
    expect(await timed([...atTimes([1, "flow"]), wait])).toEqual(["2.5"]);
  });
});

describe("Delays as the original has them", () => {
  it("fire in the same order", async () => {
    const graph = {
      nodes: [
        start("s"),
        {
          id: "s",
          type: "flow/sequence",
          configuration: { numOutputs: 3 },
          flows: { "1": to("a"), "2": to("b"), "3": to("c") },
        },
        { id: "a", type: "time/delay", parameters: values({ duration: 0.25 }), flows: { flow: to("la") } },
        { id: "b", type: "time/delay", parameters: values({ duration: 0.1 }), flows: { flow: to("lb") } },
        log("la", "late"),
        log("lb", "soon", "again"),
        { id: "again", type: "flow/doN", parameters: values({ n: 2 }), flows: { flow: to("b") } },
        log("c", "at once"),
      ],
    };
    const expected = await originalLog(graph, true);
    expect(expected).toHaveLength(5);
    expect((await ranHere(graph)).lines).toEqual(expected);
  });
});
