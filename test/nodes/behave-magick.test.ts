/** Magick's own nodes that need no service: variables, lists, objects, texts, messages, sub-spells. */
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/nodes/index.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { evaluated, type GraphNode, imported, linesOf, ranHere, start } from "../helpers/behave.ts";
import { run } from "../helpers/spells.ts";

const to = (nodeId: string, socket = "flow") => ({ nodeId, socket });
const link = (nodeId: string, socket = "result") => ({ link: to(nodeId, socket) });
const flow = (nodeId: string, socket?: string) => ({ flows: { flow: to(nodeId, socket) } });
const sockets = (...names: string[]) =>
  names.map((name) => {
    const [key = "", valueType = "string"] = name.split(":");
    return { name: key, valueType };
  });
const variable = (id: string, type: string, initialValue: Json) => ({
  id,
  name: id,
  valueTypeName: type,
  initialValue,
});
const get = (id: string, name: string): GraphNode => ({
  id,
  type: "variables/get",
  configuration: { variableId: name, socketOutputs: sockets(name) },
});
const set = (id: string, name: string, value: Json, next?: string): GraphNode => ({
  id,
  type: "variables/set",
  configuration: { variableId: name, socketInputs: sockets(name), socketOutputs: sockets(name) },
  parameters: { [name]: { value } },
  ...(next === undefined ? {} : flow(next)),
});
const told = (id: string, from: string, socket: string, next?: string): GraphNode => ({
  id,
  type: "debug/log",
  parameters: { text: link(from, socket) },
  ...(next === undefined ? {} : flow(next)),
});

async function ran(nodes: GraphNode[], rest: JsonObject = {}) {
  const { lines, end, events } = await ranHere({ nodes, ...rest });
  expect(end).toMatchObject({ type: "run.completed" });
  return { lines: lines.map((line) => line.replace("info: ", "")), state: end.state, events };
}
const result = (type: string, given: JsonObject, configuration?: JsonObject) =>
  evaluated(type, given, configuration === undefined ? {} : { configuration });

describe("Every node of Magick", () => {
  const known = [
    "action/array/clear action/array/create action/documents/get action/json/parse action/json/stringify",
    "action/knowledge/add action/knowledge/query action/knowledge/search action/memory/addMemory",
    "action/memory/clearMemories action/memory/getMemories action/object/create action/string/chunker",
    "action/subspell/run actions/http/fetch agent/getSecret agent/getState discord/sendMessage discord/streamMessage",
    "events/memory/onMemory events/subspells/input events/subspells/output flow/array/forEach flow/delay",
    "flow/doOnceAsync flow/split flow/switch flow/wait flow/whileLoop knowledge/embedder/awaitLoader",
    "knowledge/embedder/createKnowledgePack knowledge/embedder/deleteKnowledgePack knowledge/embedder/getChunks",
    "knowledge/embedder/getContext knowledge/embedder/getManyPacks knowledge/embedder/getPack",
    "knowledge/embedder/queryPack lifecycles/onTick logic/array/create logic/array/push logic/array/randomElement",
    "logic/array/removeFirst logic/array/removeLast logic/object/destructure logic/string/parseCommand",
    "logic/string/template magick/addMessage magick/generateText magick/onMessage magick/onWebhook",
    "magick/sendMessage magick/streamMessage queries/events/eventHistory queries/messages/clearMessageHistory",
    "queries/messages/getMessageHistory slack/sendAudio slack/sendImage slack/sendMessage variables/get",
    "variables/getMany variables/on variables/reset variables/set",
  ]
    .join(" ")
    .split(" ");
  it("is there, with help and its place", () => {
    for (const name of [...known, "action/knowledge/searchMany "]) {
      const component = catalogue.find(name);
      expect(component, name).toBeDefined();
      const { help, category } = component?.describe() ?? { help: "", category: "" };
      expect(help.length, name).toBeGreaterThan(20);
      expect(category).toMatch(/^Behave\//);
    }
  });
  it("is not run where what it reached for is absent, and says what to do instead", async () => {
    for (const type of ["slack/sendMessage", "discord/streamMessage", "scene/set/vec3", "agent/getSecret"]) {
      const { end } = await ranHere({ nodes: [start("n"), { id: "n", type }] });
      expect(end, type).toMatchObject({
        type: "run.failed",
        error: {
          code: "not_configured",
          nodeId: "n",
          message: expect.stringContaining(`Node "n" (${type}): `),
        },
      });
    }
    expect(evaluated("scene/get/float", {}).error).toMatchObject({ code: "not_configured" });
  });
});

describe("Variables", () => {
  it("keep what they were given through a run, in the state", async () => {
    const { lines, state } = await ran(
      [
        start("s"),
        set("s", "n", 5, "l"),
        told("l", "g", "n", "again"),
        get("g", "n"),
        told("again", "s", "n"),
      ],
      { variables: [variable("n", "integer", 1)] },
    );
    expect(lines).toEqual(["5", "5"]);
    expect(state).toEqual({ n: 5 });
  });
  it("begin with what the session's state has", async () => {
    const graph = {
      nodes: [start("l"), told("l", "g", "n"), get("g", "n")],
      variables: [variable("n", "integer", 1)],
    };
    expect((await ranHere(graph, { state: { n: 7 } })).lines).toEqual(["info: 7"]);
    expect((await ranHere(graph, { state: {} })).lines).toEqual(["info: 1"]);
  });
  it("take values as their type has them", async () => {
    const { state } = await ran([start("s"), set("s", "n", "12", "f"), set("f", "f", "1, 2, 3")], {
      variables: [variable("n", "integer", 1), variable("f", "vec3", [0, 0, 0])],
    });
    expect(state).toEqual({ n: 12, f: { x: 1, y: 2, z: 3 } });
    const { end } = await ranHere({
      nodes: [start("s"), set("s", "n", "twelve")],
      variables: [variable("n", "integer", 1)],
    });
    expect(end).toMatchObject({ error: { code: "node_failed", nodeId: "s" } });
  });
  it("tell who listens, unless they are set in silence", async () => {
    const nodes = (configuration: JsonObject): GraphNode[] => {
      const setting = set("s", "n", 5, "l");
      return [
        start("s"),
        { ...setting, configuration: { ...setting.configuration, ...configuration } },
        told("l", "g", "n"),
        get("g", "n"),
        {
          id: "on",
          type: "variables/on",
          configuration: { variableId: "n", socketOutputs: sockets("n") },
          ...flow("heard"),
        },
        told("heard", "on", "n"),
      ];
    };
    const rest = { variables: [variable("n", "integer", 1)] };
    expect((await ran(nodes({}), rest)).lines).toEqual(["5", "5"]);
    expect((await ran(nodes({ emitEvent: false }), rest)).lines).toEqual(["5"]);
  });
  it("are read together, and reset together", async () => {
    const { lines, state } = await ran(
      [
        start("s"),
        set("s", "n", 5, "la"),
        { id: "m", type: "variables/getMany", configuration: { socketOutputs: sockets("n:integer", "t") } },
        told("la", "m", "n", "lb"),
        told("lb", "m", "t", "r"),
        { id: "r", type: "variables/reset", ...flow("lc") },
        told("lc", "m", "n"),
      ],
      { variables: [variable("n", "integer", 1), variable("t", "string", "text")] },
    );
    expect(lines).toEqual(["5", "text", "1"]);
    expect(state).toEqual({ n: 1, t: "text" });
  });
  it("may have any name", async () => {
    const { lines, state } = await ran(
      [
        start("l"),
        told("l", "g", "constructor", "s"),
        get("g", "constructor"),
        set("s", "constructor", "set", "again"),
        told("again", "g", "constructor"),
      ],
      { variables: [variable("constructor", "string", "initial")] },
    );
    expect(lines).toEqual(["initial", "set"]);
    expect(state).toEqual({ constructor: "set" });
  });
  it("are named, or the node says that it names none", async () => {
    const { end } = await ranHere({ nodes: [start("s"), { id: "s", type: "variable/set" }] });
    expect(end).toMatchObject({
      error: { code: "node_failed", message: expect.stringContaining("names no variable") },
    });
  });
});

describe("Lists", () => {
  const item = {
    valueType: "string",
    valueTypeOptions: { socketName: "Item" },
    socketInputs: sockets("Item"),
    socketOutputs: sockets("Item"),
  };
  const onList = (type: string, next?: string, given: Record<string, unknown> = {}): GraphNode => ({
    id: "n",
    type,
    configuration: item,
    parameters: { array: link("g", "list"), ...given },
    ...(next === undefined ? {} : flow(next)),
  });
  const rest = { variables: [variable("list", "array", ["a", "b", "c"])] };
  it("that a variable holds are changed with it", async () => {
    const pushed = await ran(
      [
        start("n"),
        onList("logic/array/push", "l", { Item: { value: "d" } }),
        get("g", "list"),
        told("l", "n", "array"),
      ],
      rest,
    );
    expect(pushed.state).toEqual({ list: ["a", "b", "c", "d"] });
    expect(pushed.lines).toEqual(["a,b,c,d"]);
    const first = await ran(
      [start("n"), onList("logic/array/removeFirst", "l"), get("g", "list"), told("l", "n", "Item")],
      rest,
    );
    expect([first.state, first.lines]).toEqual([{ list: ["b", "c"] }, ["a"]]);
    const last = await ran(
      [start("n"), onList("logic/array/removeLast", "l"), get("g", "list"), told("l", "n", "Item")],
      rest,
    );
    expect([last.state, last.lines]).toEqual([{ list: ["a", "b"] }, ["c"]]);
    const cleared = await ran([start("n"), onList("action/array/clear"), get("g", "list")], rest);
    expect(cleared.state).toEqual({ list: [] });
  });
  it("without a wire collect items from visit to visit", async () => {
    const { lines } = await ran([
      start("loop"),
      {
        id: "loop",
        type: "flow/forLoop",
        parameters: { endIndex: { value: 3 } },
        flows: { loopBody: to("n"), completed: to("l") },
      },
      {
        id: "n",
        type: "logic/array/push",
        configuration: { valueType: "integer" },
        parameters: { Item: link("loop", "index") },
      },
      told("l", "n", "array"),
    ]);
    expect(lines).toEqual(["0,1,2"]);
  });
  it("are made of sockets, in their order", async () => {
    const configuration = { socketInputs: sockets("b", "a:integer", "c") };
    expect(result("logic/array/create", { a: 1, b: "x" }, configuration).outputs).toEqual({
      array: ["x", 1, ""],
    });
    const { lines } = await ran([
      start("n"),
      {
        id: "n",
        type: "action/array/create",
        configuration,
        parameters: { b: { value: "x" } },
        ...flow("l"),
      },
      told("l", "n", "array"),
    ]);
    expect(lines).toEqual(["x,0,"]);
  });
  it("tell their items, length and likeness", () => {
    const a = ["x", 1, { y: [2] }];
    expect(result("logic/array/access", { a, b: 1 }).outputs).toEqual({ result: 1 });
    expect(result("logic/array/access", { a, b: -1 }).outputs).toEqual({});
    expect(result("logic/array/includes", { a, b: "x" }).outputs).toEqual({ result: true });
    expect(result("logic/array/includes", { a, b: "1" }).outputs).toEqual({ result: false });
    expect(result("logic/array/length", { a }).outputs).toEqual({ result: 3 });
    expect(result("logic/equal/array", { a, b: ["x", 1, { y: [2] }] }).outputs).toEqual({ result: true });
    expect(result("logic/array/merge", { array1: a, array2: [4] }).outputs).toEqual({ result: [...a, 4] });
    expect(result("logic/concat/array", { a: [1], b: [2] }).outputs).toEqual({ result: [1, 2] });
    expect(result("logic/concat/array/3", { a: [1], b: [2], c: [3] }).outputs).toEqual({ result: [1, 2, 3] });
    expect(result("logic/array/randomElement", { array: ["only"] }, { valueType: "string" }).outputs).toEqual(
      { Item: "only" },
    );
    expect(result("logic/array/randomElement", { array: [] }, {}).outputs).toEqual({});
    expect(result("logic/array/length", { a: "text" }).error).toMatchObject({
      code: "node_failed",
      message: expect.stringContaining('"a" must be a list'),
    });
  });
});

describe("Objects", () => {
  it("are made of sockets and taken apart by them", () => {
    const configuration = { socketInputs: sockets("a:integer", "constructor", "toString") };
    expect(result("action/object/create", { a: "1", constructor: "x" }, configuration).outputs).toEqual({
      object: { a: 1, constructor: "x", toString: "" },
    });
    const parts = sockets(
      "n:integer",
      "f:float",
      "b:boolean",
      "t:string",
      "l:array",
      "o:object",
      "none:integer",
      "toString",
    );
    expect(
      result(
        "logic/object/destructure",
        { object: { n: "12", f: "1.5", b: "true", t: 3, l: "one", o: "none", none: null } },
        { socketOutputs: parts },
      ).outputs,
    ).toEqual({ n: 12, f: 1.5, b: true, t: "3", l: ["one"], o: {} });
    expect(
      result("logic/object/destructure", { object: { n: "many" } }, { socketOutputs: parts }).error,
    ).toMatchObject({
      code: "node_failed",
    });
  });
  it("are compared, merged and reached into", () => {
    expect(result("logic/equal/object", { a: { x: 1, y: 2 }, b: { y: 2, x: 1 } }).outputs).toEqual({
      result: true,
    });
    expect(result("logic/equal/object", { a: { x: 1 }, b: { y: 1 } }).outputs).toEqual({ result: false });
    expect(
      result("logic/mergeDeep/object", { a: { x: { y: 1, z: 1 }, l: [1] }, b: { x: { y: 2 }, l: [2] } })
        .outputs,
    ).toEqual({
      result: { x: { y: 2, z: 1 }, l: [2] },
    });
    expect(
      result("logic/path/integer", { pathToSearch: "a.b.1", obj: { a: { b: [7, 8] } } }).outputs,
    ).toEqual({ result: 8 });
    expect(result("logic/path/string", { pathToSearch: "a.constructor", obj: { a: {} } }).outputs).toEqual(
      {},
    );
    expect(
      result("logic/assocPath/object", { path: "a.b.1", newValue: { x: 1 }, obj: { a: { b: [7, 8] }, c: 1 } })
        .outputs,
    ).toEqual({
      result: { a: { b: [7, { x: 1 }] }, c: 1 },
    });
    const put = result("logic/assocPath/object", { path: "__proto__.x", newValue: 1, obj: {} }).outputs;
    expect(({} as { x?: number }).x).toBeUndefined();
    expect(JSON.stringify(put)).toBe('{"result":{"__proto__":{"x":1}}}');
    expect(result("logic/assocPath/object", { path: "a.".repeat(300), newValue: 1 }).error).toMatchObject({
      code: "node_failed",
    });
  });
  it("become JSON and come of it, with what models put around it", async () => {
    const parsed = async (json: string) => {
      const { events, end } = await ranHere({
        nodes: [start("n"), { id: "n", type: "action/json/parse", parameters: { json: { value: json } } }],
      });
      if (end.type !== "run.completed") return end.error?.code;
      return events.flatMap((event) =>
        event.type === "node.completed" && event.nodeId === "n" ? [event.outputs.object] : [],
      )[0];
    };
    expect(await parsed('{"a": 1}')).toEqual({ a: 1 });
    expect(await parsed('Here it is:\n```json\n{"a": [1, 2,],}\n```\nDone.')).toEqual({ a: [1, 2] });
    expect(await parsed('"`json`"')).toBe("`json`");
    expect(await parsed("nothing of the kind")).toBe("node_failed");
    const { lines } = await ran([
      start("n"),
      {
        id: "n",
        type: "action/json/stringify",
        configuration: {
          valueType: "object",
          valueTypeOptions: { socketName: "Thing" },
          socketInputs: sockets("Thing:object"),
        },
        parameters: { Thing: { value: { a: [1] } } },
        ...flow("l"),
      },
      told("l", "n", "string"),
    ]);
    expect(lines).toEqual(['{"a":[1]}']);
    expect(result("math/toString/object", { a: { x: 1 } }).outputs).toEqual({ result: '{"x":1}' });
    expect(result("math/toArray/string", { a: "[1]" }).outputs).toEqual({ result: [1] });
    expect(result("math/toObject/string", { a: "[" }).error).toMatchObject({ code: "node_failed" });
    expect(result("logic/validate/object", {}).error).toMatchObject({ code: "not_configured" });
  });
});

describe("Texts", () => {
  it("are looked at, replaced and split", () => {
    expect(result("logic/string/isDefined", { a: "" }).outputs).toEqual({ result: false });
    expect(result("logic/string/isDefined", { a: 0 }).outputs).toEqual({ result: true });
    expect(result("logic/string/parseCommand", { string: "/say hello  you" }).outputs).toEqual({
      command: "/say",
      content: "hello  you",
      isCommand: true,
    });
    expect(result("logic/string/replace", { string: "a b a", search: "a", replace: "$&" }).outputs).toEqual({
      result: "$& b a",
    });
    expect(result("logic/string/match", { match: "lo w", string: "hello world" }).outputs).toEqual({
      result: true,
    });
    expect(result("logic/split/string", { string: "a, b", seperator: ", " }).outputs).toEqual({
      result: ["a", "b"],
    });
  });
  it("are matched by expressions in the sandbox alone", () => {
    const asked: unknown[] = [];
    const sandbox = {
      call: (request: { args: Json[] }) => (asked.push(request.args), { value: true, logs: [] }),
    };
    const options = { ports: { sandbox } };
    expect(
      evaluated("logic/string/match", { match: "^(a+)+$", string: "aaa!" }, { options }).outputs,
    ).toEqual({ result: true });
    expect(evaluated("logic/split/string", { string: "a1b", seperator: "\\d" }, { options }).outputs).toEqual(
      { result: true },
    );
    expect(asked).toEqual([
      ["^(a+)+$", "aaa!"],
      ["a1b", "\\d"],
    ]);
  });
  it("are made of templates, whose inputs are the node's", () => {
    const configuration = {
      textEditorData: "{{#each names}}{{this}};{{/each}} {{n}} {{missing}}",
      socketInputs: sockets("names:array", "n:integer"),
    };
    expect(result("logic/string/template", { names: ["a", "<b>"], n: 3 }, configuration).outputs).toEqual({
      result: "a;<b>; 3 ",
    });
    expect(result("logic/string/template", {}, { textEditorData: "{{#if" }).error).toMatchObject({
      code: "template_error",
    });
    expect(result("logic/string/template", {}, {}).outputs).toEqual({ result: "" });
  });
  it("are cut into chunks, one after the other", async () => {
    const chunked = (given: Record<string, unknown>) =>
      ranHere({
        nodes: [
          start("n"),
          {
            id: "n",
            type: "action/string/chunker",
            parameters: given,
            flows: { stream: to("l"), done: to("d") },
          },
          told("l", "n", "chunk"),
          { id: "d", type: "debug/log", parameters: { text: { value: "done" } } },
        ],
      });
    const { lines } = await chunked({ content: { value: "abcde" }, chunkSize: { value: 2 } });
    expect(lines.map((line) => line.replace("info: ", ""))).toEqual([
      "<START>",
      "ab",
      "cd",
      "e",
      "<END>",
      "done",
    ]);
    expect((await chunked({ content: { value: "abc" }, chunkSize: { value: 0 } })).end).toMatchObject({
      error: { code: "node_failed" },
    });
    expect((await chunked({ content: { value: "x".repeat(20_001) } })).end).toMatchObject({
      error: { code: "node_failed" },
    });
  });
});

describe("Messages", () => {
  const echo = (type = "magick/onMessage"): JsonObject => ({
    nodes: [
      { id: "on", type, flows: { flow: to("say") } },
      { id: "say", type: "magick/sendMessage", parameters: { content: link("on", "content") } },
    ],
  });
  const answered = (graph: unknown, inputs: JsonObject, trigger?: string) => {
    const { events } = run(imported(graph), { inputs, ...(trigger === undefined ? {} : { trigger }) });
    const end = events.at(-1);
    const messages = events.flatMap((event) => (event.type === "node.event" ? [event] : []));
    return { outputs: end?.type === "run.completed" ? end.outputs : end, messages };
  };
  it("start a spell, by the name of the node, by their parts or as the first input", () => {
    for (const inputs of [
      { "magick/onMessage": "hello" },
      { "magick/onMessage": { content: "hello", sender: "bob" } },
      { content: "hello", sender: "bob" },
      { Input: "hello" },
    ] as JsonObject[])
      expect(answered(echo(), inputs).outputs).toEqual({ "magick/sendMessage": "hello" });
    expect(answered(echo(), {}).outputs).toEqual({ "magick/sendMessage": "" });
    expect(answered(echo("magick/onWebhook"), { x: 5 }).outputs).toEqual({ "magick/sendMessage": "5" });
  });
  it("are told to whoever listens, with the event that they answer", () => {
    const { messages } = answered(echo(), { "magick/onMessage": { content: "hi", channel: "c1" } });
    expect(messages).toMatchObject([
      { nodeId: "say", name: "message", data: { content: "hi", event: { content: "hi", channel: "c1" } } },
    ]);
  });
  it("answer the event that came, of several that could", () => {
    const graph = {
      nodes: [
        { id: "a", type: "slack/onMessage", flows: { flow: to("say") } },
        { id: "b", type: "discord/onMessage", flows: { flow: to("say") } },
        { id: "say", type: "magick/sendMessage" },
      ],
    };
    for (const name of ["slack/onMessage", "discord/onMessage"]) {
      const { messages } = answered(graph, { [name]: { content: "x", channel: name } });
      expect(messages).toMatchObject([{ data: { event: { channel: name } } }]);
    }
  });
  it("choose their start by name", () => {
    const graph = {
      nodes: [
        { id: "a", type: "slack/onMessage", flows: { flow: to("say") } },
        { id: "b", type: "discord/onMessage", label: "Discord", flows: { flow: to("say2") } },
        { id: "say", type: "magick/sendMessage", parameters: { content: link("a", "sender") } },
        {
          id: "say2",
          type: "magick/streamMessage",
          label: "Part",
          parameters: { content: link("b", "channel") },
        },
      ],
    };
    expect(answered(graph, { Discord: { content: "x", channel: "c" } }).outputs).toEqual({ Part: "c" });
    expect(answered(graph, { content: "x", sender: "eve" }, "slack/onMessage").outputs).toEqual({
      "magick/sendMessage": "eve",
    });
  });
  it("leave a spell's life to runs that name no message", async () => {
    const graph = { nodes: [...(echo().nodes as Json[]), { ...start("l") }, { id: "l", type: "debug/log" }] };
    const { events } = run(imported(graph), {});
    expect(linesOf(events)).toEqual(["info: "]);
    expect(answered(graph, { "magick/onMessage": "x" }, "magick/onMessage").outputs).toEqual({
      "magick/sendMessage": "x",
    });
  });
  it("from Discord bring reactions", () => {
    const graph = {
      nodes: [
        { id: "on", type: "discord/onReactionAdd", flows: { flow: to("say") } },
        { id: "say", type: "magick/sendMessage", parameters: { content: link("on", "reaction") } },
      ],
    };
    expect(answered(graph, { x: { data: { reaction: "up", count: 2 } } }).outputs).toEqual({
      "magick/sendMessage": "up",
    });
  });
});

describe("Sub-spells", () => {
  const shout: JsonObject = {
    id: "shout",
    name: "shout",
    graph: {
      graphInputs: [
        { key: "go", valueType: "flow" },
        { key: "text", valueType: "string" },
      ],
      graphOutputs: [
        { key: "done", valueType: "flow" },
        { key: "loud", valueType: "string" },
        { key: "times", valueType: "integer" },
      ],
      variables: [variable("mark", "string", "!")],
      nodes: [
        // Higher up, but not what another spell starts.
        { id: "on", type: "magick/onMessage", metadata: { positionY: "-500" }, flows: { flow: to("wrong") } },
        { id: "wrong", type: "debug/log", parameters: { text: { value: "wrong" } } },
        { id: "in", type: "events/subspells/input", flows: { go: to("out", "done") } },
        {
          id: "mark",
          type: "variables/get",
          configuration: { variableId: "mark", socketOutputs: sockets("mark") },
        },
        {
          id: "c",
          type: "logic/concat/string",
          parameters: { a: link("in", "text"), b: link("mark", "mark") },
        },
        {
          id: "out",
          type: "events/subspells/output",
          parameters: { loud: link("c"), times: { value: 1 } },
        },
      ] as unknown as Json,
    },
  };
  const caller = (configuration: JsonObject): JsonObject => ({
    nodes: [
      start("loop"),
      {
        id: "loop",
        type: "flow/sequence",
        configuration: { numOutputs: 2 },
        flows: { "1": to("run", "go"), "2": to("run", "go") },
      },
      {
        id: "run",
        type: "action/subspell/run",
        configuration: {
          ...configuration,
          socketInputs: sockets("go:flow", "text"),
          socketOutputs: sockets("done:flow", "loud", "times:integer"),
        },
        parameters: { text: { value: "hey" } },
        flows: { done: to("l") },
      },
      told("l", "run", "loud"),
    ] as unknown as Json,
  });
  const subSpells = (ref: string): SpellDocument | undefined =>
    ref === "shout" ? imported(shout) : undefined;
  it("run at their own input, and go on by the flow and with the values that they come out with", async () => {
    for (const configuration of [
      { spellId: "shout" },
      { spellName: "shout", spellId: "other" },
    ] as JsonObject[]) {
      const { lines, end } = await ranHere(caller(configuration), { subSpells });
      expect(end).toMatchObject({ type: "run.completed" });
      expect(lines).toEqual(["info: hey!", "info: hey!"]);
    }
  });
  it("run from outside by the name of their input", () => {
    const { events } = run(imported(shout), { inputs: { text: "hi" }, trigger: "events/subspells/input" });
    expect(events.at(-1)).toMatchObject({ type: "run.completed", outputs: { loud: "hi!", times: 1 } });
  });
  it("are told where they do not exist", async () => {
    const { end } = await ranHere(caller({ spellId: "none" }), { subSpells });
    expect(end).toMatchObject({ type: "run.failed", error: { code: "spell_invalid", nodeId: "run" } });
  });
});
