/**
 * The sandbox attacked: the ideas of the published escapes of n8n, vm2, Flowise and Langflow, and others. Each attack looks for
 * anything of a realm that is not its own; after each, the host and the next call are as they were.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, logsOf } from "../../src/actor/sandbox/index.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { Json } from "../../src/protocol/values.ts";
import { callsOn } from "../contracts/sandbox/calls.ts";
import { countCases } from "../helpers/count-cases.ts";

const tried = countCases("escape suite");
const megabyte = 1024 * 1024;
const brief = createSandbox({ maxSteps: 10_000_000, maxMemoryBytes: 12 * megabyte });
const { run, valueOf, failureOf } = callsOn(brief);

/** What `reached` holds at an attack's end is what it got at. `look` asks of any value whether it leads out of this realm. */
const lookout = `
  const reached = [];
  const marks = ["fetch", "process", "require", "WebAssembly", "caches", "navigator", "Deno", "Bun", "Buffer", "setTimeout",
    "WebSocket", "Worker", "importScripts", "XMLHttpRequest", "planted"];
  const seen = new Set();
  const look = (value, depth = 0) => {
    if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value) || depth > 3) return;
    seen.add(value);
    for (const mark of marks) try { if (typeof value[mark] !== "undefined") reached.push(mark); } catch {}
    try {
      const inside = value.constructor.constructor("return this")();
      if (inside !== globalThis && typeof inside.Object === "function") reached.push("another global");
      for (const mark of marks) if (typeof inside[mark] !== "undefined") reached.push("global " + mark);
    } catch {}
    try { if (Object.getPrototypeOf(value) && !(value instanceof Object) && Object.getPrototypeOf(value) !== null) look(Object.getPrototypeOf(value), depth + 1); } catch {}
    let keys = [];
    try { keys = Reflect.ownKeys(value); } catch {}
    for (const key of keys.slice(0, 50)) try { look(value[key], depth + 1); } catch {}
  };
`;
const attack = (body: string): string =>
  `async function worker(inputs, data) { ${lookout} ${body}; return reached }`;

/** What an attack on the host would leave behind here. */
const hostMarks = () => ({
  object: Reflect.ownKeys(Object.prototype).map(String),
  array: Reflect.ownKeys(Array.prototype).map(String),
  function: Reflect.ownKeys(Function.prototype).map(String),
  promise: Reflect.ownKeys(Promise.prototype).map(String),
  error: Reflect.ownKeys(Error).map(String),
  global: Reflect.ownKeys(globalThis).map(String),
});
let before: ReturnType<typeof hostMarks>;
beforeEach(() => {
  tried();
  (globalThis as { planted?: string }).planted = "a host's secret";
  before = hostMarks();
});
afterEach(async () => {
  expect(hostMarks()).toEqual(before);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(
    await valueOf("(x) => [x, 6 * 7, [1, 2].map((n) => n + 1), typeof planted, ({}).polluted ?? null]", [
      "next",
    ]),
  ).toEqual(["next", 42, [2, 3], "undefined", null]);
});

/** @returns what it reached; nothing for one that failed in order */
async function outcomeOf(code: string, args: Json[] = [{ x: { y: [1] } }, {}]): Promise<Json | undefined> {
  try {
    return await valueOf(code, args);
  } catch (error) {
    expect(SpellError.from(error).code).toMatch(/^(?:code_error|sandbox_limit)$/);
    expect(JSON.stringify(error)).not.toContain("a host's secret");
    return [];
  }
}

it("what the attacks look for is found where it is there", async () => {
  expect(await valueOf(attack("globalThis.fetch = () => 1; look({})"))).toEqual(["global fetch"]);
  expect(await valueOf(attack("look({ deep: { planted: 1 } })"))).toEqual(["planted"]);
  expect(await valueOf(attack("look(() => ({ a: [{ process: 1 }] }))"))).toEqual([]);
  expect(
    await valueOf(attack("look({ constructor: { constructor: () => () => ({ Object: () => 1 }) } })")),
  ).toEqual(["another global"]);
});

describe("From n8n's expressions (CVE-2025-68613 and what followed it)", () => {
  it.each([
    ["this of a function", "look((function () { return this })())"],
    ["this of a sloppy function made anew", "look(Function('return this')()); look((0, eval)('this'))"],
    ["the main module of a process", "look(this.process.mainModule.require('child_process'))"],
    ["the constructor of a constructor", "look({}.constructor.constructor('return process')())"],
    ["a constructor in pieces", "look([]['con' + 'structor']['con' + 'structor']('return this')())"],
    ["a constructor by a list as key", "look({}[['constructor']][['constructor']]('return this')())"],
    [
      "a constructor by a key that changes",
      "let n = 0; const key = { toString: () => n++ ? 'constructor' : 'x' }; look({}[key]); look({}[key][key]('return this')())",
    ],
    ["destructuring", "const { constructor: { constructor: F } } = () => {}; look(F('return this')())"],
    ["destructuring defaults", "const { a = (0, eval)('this') } = {}; look(a)"],
    [
      "a with statement",
      "look(Function('o', 'with (o) return constructor.constructor(\"return this\")()')({}))",
    ],
    [
      "a tagged template",
      "const f = (s) => s.constructor.constructor; look(f`x`('return this')()); look(Function`return this```)",
    ],
    ["a template as a key", "look({}[`constructor`][`constructor`]`return this```)"],
    ["optional chaining and nullish keys", "look({}?.constructor?.['constructor']?.('return this')?.())"],
    ["a unicode escape in a name", "look({}.\\u0063onstructor.\\u{63}onstructor('return this')())"],
    [
      "async and generator constructors",
      "for (const f of [async () => {}, function* () {}, async function* () {}]) { look(f); look(await f.constructor('return this')().next?.() ?? await f.constructor('return this')()) }",
    ],
    ["Reflect", "look(Reflect.construct(Reflect.get(Object, 'constructor'), ['return this'])())"],
    [
      "getters of prototypes",
      "look(Object.prototype.__lookupGetter__('__proto__')); look(Object.prototype.__lookupGetter__('__proto__').call(1))",
    ],
    [
      "bound and applied functions",
      "look(Function.prototype.call.bind(Function)); look(Function.bind.apply(Function, [null, 'return this'])()())",
    ],
    [
      "array callbacks",
      "[Function].map((F) => look(F('return this')())); look([['return this']].map(([s]) => Function(s)())[0])",
    ],
    [
      "sort and replace callbacks",
      "'x'.replace('x', Function('return this'));  look('return this'.replace(/.*/, Function).constructor)",
    ],
    [
      "a class and its static block",
      "class A { static { look(this) } static x = look(this); #p = look(new.target) }; new A(); look(A.constructor('return this')())",
    ],
    ["new.target", "function F() { look(new.target); } Reflect.construct(F, [], Array)"],
    [
      "inputs, which came from outside",
      "for (const v of [inputs, inputs.x, inputs.x.y, data, arguments]) { look(v); look(v.constructor.constructor('return this')()) }",
    ],
  ])("%s leads nowhere", async (_, body) => {
    expect(await outcomeOf(attack(body))).toEqual([]);
  });
});

describe("From vm2's escapes", () => {
  it.each([
    [
      "Error.prepareStackTrace",
      "Error.prepareStackTrace = (e, frames) => { look(frames); for (const f of frames ?? []) { look(f); for (const k of ['getThis', 'getFunction', 'getEvalOrigin']) look(f?.[k]?.()) } return frames }; look(new Error('x').stack); try { null.x } catch (e) { look(e.stack) }",
    ],
    [
      "Error.captureStackTrace and stackTraceLimit",
      "Error.stackTraceLimit = Infinity; const o = {}; Error.captureStackTrace?.(o); look(o); look(o.stack)",
    ],
    [
      "prepareStackTrace in an async error (CVE-2023-29017)",
      "Error.prepareStackTrace = (e, c) => (look(c), c); try { await (async () => { throw new Error('x') })() } catch (e) { look(e); look(e.stack) }",
    ],
    [
      "a host's RangeError (CVE-2019-10761)",
      "const f = () => { try { f() } catch (e) { look(e); throw e } }; try { f() } catch (e) { look(e) }",
    ],
    [
      "a host's error out of natives",
      "for (const bad of [() => new Array(-1), () => 'x'.repeat(-1), () => JSON.parse('{'), () => new Proxy(1, 1), () => decodeURI('%'), () => Symbol() + '', () => 1n + 1, () => new (class extends null {})(), () => import('x')]) try { await bad() } catch (e) { look(e); look(Object.getPrototypeOf(e)) }",
    ],
    [
      "a Proxy thrown and caught (CVE-2023-30547)",
      "const p = new Proxy({}, { getPrototypeOf() { throw new Error('x') }, get(t, k) { look(t); return t[k] } }); try { throw p } catch (e) { look(e) } console.log(p)",
    ],
    [
      "a Proxy whose traps see a host's objects (CVE-2023-32314)",
      "const spy = new Proxy(function () {}, new Proxy({}, { get: (t, k) => (...args) => { for (const a of args) look(a); return Reflect[k](...args) } })); console.log(spy); look(spy); spy(); new spy(); spy.x; spy.x = 1; delete spy.x; 'x' in spy; Object.keys(spy)",
    ],
    [
      "a handler that sees its receiver",
      "const p = new Proxy({}, { get(t, k, receiver) { look(receiver); return undefined } }); console.log(p, [p]); JSON.stringify({ p })",
    ],
    [
      "util.inspect's custom symbol (CVE-2023-37903)",
      "const spy = (...args) => { for (const a of args) look(a); return 'x' }; const o = { [Symbol.for('nodejs.util.inspect.custom')]: spy, inspect: spy, toJSON: spy, toString: spy, valueOf: spy, [Symbol.toPrimitive]: spy, [Symbol.toStringTag]: 'x' }; console.log(o, [o], new Error(o)); console.error(Object.assign(() => 1, o))",
    ],
    [
      "the species of a Promise (CVE-2023-37466)",
      "class P extends Promise { static get [Symbol.species]() { return function (executor) { executor((v) => look(v), (e) => look(e)) } } } ; await P.resolve(1).then(() => { throw new Error('x') }); const p = (async () => { throw new Error('x') })(); p.constructor = { [Symbol.species]: class { constructor(f) { f((v) => look(v), (e) => look(e)) } } }; p.then(); p.catch(() => 1)",
    ],
    [
      "a replaced then and catch (CVE-2026-22709)",
      "const { then } = Promise.prototype; Promise.prototype.then = function (a, b) { look(this); return then.call(this, (v) => (look(v), a?.(v)), (e) => (look(e), b?.(e))) }; await (async () => {})(); (async () => { throw new Error(Symbol()) })().catch((e) => look(e))",
    ],
    [
      "async generators and what return gives them",
      "async function* g() { try { yield 1 } finally { yield* { [Symbol.asyncIterator]: () => ({ next: () => ({ then(f) { look(f); f({ done: true }) } }), return: (v) => (look(v), { then(f, r) { look(r); f({ done: true }) } }) }) } } } const it = g(); await it.next(); await it.return({ then(f) { look(f); f(2) } }); look(Object.getPrototypeOf(async function* () {}).constructor('return this')())",
    ],
    [
      "thenables that keep their functions",
      "const kept = []; await { then(f, r) { kept.push(f, r); f(1) } }; kept.forEach((k) => { look(k); look(k.constructor('return this')()) })",
    ],
    [
      "the species of lists",
      "class A extends Array { static get [Symbol.species]() { return new Proxy(function () {}, { construct: (t, args) => (look(args), { }) }) } } ; for (const m of ['map', 'filter', 'slice', 'splice', 'concat', 'flat', 'flatMap']) try { look(new A(1, 2)[m](() => true)) } catch {}",
    ],
    [
      "weak maps and their replaced methods",
      "WeakMap.prototype.get = WeakMap.prototype.set = WeakMap.prototype.has = function (k) { look(this); look(k) }; Map.prototype.get = Set.prototype.has = function (k) { look(this); look(k) }; console.log({ a: 1 }); new WeakMap().set({}, 1)",
    ],
    [
      "replaced natives that the sandbox itself may use",
      "for (const o of [Object, Reflect, JSON, Array.prototype, String.prototype, Function.prototype, Promise, Promise.prototype, Error.prototype, Number.prototype, Symbol.prototype]) for (const k of Reflect.ownKeys(o)) if (typeof o[k] === 'function' && k !== 'constructor') { const was = o[k]; try { o[k] = function (...args) { look(this); args.forEach((a) => look(a)); return was.apply(this, args) } } catch {} } console.log({ a: [1] }, new Error('x'))",
    ],
    [
      "getters and setters on the prototype of everything",
      "for (const k of ['get', 'set', 'value', 'then', 'phase', 'name', 'message', 'stack', 'level', 'log', '0', 'next', 'done']) Object.defineProperty(Object.prototype, k, { get() { look(this); return undefined }, set(v) { look(this); look(v) }, configurable: true }); console.log({ x: 1 })",
    ],
    [
      "the callers of a function",
      "const f = function () { look(f.caller); look(f.arguments); look(arguments.callee.caller) }; f(); try { look(worker.caller) } catch {}",
    ],
    [
      "an import (CVE-2021-23449)",
      "const m = import('fs'); look(m); try { look(await m) } catch (e) { look(e); look(e.constructor.constructor('return this')()) }",
    ],
    [
      "an import with attributes and a hostile name",
      "for (const n of [{ toString() { return 'node:fs' } }, 'data:text/javascript,export default this', '../../worker.ts', new URL?.name]) try { look(await import(n, { with: { type: 'json' } })) } catch (e) { look(e) }",
    ],
    [
      "a finalizer",
      "const r = new FinalizationRegistry((v) => look(v)); for (let i = 0; i < 1000; i++) r.register({}, { i }); look(new WeakRef({}).deref())",
    ],
    [
      "an error with a cause, of errors, suppressed",
      "try { throw new AggregateError([new Error('a')], 'b', { cause: { c: 1 } }) } catch (e) { look(e); look(e.errors); look(e.cause) }",
    ],
    [
      "the code that is put around it",
      "look(copyFn); look(typeof run === 'undefined' ? null : run); look(typeof write === 'undefined' ? null : write)",
    ],
    [
      "a shared buffer and atomics that wait",
      "const s = new Int32Array(new SharedArrayBuffer(8)); look(s.buffer); try { Atomics.wait(s, 0, 0, 100000) } catch (e) { look(e) } try { look(Atomics.waitAsync?.(s, 0, 0, 10)) } catch {}",
    ],
  ])("%s leads nowhere", async (_, body) => {
    expect(await outcomeOf(attack(body))).toEqual([]);
  });
  it.each([
    ["a brace closed and opened", "function worker() { return [] }; look = 1; (function () { return this })"],
    ["a comment opened", "() => [] /*"],
    ["a line's end that is none", "() => []\u2028; globalThis.x = 1"],
    [
      "a directive and code before it",
      "'use strict', globalThis.left = 1, () => (typeof planted === 'undefined' ? [] : ['planted'])",
    ],
    ["a redefinition of what follows it", "() => []; var copyFn"],
    [
      "a hashbang and a mapped source",
      "#!/usr/bin/env node\n() => []\n//# sourceMappingURL=http://127.0.0.1/x",
    ],
    ["a label and a top-level await", "await: () => []"],
    ["an import declaration", "() => []\nimport fs from 'fs'"],
    ["new.target and super outside", "super.constructor"],
    ["a NUL", "() => []\u0000; globalThis.x"],
  ])("code that breaks out of what is put around it reaches nothing: %s", async (_, code) => {
    const value = await outcomeOf(code);
    expect(value === undefined || JSON.stringify(value) === "[]").toBe(true);
  });
});

describe("From Flowise (CVE-2025-59528) and Langflow (CVE-2025-3248)", () => {
  it.each([
    [
      "default values",
      "function worker(a = (globalThis.ran = true, [])) { return typeof planted === 'undefined' ? a : 1 }",
    ],
    ["computed names", "({ [(() => { globalThis.ran = true; return 'x' })()]: 1 }, () => [])"],
    [
      "a decorator's like",
      "((f) => f)(class { static x = (globalThis.ran = typeof planted) }) && (() => [])",
    ],
    [
      "code beside the function",
      "(globalThis.ran = typeof process, () => (ran === 'undefined' ? [] : [ran]))",
    ],
  ])("%s run inside like anything else", async (_, code) => {
    const value = await outcomeOf(code, []);
    expect(value).toEqual([]);
    expect((globalThis as { ran?: unknown }).ran).toBeUndefined();
  });
  it("every name by which a language reaches out is unknown", async () => {
    const names =
      "process require module exports __dirname __filename global window self document fetch XMLHttpRequest WebSocket EventSource Worker SharedWorker importScripts setTimeout setInterval setImmediate queueMicrotask structuredClone crypto caches navigator location localStorage indexedDB WebAssembly performance Intl Deno Bun Buffer std os scriptArgs print load loadFile evalScript bjson gc env DB CACHE SECRETS HTMLRewriter Request Response Headers URL TextEncoder ReadableStream cloudflare Cloudflare ExecutionContext Miniflare vitest __vitest_worker__".split(
        " ",
      );
    const code = `() => ${JSON.stringify(names)}.filter((name) => typeof globalThis[name] !== "undefined" || eval("typeof " + name) !== "undefined")`;
    expect(await valueOf(code)).toEqual([]);
  });
});

describe("What comes out", () => {
  const hostile: [string, string][] = [
    ["a key __proto__ of its own", '() => JSON.parse(\'{"__proto__": {"polluted": true}}\')'],
    ["a computed __proto__", "() => ({ ['__proto__']: { polluted: true } })"],
    [
      "constructor and prototype",
      "() => ({ constructor: { prototype: { polluted: true } }, prototype: { polluted: true } })",
    ],
    ["a replaced prototype", "() => Object.create({ polluted: true })"],
    [
      "getters",
      "() => ({ get a() { this.__proto__.polluted = true; Object.prototype.polluted = true; return 1 } })",
    ],
    [
      "a Proxy",
      "() => new Proxy({}, { ownKeys: () => ['__proto__', 'a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }), get: () => 1 })",
    ],
    [
      "toJSON that gives another every time",
      "() => { let n = 0; return { a: { toJSON: () => ({ n: n++, toJSON: () => 1, __proto__: null, ['__proto__']: 2 }) } } }",
    ],
    ["a thenable that resolves with a thenable", "() => ({ then(f) { f({ then(g) { g({ done: 1 }) } }) } })"],
    [
      "a thenable that resolves twice and then throws",
      "() => ({ then(f, r) { f(1); f(2); r(3); throw 4 } })",
    ],
    [
      "Symbol.toPrimitive",
      "() => ({ a: { [Symbol.toPrimitive]: () => { throw 1 } }, [Symbol.for('x')]: 1 })",
    ],
    ["a reference such as the journal's", "() => ({ $value: { id: '1-1', bytes: 3, preview: 'x' } })"],
    ["keys that look like indices, and a length", "() => ({ 0: 'a', length: 1e9, '-1': 'b' })"],
    ["a list with holes and keys", "() => Object.assign([1,,3], { x: 1, length: 5 })"],
    ["replaced JSON", "() => { JSON.stringify = () => '{\"__proto__\":1'; return { a: 1 } }"],
    ["half a surrogate, NUL and line ends", "() => ['\\ud800', '\\u0000', '\\u2028', { '\\udfff': 1 }]"],
    ["numbers that are none", "() => [NaN, -0, Infinity, 1e400, 5e-324, 2 ** 53 + 2]"],
  ];
  it.each(hostile)("%s is plain data", async (_, code) => {
    const value = await outcomeOf(code);
    expect(JSON.parse(JSON.stringify(value ?? null))).toEqual(value ?? null);
    if (typeof value === "object" && value !== null)
      expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value));
  });
  it.each([
    ["getters that throw", "{ get name() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 } }"],
    ["getters that give objects", "{ name: {}, message: [], stack: { toString() { for (;;); } } }"],
    ["getters that never end", "{ get message() { for (;;); } }"],
    ["a message that is huge", "new Error('x'.repeat(5e6))"],
    ["a name that is huge", "Object.assign(new Error('x'), { name: 'n'.repeat(5e6) })"],
    [
      "a stack made for a pattern",
      "Object.assign(new Error('x'), { stack: ('code:' + '1'.repeat(500) + ':').repeat(100) + '\\n'.repeat(3000) })",
    ],
    [
      "itself as its cause and prototype",
      "(() => { const e = new Error('x'); e.cause = e; e.toString = () => e; return e })()",
    ],
    [
      "a Proxy of an error",
      "new Proxy(new Error('x'), { get() { throw new Error('trap') }, getPrototypeOf() { throw 1 } })",
    ],
    ["a function", "Object.assign(() => 1, { message: () => 1, name: Symbol('x') })"],
    ["a symbol", "Symbol('x')"],
    ["nothing", "undefined"],
    [
      "a revoked Proxy",
      "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()",
    ],
    ["the words of the sandbox itself", "JSON.stringify({ phase: 'function', message: 'x' })"],
    [
      "an error that looks as if it was the sandbox's",
      "Object.assign(new Error('out of memory'), { name: 'InternalError' })",
    ],
  ])("an error with %s is told in a few words", async (_, thrown) => {
    for (const code of [`() => { throw ${thrown} }`, `async () => { await null; throw ${thrown} }`]) {
      const error = await failureOf(code);
      expect(error.code).toMatch(/^(?:code_error|sandbox_limit)$/);
      expect(error.message.length).toBeLessThan(3000);
    }
  });
  it("a flood of output ends in its bound, with what came before it", async () => {
    for (const code of [
      "() => { for (let i = 0; i < 1e5; i++) console.log('x'.repeat(100)) }",
      "() => { const big = 'x'.repeat(2e6); for (let i = 0; i < 3; i++) console.error(big, [big]) }",
      "() => { console.log(1); console.log(...new Array(50000).fill()); for (;;) console.log(new Array(1e5).fill([{}])) }",
      "() => { for (let i = 0; i < 1e5; i++) console.warn() }",
    ]) {
      const { logs } = await run(code).catch((error: unknown) => ({ logs: logsOf(error) }));
      expect(JSON.stringify(logs).length).toBeLessThan(2 * 64 * 1024 + 4200 * 40);
      expect(logs.length).toBeGreaterThan(0);
    }
  });
});

describe("What one call leaves to another", () => {
  const marked = "a mark of the first user";
  it("is nothing: no name, prototype, symbol, pattern, template, module or memory", async () => {
    const leave = `(mark) => {
      globalThis.mark = mark; Object.prototype.mark = mark; Symbol.for(mark); /(.*)/.exec(mark);
      Function.prototype.mark = Array.prototype.mark = Error.mark = console.mark = mark;
      globalThis.tag = (s) => s; globalThis.site = tag\`a\`; globalThis.kept = new FinalizationRegistry(() => 1);
      Math.random = Date.now = () => 4; Date.prototype.getTime = () => 5; Object.freeze(Array); Object.preventExtensions(globalThis);
      var copyFn2 = mark; globalThis.copyFn = mark; globalThis.console = { log: () => 1 };
      return [mark];
    }`;
    expect(await valueOf(leave, [marked])).toEqual([marked]);
    const look = `() => [typeof mark, typeof ({}).mark, typeof Error.mark, typeof console.mark, typeof (() => 1).mark, RegExp.$1 ?? null, RegExp.lastMatch ?? null,
      typeof site, typeof kept, Date.now() > 1e12, Object.isExtensible(globalThis), Object.isFrozen(Array), typeof copyFn2, console.log.name.length >= 0,
      new Date(7).getTime()]`;
    const found = (await valueOf(look)) as Json[];
    expect(JSON.stringify(found)).not.toContain("mark");
    expect(found.slice(0, 5)).toEqual(Array(5).fill("undefined"));
    expect(found.slice(7)).toEqual(["undefined", "undefined", true, true, false, "undefined", true, 7]);
  });
  it("is no memory: whatever gives bytes gives zeros", async () => {
    const fill = `(mark) => {
      const kept = [];
      for (let i = 0; i < 5; i++) kept.push(new Uint8Array(5e5).fill(0xa5), mark.repeat(1e4));
      for (let i = 0; i < 2e4; i++) kept.push({ mark, i, text: mark + i });
      return kept.length;
    }`;
    const ways = [
      "new Uint8Array(4e5)",
      "new Uint8Array(new SharedArrayBuffer(2e5))",
      "(() => { const b = new SharedArrayBuffer(8, { maxByteLength: 4e5 }); b.grow(4e5); return new Uint8Array(b) })()",
      "(() => { const b = new ArrayBuffer(8, { maxByteLength: 4e5 }); b.resize(4e5); return new Uint8Array(b) })()",
      "(() => { const b = new ArrayBuffer(4e5, { maxByteLength: 4e5 }); b.resize(8); b.resize(4e5); return new Uint8Array(b) })()",
      "(() => { const b = new ArrayBuffer(8, { maxByteLength: 4e5 }); const u = new Uint8Array(b); b.resize(3e5); return u })()",
      "new Uint8Array(new ArrayBuffer(16).transfer(3e5))",
      "new Uint8Array(new ArrayBuffer(3e5).transferToFixedLength(4e5))",
      "new Uint8Array(new ArrayBuffer(16, { maxByteLength: 4e5 }).transfer(4e5))",
      "new Uint8Array(new ArrayBuffer(4e5).slice(10))",
      "new Uint8Array(new Float64Array(2e4).buffer)",
      "new Uint8Array(new BigInt64Array(2e4).buffer)",
      "Uint8Array.from({ length: 2e4 })",
      "new Uint8Array({ length: 2e5 })",
      "new Uint8Array(new DataView(new ArrayBuffer(3e5)).buffer)",
      "new Uint8Array(1e5).map(() => undefined)",
      "new Uint8Array(1e5).filter(() => true)",
      "new Uint8Array(1e5).toReversed()",
      "new Uint8Array(1e5).with(0, 0)",
      "new Uint8Array(1e5).slice(1)",
      "new Uint8Array(1e5).copyWithin(0, 10)",
      "(() => { class A extends Uint8Array { static get [Symbol.species]() { return function (n) { return new Uint8Array(n + 1e5) } } } return new A(1e4).map(() => 0) })()",
      "[...new Array(2e5)].map((x) => x ?? 0)",
      "Array.from(new Array(2e5), (x) => x ?? 0)",
    ];
    const scan = (way: string) =>
      `() => { let dirty = 0, bytes = 0; for (let i = 0; i < 3; i++) for (const byte of ${way}) { bytes++; if (byte !== 0) dirty++ } return [bytes, dirty] }`;
    const wide = callsOn(createSandbox());
    let bytes = 0;
    for (const way of ways) {
      expect(await wide.valueOf(fill, [marked])).toBe(20_010);
      const [length, dirty] = (await wide.valueOf(scan(way)).catch(() => [0, 0])) as [number, number];
      expect([way, dirty]).toEqual([way, 0]);
      bytes += length;
    }
    expect(bytes).toBeGreaterThan(5_000_000);
    tried(ways.length - 1);
  });
  it("is nothing either when many users' calls come at the same time, some of them broken", async () => {
    const code = (user: number) =>
      user % 5 === 4
        ? "() => eval('['.repeat(1e5))"
        : "async (user) => { const was = globalThis.user ?? null; globalThis.user = user; await null; await null; return [was, globalThis.user, user] }";
    const ends = await Promise.allSettled(
      Array.from({ length: 40 }, async (_, user) => run(code(user), [user])),
    );
    for (const [user, end] of ends.entries()) {
      if (user % 5 === 4) expect(end.status).toBe("rejected");
      else expect(end).toMatchObject({ status: "fulfilled", value: { value: [null, user, user] } });
    }
    tried(39);
  });
});

describe("What never ends, or grows without end", () => {
  it.each([
    ["a Promise that nobody keeps", "await new Promise(() => {})"],
    ["microtasks that make more", "const f = () => Promise.resolve().then(f); await f()"],
    [
      "an async iterator",
      "for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({ value: 1, done: false }) }) });",
    ],
    ["an async generator", "for await (const x of (async function* () { for (;;) yield null })());"],
    ["a thenable that resolves with itself", "const t = { then(f) { f(t) } }; return t"],
    [
      "a race of endless ones",
      "await Promise.race([new Promise(() => {}), (async () => { for (;;) await null })()])",
    ],
    ["a Promise that waits for itself", "let p; p = (async () => { await null; return p })(); return p"],
    ["a hundred thousand Promises", "for (;;) await Promise.all(Array.from({ length: 1000 }, () => null))"],
    ["recursion by await", "const f = async () => { await null; await f() }; await f()"],
    [
      "a finally that begins anew",
      "const f = async () => { try { await null } finally { await f() } }; await f()",
    ],
    [
      "an atomics lock",
      "const s = new Int32Array(new SharedArrayBuffer(8)); while (Atomics.load(s, 0) === 0);",
    ],
  ])("asynchronous: %s", async (_, body) => {
    const error = await failureOf(`async () => { ${body} }`);
    expect(error.code).toMatch(/^(?:sandbox_limit|code_error)$/);
  });
  it.each([
    ["repeat", "return 'ab'.repeat(2 ** 29)"],
    ["padStart and padEnd", "return 'x'.padStart(2 ** 30 - 1, 'y').padEnd(2 ** 30, 'z')"],
    [
      "replacements that hold the match a thousand times",
      "return 'x'.repeat(1e5).replace(/x/g, '$&'.repeat(1000))",
    ],
    ["replacements that hold what stands before and after", "return 'x'.repeat(1e5).replace(/x/g, '$`$\\'')"],
    ["a join with a long separator", "return new Array(1e5).join('y'.repeat(1e5))"],
    ["split and join", "let s = 'x'; for (;;) s = s.split('').join(s)"],
    ["a rope read at its end", "let s = 'x'; for (let i = 0; i < 40; i++) s = s + s; return s[5]"],
    ["a template literal that doubles", "let s = 'x'; for (;;) s = `${s}${s}`"],
    ["JSON with a long indent", "return JSON.stringify(Array(1e5).fill([[[[1]]]]), null, '          ')"],
    [
      "JSON of one object many times",
      "const a = []; let o = a; for (let i = 0; i < 30; i++) { o = [o, o] } return o",
    ],
    ["escapes", "return escape(encodeURIComponent('\\u0800'.repeat(3e6)))"],
    ["normal forms", "return '\\ufdfa'.repeat(1e6).normalize('NFKD')"],
    ["capital letters that are two", "return 'ß'.repeat(8e6).toUpperCase()"],
    ["a list of all numbers", "return Array.from({ length: 2 ** 53 - 1 })"],
    ["a filled sparse list", "return new Array(2 ** 32 - 1).fill(1)"],
    ["sparse lists put together", "let a = []; a[2 ** 31] = 1; return a.concat(a).reverse().sort()"],
    ["a spread", "const a = new Array(1e7); return Math.max(...a)"],
    ["flat without end", "const a = []; a.push(a, a); return a.flat(Infinity)"],
    ["copies of copies", "let a = [1]; for (;;) a = [...a, ...a]"],
    ["typed arrays", "const a = []; for (;;) a.push(new Float64Array(1e5))"],
    ["a buffer that may grow", "const b = new ArrayBuffer(1, { maxByteLength: 2 ** 40 }); b.resize(2 ** 39)"],
    ["a shared buffer that grows", "for (const a = []; ; ) a.push(new SharedArrayBuffer(2 ** 22))"],
    [
      "a map, a set, weak ones",
      "const m = new Map(), s = new Set(), w = new WeakMap(); for (let i = 0; ; i++) { m.set(i, s); s.add({ i }); w.set({}, m) }",
    ],
    [
      "symbols and names",
      "for (let i = 0; ; i++) { Symbol.for('s' + i + 'x'.repeat(1000)); globalThis['n' + i] = i }",
    ],
    ["closures", "let f = () => 1; for (;;) { const g = f; const big = [f, g]; f = () => (big, g) }"],
    [
      "generators that are kept",
      "const a = []; for (;;) { const g = (function* () { yield new Array(100) })(); g.next(); a.push(g) }",
    ],
    [
      "functions made of text",
      "for (let i = 0, a = []; ; i++) a.push(new Function('return ' + '1+'.repeat(5000) + i))",
    ],
    ["a BigInt", "return String(2n ** (2n ** 40n))"],
    ["BigInts multiplied", "let x = 10n ** 100000n; for (;;) x *= x"],
    [
      "patterns",
      "const a = []; for (let i = 0; ; i++) a.push(new RegExp('(?:' + 'a?'.repeat(2000) + ')' + i))",
    ],
    [
      "matches",
      "return 'a'.repeat(1e6).match(/(?=(a*))/g).length && [...'a'.repeat(1e6).matchAll(/(?=(a*))/g)]",
    ],
    [
      "errors with stacks",
      "const a = []; Error.stackTraceLimit = 1e9; const f = (n) => n ? f(n - 1) : a.push(new Error('x'.repeat(1e4)).stack); for (;;) f(500)",
    ],
    ["dates", "const a = []; for (;;) a.push(new Date(), Date())"],
  ])("of memory: %s", async (_, body) => {
    const error = await failureOf(`() => { ${body} }`);
    expect(error.code).toMatch(/^(?:sandbox_limit|code_error)$/);
  });
  it.each([
    ["nested quantifiers", "/^(a+)+$/.test('a'.repeat(40) + '!')"],
    ["alternatives that overlap", "/^(a|a|a)*$/.test('a'.repeat(40) + '!')"],
    [
      "an address",
      "/^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$/.test('a'.repeat(60) + '!')",
    ],
    ["back references", "/^(a*)*\\1\\1\\1b$/.test('a'.repeat(60))"],
    ["look-arounds", "/^(?=(a+)+$)(?!(a+)+b)x/.test('a'.repeat(40))"],
    ["a look-behind", "/(?<=(a+)+)b/.test('a'.repeat(40) + 'c')"],
    ["blanks at the end", "/\\s+$/.test(' '.repeat(3e5) + 'x')"],
    ["counted repeats of repeats", "/^(?:(?:a{0,99}){0,99}){0,99}$/.test('a'.repeat(200) + '!')"],
    ["sets of Unicode", "/^(?:\\p{L}+\\p{M}*)+$/u.test('a'.repeat(40) + '!')"],
    [
      "a sticky walk",
      "(() => { const r = /(?:a?){30}a{30}/y; for (;;) { r.lastIndex = 0; r.test('a'.repeat(30)) } })()",
    ],
    ["replace with a function that never ends", "'a'.replace(/a/, () => { for (;;); })"],
    ["split by what matches everywhere", "'a'.repeat(1e5).split(/(?:(?:a|b)*)*c|/)"],
    ["a pattern nested too deep", "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))"],
    ["a huge count", "new RegExp('(?:a{1,65535}){1,65535}').test('a')"],
  ])("of patterns: %s", async (_, expression) => {
    const value = await valueOf(`() => ${expression}`).catch((error: unknown) => SpellError.from(error).code);
    expect(["sandbox_limit", "code_error", true, false]).toContain(Array.isArray(value) ? true : value);
  });
  it.each([
    ["JSON that is read", "JSON.parse('[' .repeat(5e5) + ']'.repeat(5e5))"],
    [
      "JSON that is written",
      "(() => { let a = []; for (let i = 0; i < 2e5; i++) a = { a }; return JSON.stringify(a) })()",
    ],
    ["a result", "(() => { let a = []; for (let i = 0; i < 300; i++) a = [a]; return a })()"],
    ["lists joined", "(() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return String(a) })()"],
    [
      "prototypes",
      "(() => { let o = {}; for (let i = 0; i < 1e5; i++) o = Object.create(o); return o.missing ?? 1 })()",
    ],
    [
      "bound functions",
      "(() => { let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); return f() })()",
    ],
    [
      "Proxies of Proxies",
      "(() => { let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return 'x' in p })()",
    ],
    ["code", "eval('('.repeat(5e4) + '1' + ')'.repeat(5e4))"],
    ["operators", "eval('!'.repeat(1e5) + '1')"],
    ["templates in templates", "eval('`${'.repeat(1e4) + '1' + '}`'.repeat(1e4))"],
    ["getters", "(() => { const o = { get x() { return this.x } }; return o.x })()"],
    ["toString", "(() => { const o = { toString() { return `${o}` } }; return `${o}` })()"],
    ["sort's comparator", "(() => { const f = () => [2, 1].sort(f)[0]; return f() })()"],
    ["JSON's reviver", "(() => { const f = () => JSON.parse('[1]', f); return f() })()"],
    [
      "instanceof",
      "(() => { class A { static [Symbol.hasInstance](x) { return x instanceof A } } return ({}) instanceof A })()",
    ],
    ["iterators", "(() => { const it = { [Symbol.iterator]() { return [...it] } }; return [...it] })()"],
  ])("of depth: %s", async (_, expression) => {
    const value = await valueOf(`() => (${expression}, 1)`).catch(
      (error: unknown) => SpellError.from(error).code,
    );
    expect(["sandbox_limit", "code_error", 1]).toContain(value);
    const code = await valueOf(`() => ${expression}`).then(
      () => "none",
      (error: unknown) => SpellError.from(error).code,
    );
    expect(["sandbox_limit", "code_error", "none"]).toContain(code);
  });
});
