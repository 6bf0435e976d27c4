import { describe, expect, it } from "vitest";
import { readOptions, valueOf } from "../../client/cli/options.ts";

const specs = {
  spell: { type: "positional" },
  input: { type: "string", valueHint: "key=text" },
  server: { type: "string", valueHint: "URL" },
  json: { type: "boolean" },
} as const;
const read = (...args: string[]) => readOptions(args, specs, ["input"]);

describe("reading a command's arguments", () => {
  it("takes values behind a blank or an equals sign, in any order", () => {
    const options = read("--server", "http://a", "file.json", "--json", "--input=a=b");
    expect(options.positionals).toEqual(["file.json"]);
    expect(valueOf(options, "server")).toBe("http://a");
    expect(options.values.get("input")).toEqual(["a=b"]);
    expect(options.flags.has("json")).toBe(true);
  });

  it("keeps every value of an option that may be repeated, in order", () => {
    expect(read("--input", "a=1", "--input", "b=2", "--input=a=3").values.get("input")).toEqual([
      "a=1",
      "b=2",
      "a=3",
    ]);
  });

  it("takes a value that begins with one dash, and an empty one", () => {
    expect(read("--input", "-x=1", "--input=").values.get("input")).toEqual(["-x=1", ""]);
  });

  it("takes all that follows two dashes as it stands", () => {
    expect(read("--", "--json").positionals).toEqual(["--json"]);
    expect(read("--", "--json").flags.size).toBe(0);
  });

  it("gives nothing for what is not there", () => {
    const options = read();
    expect(options.positionals).toEqual([]);
    expect(valueOf(options, "server")).toBeUndefined();
  });

  it.each([
    [["--inptu", "a=b"], /no option --inptu.*--input, --server, --json/],
    [["-i", "a=b"], /no option -i/],
    [["--spell", "x"], /no option --spell/],
    [["--constructor", "x"], /no option --constructor/],
    [["--input"], /--input needs a value.*`--input key=text`/],
    [["--server", "--json"], /--server needs a value/],
    [["--server", "a", "--server", "b"], /--server is given twice/],
    [["--json=yes"], /--json takes no value/],
    [["file.json", "a=b"], /"a=b" is one argument too many.*npm run spell -- run/],
  ])("refuses %j and says why", (args, message) => {
    expect(() => read(...args)).toThrow(
      expect.objectContaining({ code: "bad_request", message: expect.stringMatching(message) }),
    );
  });
});
