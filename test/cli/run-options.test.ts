import { describe, expect, it } from "vitest";
import { readOptions } from "../../client/cli/options.ts";
import { requestOf, runArgs, serverOf, sessionOf } from "../../client/cli/run-options.ts";

const read = (...args: string[]) => readOptions(args, runArgs, ["input"]);
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("the request of spell run", () => {
  it("has only what was said", () => {
    expect(requestOf(read("x.json"))).toEqual({ inputs: {} });
    expect(
      requestOf(
        read(
          "--input",
          "a=b",
          "--input",
          "n:=1",
          "--trigger",
          "go",
          "--state",
          '{"s": 1}',
          "--timeout",
          "50",
        ),
      ),
    ).toEqual({ inputs: { a: "b", n: 1 }, trigger: "go", state: { s: 1 }, timeoutMs: 50 });
  });

  it("takes no session that a server would refuse", () => {
    expect(sessionOf(read("--session", "main.2"))).toBe("main.2");
    expect(sessionOf(read())).toBeUndefined();
    expect(() => sessionOf(read("--session", "a b"))).toThrow(refusal("bad_request", /--session must be/));
  });
});

describe("the server of spell run", () => {
  const url = "http://127.0.0.1:8787";
  const environment = { SPELLRUNNER_URL: url, SPELLRUNNER_TOKEN: "t" };

  it("is none for a file, whatever the environment says", () => {
    expect(serverOf(read(), undefined, environment)).toBeUndefined();
  });

  it("is the one given, also for a file", () => {
    expect(serverOf(read("--server", url, "--token", "mine"), undefined, {})).toEqual({ url, token: "mine" });
    expect(serverOf(read("--server", "https://other"), "io", environment)).toEqual({
      url: "https://other",
      token: "t",
    });
  });

  it("is that of the environment for an id", () => {
    expect(serverOf(read(), "io", environment)).toEqual({ url, token: "t" });
  });

  it.each([
    ["an id without a server", [], "io", {}, "not_found", /no file io\. To run a stored spell by its id/],
    ["a file that is not there", [], "dir/io.json", {}, "not_found", /^There is no file dir\/io\.json\.$/],
    ["what can be no id", ["--server", url], "a b", environment, "not_found", /neither a file nor the id/],
    [
      "an address that is none",
      ["--server", "localhost:1"],
      "io",
      environment,
      "bad_request",
      /--server "localhost:1"/,
    ],
    [
      "such a one in the environment",
      [],
      "io",
      { SPELLRUNNER_URL: "x" },
      "bad_request",
      /SPELLRUNNER_URL "x"/,
    ],
    [
      "a server without a token",
      ["--server", url],
      "io",
      { SPELLRUNNER_TOKEN: "" },
      "bad_request",
      /needs a token/,
    ],
  ])("is refused for %s", (_what, args, id, given, code, message) => {
    expect(() => serverOf(read(...args), id, given)).toThrow(refusal(code, message));
  });
});
