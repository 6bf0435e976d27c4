/** The JavaScript that runs inside QuickJS before the user's code: console, randomness, arguments, and the way out for results. */

/** Names under which the two sources appear in stacks inside the sandbox; only lines of `codeFile` are shown to users. */
export const preludeFile = "sandbox";
export const codeFile = "code";

/** What `run` throws or rejects with, as JSON text. */
export interface Complaint {
  /** `function` where there was none, `call` while it ran, `result` while its value was turned into JSON. */
  phase: "function" | "call" | "result";
  name?: string;
  message: string;
  stack?: string;
}

/**
 * A function of `write(level, json)`, which says whether more output is wanted. It gives three: `begin(json)` takes a call's
 * `[arguments, four seeds, bytes of output]`; `run(work)` gives the JSON text of what `work` returns, or a Promise of it;
 * `describe(error, phase)` gives a complaint.
 *
 * It runs first, so that everything it needs is out of reach before foreign code can replace a built-in: afterwards that
 * code can only spoil its own result. Math.random is replaced because QuickJS seeds it from the clock: while that stands
 * still, every call would draw the same numbers.
 */
export const prelude = `(function (write) {
"use strict";
const { parse, stringify } = JSON;
const { freeze, defineProperty } = Object;
const { apply } = Reflect;
const { slice } = String.prototype;
const text = String;
const ErrorClass = Error;

let args, s0, s1, s2, s3, logRoom;
const begin = (json) => {
  [args, s0, s1, s2, s3, logRoom] = parse(json, (key, value) => freeze(value));
};

const cut = (value, length) => (value.length > length ? apply(slice, value, [0, length]) : value);

const show = (value) => {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return text(value);
  try {
    if (value instanceof ErrorClass) return text(value);
    const json = stringify(value);
    if (typeof json === "string") return json;
  } catch {}
  try {
    return text(value);
  } catch {
    return "[object]";
  }
};

let wanted = true;
const logger = (level) => (...values) => {
  if (!wanted) return;
  let line = "";
  for (let i = 0; i < values.length; i++) line += (i === 0 ? "" : " ") + show(values[i]);
  wanted = write(level, stringify(cut(line, logRoom + 1)));
};
const hidden = (target, key, value) =>
  defineProperty(target, key, { __proto__: null, value, writable: true, configurable: true });
// QuickJS does not clear what a shared buffer grows by: what other calls had there could be read. And there is no thread to share with.
delete globalThis.SharedArrayBuffer;
delete globalThis.Atomics;
hidden(globalThis, "console", {
  debug: logger("debug"), log: logger("log"), info: logger("info"), warn: logger("warn"), error: logger("error"),
});

// xoshiro128++, two draws to fill the 53 bits of a number.
const draw = () => {
  const sum = (s0 + s3) | 0;
  const drawn = (((sum << 7) | (sum >>> 25)) + s0) >>> 0;
  const t = s1 << 9;
  s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3; s2 ^= t; s3 = (s3 << 11) | (s3 >>> 21);
  return drawn;
};
hidden(Math, "random", () => ((draw() >>> 5) * 67108864 + (draw() >>> 6)) / 9007199254740992);

const describe = (error, phase) => {
  const read = (key, length) => {
    try {
      const value = error[key];
      return typeof value === "string" ? cut(value, length) : undefined;
    } catch {
      return undefined;
    }
  };
  const isObject = typeof error === "function" || (typeof error === "object" && error !== null);
  return stringify({
    __proto__: null,
    phase,
    name: isObject ? read("name", 100) : undefined,
    message: (isObject ? read("message", 2000) : undefined) ?? cut(show(error), 2000),
    stack: isObject ? read("stack", 4000) : undefined,
  });
};

const settle = async (promise) => {
  let phase = "call";
  try {
    const value = await promise;
    phase = "result";
    return stringify(value);
  } catch (error) {
    throw describe(error, phase);
  }
};

const run = (work) => {
  let phase = "function";
  try {
    if (typeof work !== "function") throw typeof work;
    phase = "call";
    const value = apply(work, undefined, args);
    if (typeof value === "object" && value !== null && typeof value.then === "function") return settle(value);
    phase = "result";
    return stringify(value);
  } catch (error) {
    throw describe(error, phase);
  }
};
return { begin, run, describe };
})`;
