/**
 * Values that attack what they pass through: keys of prototypes, forged references, paths and queries that lead elsewhere. In nodes
 * of every component, in runs, and from outside.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, logsOf } from "../../src/actor/sandbox/index.ts";
import { compile } from "../../src/graph/compile.ts";
import { importSpell } from "../../src/graph/import.ts";
import { applyPatch } from "../../src/graph/json-patch.ts";
import { catalogue, describeComponents } from "../../src/nodes/index.ts";
import { query } from "../../src/protocol/services.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { placesOf } from "../helpers/component-places.ts";
import { countCases } from "../helpers/count-cases.ts";
import { echoSpell } from "../helpers/documents.ts";
import { memoryServices } from "../helpers/memory-services.ts";
import { anyInput as any, runNode } from "../helpers/nodes.ts";
import { run, spell } from "../helpers/spells.ts";

const tried = countCases("escape suite");
const own = (text: string): JsonObject => JSON.parse(text) as JsonObject;

/** What pollution would leave, by whatever way it came. */
beforeEach(() => tried());
afterEach(() => {
  const fresh = {} as Record<string, unknown>;
  for (const mark of ["polluted", "ran", "isAdmin"]) {
    expect(fresh[mark]).toBeUndefined();
    expect(([] as unknown as Record<string, unknown>)[mark]).toBeUndefined();
    expect((globalThis as Record<string, unknown>)[mark]).toBeUndefined();
  }
  expect(Reflect.ownKeys(Object.prototype)).toHaveLength(12);
});

const hostile: Json[] = [
  "__proto__",
  "constructor.prototype.polluted",
  "/__proto__/polluted",
  "({}).constructor.constructor('globalThis.ran = 1')() {{constructor.constructor}}{{__proto__}}{{lookup this 'constructor'}}",
  '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
  own(
    '{"a": {"__proto__": {"polluted": true}}, "__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
  ),
  own('{"toString": "x", "valueOf": 1, "toJSON": 2, "then": 3, "length": -1, "hasOwnProperty": null}'),
  [["__proto__", "polluted"], "__proto__", { key: "__proto__", value: true }, own('{"__proto__": 1}')],
  own('{"$value": {"id": "1-1", "bytes": 1, "preview": "x"}}'),
];

describe("A component makes nothing of a prototype's names but values:", () => {
  const { services } = memoryServices({
    respond: () => ({ status: 200, headers: {}, body: own('{"__proto__": {"polluted": true}}') }),
    complete: () => '{"__proto__": {"polluted": true}, "constructor": 1}',
    infer: () => own('{"__proto__": {"polluted": true}}'),
  });
  const ports = {
    services,
    sandbox: { call: () => ({ value: own('{"__proto__": {"polluted": true}}'), logs: [] }) },
  };
  /** These wait for somebody or go on by themselves. */
  const live = new Set(["Ask", "Stream", "Ticker", "Wait for Webhook"]);
  const names = describeComponents()
    .map(({ name }) => name)
    .filter((name) => !live.has(name));
  it.each(names)("%s", async (name) => {
    const { sockets, keys, trigger } = placesOf(name);
    for (const value of hostile) {
      const { events } = runNode(
        {
          is: name,
          data: Object.fromEntries(keys.map((key) => [key, value])),
          inputs: [any("added"), { name: "p", type: "any", label: "__proto__" }, any("constructor")],
          outputs: [any("constructor"), any("toString")],
        },
        Object.fromEntries([...sockets, "added", "p", "constructor"].map((socket) => [socket, value])),
        [],
        {
          ports,
          limits: { maxVisits: 200 },
          state: own('{"__proto__": {"s": 1}, "constructor": 1}'),
        },
        trigger,
      );
      // What asks the services in memory has its answer within a few turns.
      for (let turn = 0; turn < 30 && !events.at(-1)?.type.startsWith("run."); turn++)
        await Promise.resolve();
      // The source of a native, or a function's, would show that something was reached.
      expect(JSON.stringify(events)).not.toMatch(/native code|function Object|class extends/);
      for (const event of events)
        if (event.type === "run.failed") expect([name, event.error?.code]).not.toEqual([name, "internal"]);
    }
    tried(hostile.length - 1);
  });
});

describe("A spell's own names", () => {
  const strange = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "length"];
  it.each(strange)("may be %s for an input, an output and a key of the state", async (name) => {
    const sandbox = createSandbox();
    const document = spell(
      {
        start: "Trigger In",
        in: `Universal Input:${name}`,
        code: {
          is: "Code",
          data: {
            code: "function worker(inputs, data, state) { return { out: [inputs.x, state[inputs.x] ?? null, Object.keys(state)], state: { [inputs.x]: 2 } } }",
          },
          inputs: [any("x")],
          outputs: [any("out")],
        },
        out: `Output:${name}`,
      },
      `start.trigger > code.trigger
      in.output > code.x
      code.trigger > out.trigger
      code.out > out.input`,
    );
    const state = own(`{"kept": 1, ${JSON.stringify(name)}: {"before": true}}`);
    const { execution, ended } = run(document, {
      inputs: own(`{${JSON.stringify(name)}: ${JSON.stringify(name)}}`),
      state,
      ports: { sandbox, logsOf },
    });
    const end = await ended;
    expect(end.type).toBe("run.completed");
    expect(JSON.stringify(end.type === "run.completed" && end.outputs)).toBe(
      JSON.stringify(
        own(
          `{${JSON.stringify(name)}: [${JSON.stringify(name)}, {"before": true}, ["kept", ${JSON.stringify(name)}]]}`,
        ),
      ),
    );
    expect(JSON.stringify(execution.state)).toBe(`{"kept":1,${JSON.stringify(name)}:2}`);
  });
  it("run no code when it is read, imported, checked or compiled", () => {
    const code =
      "function worker(a = (globalThis.ran = true), { [(() => { globalThis.ran = true; return 'x' })()]: b } = {}) { return {} }; globalThis.ran = true";
    for (const is of ["Code", "Javascript", "Coallesce", "String Processor", "Request", "Text Template"]) {
      const data = { code, headers: code, url: code, fewshot: code, name: code };
      const { plan, issues } = compile(
        spell({ start: "Trigger In", n: { is, data } }, "start.trigger > n.trigger"),
        catalogue,
      );
      expect(plan.graphs.length).toBeGreaterThan(0);
      expect(Array.isArray(issues)).toBe(true);
      importSpell({
        id: "a",
        name: code,
        graph: {
          id: code,
          nodes: { 1: { id: 1, name: is, data, position: [0, 0], inputs: {}, outputs: {} } },
        },
      });
    }
  });
});

describe("A patch", () => {
  const text = '{"a":{"b":[1,2]},"list":[0]}';
  const applied = (operation: JsonObject) => () => applyPatch(own(text), [operation]);
  it.each([
    ["/__proto__/polluted", true],
    ["/a/__proto__/polluted", true],
    ["/constructor/prototype/polluted", true],
    ["/a/constructor/prototype", {}],
    ["/list/__proto__", {}],
    ["/list/constructor", 1],
    ["/list/length", 0],
    ["/list/-1", 0],
    ["/list/1e9", 0],
    ["/list/4294967295", 0],
    ["/a/b/01", 0],
    ["/~0~1/x", 0],
    ["/a~2", 0],
    ["a/b", 0],
    ["/toString/x", 0],
    ["/a/hasOwnProperty/x", 0],
  ] as [string, Json][])("at %s leads nowhere", (path, value) => {
    for (const op of ["add", "replace", "test", "remove"])
      expect(applied({ op, path, value })).toThrow(SpellError);
    for (const op of ["move", "copy"]) {
      expect(applied({ op, from: path, path: "/new" })).toThrow(SpellError);
      expect(applied({ op, from: "/a", path })).toThrow(SpellError);
    }
    tried(7);
  });
  it("carries no key of a prototype within a value", () => {
    for (const value of [own('{"__proto__": 1}'), [[own('{"a": {"__proto__": 1}}')]]])
      expect(applied({ op: "add", path: "/x", value })).toThrow(SpellError);
  });
});

describe("A query", () => {
  it.each([
    own('{"constructor": 1}'),
    own('{"data.__proto__.x": 1}'),
    own('{"data.constructor.name": 1}'),
    own('{"a": {"__proto__": 1}}'),
    own('{"a": {"$where": "sleep(1)"}}'),
    own('{"a": {"$regex": "(a+)+$"}}'),
    own('{"a": {"$gt": ""}, "$where": "1"}'),
    own('{"a\\" = 1 OR 1=1 --": 1}'),
    own('{"a\' OR 1": 1}'),
    own('{"a.b\\").c": 1}'),
    own('{"data.$": 1}'),
    own('{"data..x": 1}'),
    own('{"data.x[0]": 1}'),
    own('{"$sort": {"a\\" DESC; DROP TABLE users; --": 1}}'),
    own('{"$sort": {"a": "1; DROP TABLE users"}}'),
    own('{"$select": ["__proto__"]}'),
    own('{"$select": ["a, (SELECT 1)"]}'),
    own('{"$limit": -1}'),
    own('{"$limit": "1 OR 1=1"}'),
    own('{"$limit": 1e400}'),
    own('{"$skip": {"$gt": 0}}'),
    own('{"$or": {"length": 1}}'),
    own('{"user_id": {"$ne": null, "$or": []}}'),
    own('{"a": [1]}'),
    own('{"a": {"$in": [{"$gt": 1}]}}'),
  ])("%j is refused", (asked) => {
    expect(query.safeParse(asked).success).toBe(false);
  });
});

describe("From outside", () => {
  const user = userNamed("escape-values");
  const id = "escape-values";
  beforeAll(async () => {
    expect((await user.ask("/spells", { body: echoSpell(id) })).status).toBe(201);
  });
  it.each([
    ["POST", `/spells/${id}/run`, '{"inputs": {"__proto__": {"polluted": true}, "text": "x"}}'],
    ["POST", `/spells/${id}/run`, '{"inputs": {"text": {"a": [{"__proto__": 1}]}}}'],
    ["POST", `/spells/${id}/run`, '{"inputs": {"text": {"\\u005f_proto__": 1}}}'],
    ["POST", `/spells/${id}/run`, '{"__proto__": {"inputs": {"text": "x"}}}'],
    ["POST", "/spells", '{"format": "spellrunner@1", "nodes": {"__proto__": {}}}'],
    ["PATCH", `/spells/${id}`, '{"__proto__": {"name": "x"}}'],
    ["POST", "/services/entities", '{"type": "a", "data": {"__proto__": {"polluted": true}}}'],
    ["POST", "/services/entities", '{"type": "a", "__proto__": {"userId": "bob"}}'],
    ["PUT", "/users/me/secrets/A", '{"__proto__": {"value": "x"}}'],
    ["POST", `/spells/${id}/run`, `{"inputs": ${"[".repeat(1000)}${"]".repeat(1000)}}`],
    ["POST", `/spells/${id}/run`, `{"inputs": ${'{"a":'.repeat(1000)}1${"}".repeat(1001)}`],
  ])("%s %s takes no body %j", async (method, path, body) => {
    const response = await user.ask(path, { method, body });
    expect([400, 404, 405, 413, 422]).toContain(response.status);
    expect((await bodyOf(response)).code).not.toBe("internal");
  });
  it.each([
    "/spells/__proto__",
    "/spells/constructor",
    "/spells/toString/run",
    `/spells/${id}/runs/__proto__`,
    `/spells/${id}/runs/constructor/events`,
    "/services/__proto__",
    "/services/constructor",
    "/services/toString/find",
    "/services/entities/__proto__",
    "/services/entities/constructor",
    "/services/cache/__proto__",
    "/users/me/secrets/__proto__",
    "/spells/..%2f..%2fusers%2fme",
    "/services/entities/..%2f..%2fusers",
    "/spells/%00",
    "/catalogue/__proto__",
    // Lost on its way to the service, it would find more than was asked for.
    "/services/entities?__proto__=1",
    "/services/entities?a[__proto__]=1",
    "/services/entities?$sort[__proto__]=1",
    "/services/entities?$or[0][__proto__]=1",
    "/services/entities?$query=%7B%22__proto__%22%3A1%7D",
  ])("there is nothing at %s", async (path) => {
    for (const method of ["GET", "DELETE"]) {
      const response = await user.ask(path, { method });
      expect([400, 404, 405]).toContain(response.status);
      const said = await bodyOf(response);
      expect(said.code).not.toBe("internal");
      expect(JSON.stringify(said)).not.toMatch(/native code|Object\.prototype/);
    }
    tried();
  });
  it.each([
    { $value: { id: "1-1", bytes: 3, preview: "no" } },
    { $value: { id: "version-1", bytes: 0, preview: "" } },
    { $value: { id: "../../other", bytes: 1, preview: "" } },
    { $value: { id: "1-1", bytes: 3, preview: "no", more: 1 } },
    { $value: { id: "1-1", bytes: 3, preview: "no" }, beside: 1 },
    [{ $value: { id: "1-1", bytes: 3, preview: "no" } }],
    { deep: { $value: { id: "1-1", bytes: 3, preview: "no" } } },
    { $value: null },
    { $value: "1-1" },
  ] as Json[])("a value that looks like a reference is only a value: %j", async (forged) => {
    const body = await bodyOf(await user.ask(`/spells/${id}/run`, { body: { inputs: { text: forged } } }));
    expect(body.status).toBe("completed");
    const given = body.outputs.text as { $value?: { id: string } };
    // One of exactly that shape travels by a reference of ours.
    const isReplaced = JSON.stringify(given) !== JSON.stringify(forged);
    const back = isReplaced
      ? await bodyOf(await user.ask(`/spells/${id}/runs/${body.runId}/values/${given.$value?.id}`))
      : given;
    expect(back).toEqual(forged);
    const events = await bodyOf(await user.ask(`/spells/${id}/runs/${body.runId}/events`));
    expect(JSON.stringify(events)).not.toContain('"internal"');
  });
  it("another user's values are not to be had by a reference, nor another run's", async () => {
    const large = "x".repeat(400_000);
    const asked = { inputs: { text: large } };
    const first = await bodyOf(await user.ask(`/spells/${id}/run`, { body: asked }));
    const { events } = await bodyOf(await user.ask(`/spells/${id}/runs/${first.runId}/events`));
    const end = (events as { outputs?: { text?: { $value?: { id: string } } } }[]).at(-1);
    const ref = end?.outputs?.text?.$value?.id ?? "";
    const mine = await user.ask(`/spells/${id}/runs/${first.runId}/values/${ref}`);
    expect(await mine.json()).toBe(large);
    const second = await bodyOf(await user.ask(`/spells/${id}/run`, { body: { inputs: { text: "small" } } }));
    const other = userNamed("escape-values-other");
    expect((await other.ask("/spells", { body: echoSpell(id) })).status).toBe(201);
    const theirs = await bodyOf(
      await other.ask(`/spells/${id}/run`, {
        body: { inputs: { text: { $value: { id: ref, bytes: 400_002, preview: large.slice(0, 200) } } } },
      }),
    );
    expect(JSON.stringify(theirs).length).toBeLessThan(5000);
    for (const path of [
      `/spells/${id}/runs/${second.runId}/values/${ref}`,
      `/spells/${id}/runs/${theirs.runId}/values/version-1`,
      `/spells/${id}/runs/${first.runId}/values/%2e%2e`,
    ])
      expect((await user.ask(path)).status).toBe(404);
    expect((await other.ask(`/spells/${id}/runs/${first.runId}/values/${ref}`)).status).toBe(404);
  });
});
