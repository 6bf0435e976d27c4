/** What code may be, and how it is called. */
import { describe, expect, test } from "vitest";
import { callsOn, label, type SandboxesUnderTest } from "./calls.ts";

export function codeContract(sandboxes: SandboxesUnderTest): void {
  describe("code", () => {
    const { failureOf, valueOf } = callsOn(sandboxes.create());

    test.each([
      ["a declaration", "function worker(inputs, data, state) { return inputs.x + data.y + state.z; }"],
      [
        "a declaration after comments and lines",
        "\n// adds\n/* all */\n\nfunction worker(i, d, s) { return i.x + d.y + s.z }",
      ],
      [
        "a declaration with a semicolon, spaces and a comment after it",
        "function f(i, d, s) { return i.x + d.y + s.z };  \n\n// end",
      ],
      ["an anonymous function", "function (i, d, s) { return i.x + d.y + s.z }"],
      ["an arrow", "(i, d, s) => i.x + d.y + s.z"],
      ["a function in parentheses", "(function named(i, d, s) { return i.x + d.y + s.z }) // end"],
      ["an async function", "async function worker(i, d, s) { return i.x + d.y + s.z }"],
      ["an async arrow that awaits", "async (i, d, s) => (await i.x) + (await Promise.resolve(d.y)) + s.z"],
      [
        "a declaration with a helper after it",
        "function worker(i, d, s) { return add(i.x, d.y, s.z) }\nfunction add(a, b, c) { return a + b + c }",
      ],
      ["an expression that gives a function", "((x) => (i, d, s) => x + i.x + d.y + s.z)(0)"],
    ])("code may be %s", async (_, code) => {
      expect(await valueOf(code, [{ x: 1 }, { y: 2 }, { z: 3 }])).toBe(6);
    });

    test.each([
      [
        "a number",
        "42",
        `${label} needs one function as its code, such as function worker(inputs) { return {}; }; it is of type number.`,
      ],
      ["nothing", "", /does not parse at line 1: SyntaxError: .*It needs one function/],
      ["a comment only", "// function worker() {}", /does not parse at line 1: SyntaxError/],
      [
        "a statement",
        "return inputs.x",
        /does not parse at line 1: SyntaxError: .*'return'.*It needs one function/,
      ],
      ["unfinished", "function worker() {\n  if (true) {\n", /does not parse at line 3: SyntaxError/],
      ["one brace too long", "function worker() {\n  return 1 }}", /does not parse at line 2: SyntaxError/],
      ["a module", "import x from 'y'; export default () => x", /does not parse at line 1: SyntaxError/],
      [
        "a class",
        "class Worker {}",
        /failed at line 1: TypeError: class constructors must be invoked with 'new'/,
      ],
      ["an unknown name", "worker", /failed at line 1: ReferenceError: 'worker' is not defined/],
    ])("code that is %s is a code_error that says so", async (_, code, message) => {
      const error = await failureOf(code);
      expect(error.code).toBe("code_error");
      expect(error.message).toMatch(message);
      expect(error.message).toContain(label);
    });

    test("`this` is the global object in sloppy code, as it was for a function that is called by its name", async () => {
      expect(await valueOf("function () { return this === globalThis }")).toBe(true);
    });
  });
}
