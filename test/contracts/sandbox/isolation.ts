/** What code can reach: its arguments, the language, and nothing of another call or of the host. */
import { describe, expect, test } from "vitest";
import { callsOn, label, type SandboxesUnderTest } from "./calls.ts";

/** What ECMAScript 2025 puts on the global object, with its annex B and without what is for several threads. */
const ecmaScript =
  `globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent
  encodeURI encodeURIComponent escape unescape AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView
  Date Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Int8Array Int16Array Int32Array Iterator
  Map Number Object Promise Proxy RangeError ReferenceError RegExp Set  String Symbol SyntaxError TypeError
  Uint8Array Uint8ClampedArray Uint16Array Uint32Array URIError WeakMap WeakRef WeakSet  JSON Math Reflect`.split(
    /\s+/,
  );
/** Ours, and the class of QuickJS's own errors. */
const additions = ["InternalError", "console"];

export function isolationContract(sandboxes: SandboxesUnderTest): void {
  describe("isolation", () => {
    const { failureOf, run, valueOf, shared } = callsOn(sandboxes.create());

    test("the global object holds what the language defines and a console, and no symbol of another", async () => {
      const names = (await valueOf("() => Object.getOwnPropertyNames(globalThis)")) as string[];
      expect(names.filter((name) => !ecmaScript.includes(name)).toSorted()).toEqual(additions);
      expect(names.length).toBeGreaterThan(60);
      expect(await valueOf("() => Object.getOwnPropertySymbols(globalThis).map(String)")).toEqual([
        "Symbol(Symbol.toStringTag)",
      ]);
    });

    test.each(
      "fetch setTimeout setInterval queueMicrotask process require Buffer WebSocket Request Response caches crypto self WebAssembly performance navigator std os print scriptArgs module exports SharedArrayBuffer Atomics".split(
        " ",
      ),
    )("there is no %s", async (name) => {
      expect(await valueOf(`() => typeof ${name}`)).toBe("undefined");
    });

    test("the global object has nothing else on its prototypes", async () => {
      const code = `() => {
    const names = [];
    for (let o = Object.getPrototypeOf(globalThis); o !== null; o = Object.getPrototypeOf(o)) names.push(o === Object.prototype);
    return names;
  }`;
      expect(await valueOf(code)).toEqual([true]);
    });

    test("every way to a constructor leads to the sandbox's own Function", async () => {
      const code = `(inputs) => {
    const ways = [inputs, [], "", 1, () => 1, async () => 1, function* () {}, console, console.log, JSON.stringify, Math.random, Date,
      new Error("x"), Promise.resolve(1), Symbol("x"), 1n, /x/, new Proxy(() => 1, {}), arguments => 1];
    const seen = new Set();
    for (const way of ways) {
      const make = way.constructor.constructor;
      seen.add(make);
      const inside = make("return this")();
      if (inside !== globalThis || typeof inside.fetch !== "undefined" || typeof inside.process !== "undefined") return String(way);
    }
    return seen.size === 1 && seen.has(Function);
  }`;
      expect(await valueOf(code, [{}])).toBe(true);
    });

    test("eval and Function work, inside", async () => {
      const code =
        "() => [eval('typeof fetch'), (0, eval)('this === globalThis'), new Function('a', 'return a * 2')(21)]";
      expect(await valueOf(code)).toEqual(["undefined", true, 42]);
    });

    test("nothing can be imported", async () => {
      for (const name of [
        "fs",
        "node:fs",
        "cloudflare:workers",
        "data:text/javascript,1",
        "./index.ts",
        "std",
        "os",
      ]) {
        const error = await failureOf(`async () => { await import(${JSON.stringify(name)}) }`);
        expect(error.code).toBe("code_error");
        expect(error.message).toMatch(/failed: ReferenceError: could not load module '/);
      }
    });

    test("the caller of a function is not to be had", async () => {
      const code = `function worker() {
    const found = [];
    for (const way of [() => worker.caller, () => arguments.callee.caller, () => worker.arguments, () => (function () { return this })().caller])
      try { found.push(typeof way()) } catch { found.push("threw") }
    return found;
  }`;
      for (const found of (await valueOf(code)) as string[]) expect(["undefined", "threw"]).toContain(found);
    });

    test("a stack names the code and the sandbox, and nothing of the host", async () => {
      const stack = (await valueOf("function worker() { return new Error('x').stack }")) as string;
      const places = [...stack.matchAll(/\(([^)]*)\)/g)].map(([, place]) => place!.replace(/[\d:]+$/, ""));
      expect(new Set(places)).toEqual(new Set(["code", "native", "sandbox"]));
    });

    test("what one call does to the built-ins is not seen by the next", async () => {
      const spoil = `() => {
    globalThis.left = 1;
    Object.prototype.polluted = true;
    Array.prototype.map = () => "spoilt";
    JSON.stringify = JSON.parse = () => "spoilt";
    Promise.prototype.then = () => { throw 1 };
    Math.random = () => 4;
    console.log = null;
    Object.freeze(Array.prototype);
    copyFn2 = 1;
    return [1].map((x) => x);
  }`;
      expect(await valueOf(spoil)).toBe("spoilt");
      const look = `async (inputs) => [await inputs.x, typeof left, typeof copyFn2, ({}).polluted === undefined, [1].map((x) => x + 1),
    JSON.stringify({}), Math.random() < 1, typeof console.log, Object.isFrozen(Array.prototype)]`;
      expect(await valueOf(look, [{ x: 1 }])).toEqual([
        1,
        "undefined",
        "undefined",
        true,
        [2],
        "{}",
        true,
        "function",
        false,
      ]);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });

    test("code that replaces built-ins cannot forge what the host reads", async () => {
      const code = `(() => {
    const evil = () => "not JSON";
    JSON.stringify = JSON.parse = String.prototype.slice = Reflect.apply = Object.freeze = Function.prototype.call = evil;
    Function.prototype.apply = Array.prototype[Symbol.iterator] = Promise.prototype.then = evil;
    globalThis.String = globalThis.Error = globalThis.Promise = evil;
    return async (inputs) => { console.log("a", { b: 1 }); await null; return inputs };
  })()`;
      expect(await run(code, [{ x: [1] }])).toEqual({
        value: { x: [1] },
        logs: [{ level: "log", text: 'a {"b":1}' }],
      });
    });

    test("code that spoils the engine's own lists only spoils its own call", async () => {
      const code = `() => {
    Object.defineProperty(Object.prototype, "0", { set() { throw new Error("set") } });
    return { a: [1] };
  }`;
      const error = await failureOf(code);
      expect(error.code).toBe("code_error");
      expect(error.message).toBe(`${label} failed: an error that cannot be described`);
    });

    test("a thrown text that looks like the sandbox's own report is only a text", async () => {
      const forged = JSON.stringify({ phase: "call", name: "InternalError", message: "out of memory" });
      const error = await failureOf(`() => { throw ${JSON.stringify(forged)} }`);
      expect(error.code).toBe("code_error");
      expect(error.message).toBe(`${label} failed: ${forged}`);
      expect((await failureOf(`(() => { throw ${JSON.stringify(forged)} })()`)).message).toBe(
        `${label} failed: ${forged}`,
      );
    });

    test("code that lets go of its console and seeds takes them from nobody", async () => {
      const letGo = `() => {
    delete globalThis.console; delete Math.random; globalThis.held = [];
    for (let i = 0; i < 1e4; i++) held.push({ i });
    held = null;
    return typeof console;
  }`;
      expect(await valueOf(letGo)).toBe("undefined");
      const { value, logs } = await run("() => { console.log('there'); return Math.random() < 1 }");
      expect([value, logs]).toEqual([true, [{ level: "log", text: "there" }]]);
    });

    test("the arguments of a call are not those of the one before", async () => {
      const code =
        "(inputs) => { const before = globalThis.kept; globalThis.kept = inputs; return [inputs.n, before ?? null] }";
      for (const n of [1, 2, 3]) expect(await valueOf(code, [{ n }])).toEqual([n, null]);
    });

    test("calls at the same time do not mix", async () => {
      const code = "async (n) => { for (let i = 0; i < n; i++) await null; console.log(n); return n }";
      const results = await Promise.all(
        [5, 1, 3, 0, 4].map(async (n) => shared.call({ code, args: [n], label })),
      );
      expect(results.map(({ value, logs }) => [value, logs[0]!.text])).toEqual([
        [5, "5"],
        [1, "1"],
        [3, "3"],
        [0, "0"],
        [4, "4"],
      ]);
    });
  });
}
