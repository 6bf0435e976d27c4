/** What is told of code that fails. */
import { describe, expect, test } from "vitest";
import { callsOn, label, type SandboxesUnderTest } from "./calls.ts";

export function errorsContract(sandboxes: SandboxesUnderTest): void {
  describe("errors", () => {
    const { failureOf } = callsOn(sandboxes.create());

    test.each([
      [
        "function worker() {\n\n  return ({}).a.b;\n}",
        "failed at line 3: TypeError: cannot read property 'b' of undefined",
      ],
      ["// one\n// two\n() => { throw new Error('boom') }", "failed at line 3: Error: boom"],
      [
        "function worker() {\n  const deep = () => {\n    throw new Error('deep');\n  };\n  [1].map(deep);\n}",
        "failed at line 3: Error: deep",
      ],
      [
        "function worker() {\n  return JSON.parse('{');\n}",
        "failed at line 2: SyntaxError: expecting property name",
      ],
      [
        "function worker() {\n  return eval('\\n\\n\\nnope');\n}",
        "failed at line 2: ReferenceError: 'nope' is not defined",
      ],
      [
        "function worker() {\n throw Object.assign(new Error('mine'), { name: 'MyError' })\n}",
        "failed at line 2: MyError: mine",
      ],
      ["() => { throw 'text' }", "failed: text"],
      ["() => { throw { reason: 1 } }", 'failed: {"reason":1}'],
      ["() => { throw null }", "failed: null"],
      ["() => { throw undefined }", "failed: undefined"],
      ["() => { throw new Error() }", "failed at line 1: Error"],
      ["() => { throw new Proxy({}, { get() { throw 1 } }) }", "failed: [object]"],
    ])("what %j throws is told with its name, message and line", async (code, message) => {
      const error = await failureOf(code);
      expect(error.code).toBe("code_error");
      expect(error.message).toBe(`${label} ${message}`);
    });

    test("a message holds no stack, no path and no name of the sandbox's own code", async () => {
      const error = await failureOf("function worker() { throw new Error('boom') }");
      expect(error.message).not.toMatch(/\bat \w+ \(|\.ts|\.wasm|\/|copyFn|sandbox:/);
    });

    test("a stack that the code makes up cannot name a line that is not there", async () => {
      const error = await failureOf(
        "() => { throw Object.assign(new Error('x'), { stack: '    at code:9999:1' }) }",
      );
      expect(error.message).toBe(`${label} failed at line 1: Error: x`);
    });

    test("an endless message is cut", async () => {
      const error = await failureOf("() => { throw new Error('x'.repeat(1e6)) }");
      expect(error.message.length).toBeLessThan(3000);
    });
  });
}
