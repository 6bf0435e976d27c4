/** The documentation as a reader uses it: every command of every page is run, in order; code compiles; links lead somewhere. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/project.ts";
import { Trial } from "../../scripts/trial.ts";
import { type Block, commandsOf, isAsShown, readPages } from "../helpers/docs-pages.ts";
import { furnish, runBlocks, type ShellOptions, write } from "../helpers/docs-shell.ts";

const pages = readPages();
const dirs: string[] = [];
let trial: Trial;
let server: Awaited<ReturnType<Trial["start"]>>;
beforeAll(async () => {
  trial = await Trial.begin();
  server = await trial.start();
});
afterAll(async () => {
  await server?.stop();
  trial?.end();
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "spell-docs-"));
  dirs.push(dir);
  return dir;
}

const options = (dir: string, project: string): ShellOptions => ({
  dir,
  project,
  host: new URL(server.url).host,
  environment: { DATA_DIR: trial.dataDir },
  started: server.said(),
});

const isRun = ({ language, skip }: Block): boolean => language === "console" && skip === undefined;

describe("every command of the page", () => {
  const component = "writing-a-component.md";
  const withCommands = pages.filter(({ file, blocks }) => file !== component && blocks.some(isRun));

  it.each(withCommands.map(({ file, blocks }) => [file, blocks] as const))(
    "%s does what the page says",
    async (_, blocks) => {
      const dir = folder();
      furnish(dir);
      const { count, faults } = await runBlocks(blocks, options(dir, inProject()));
      expect(faults.join("\n\n")).toBe("");
      expect(count).toBe(blocks.filter(isRun).flatMap(commandsOf).length);
    },
  );

  it("of a new component is followed to its end: the file, its place in the catalogue, its test, a spell", async () => {
    const copy = copyOfProject();
    const blocks = pages.find(({ file }) => file === component)?.blocks ?? [];
    for (const { title = "", text, language } of blocks)
      if (language === "diff") insert(join(copy, title), text);
    const { count, faults } = await runBlocks(blocks, options(copy, copy));
    expect(faults.join("\n\n")).toBe("");
    expect(count).toBe(2);
    const own = blocks.flatMap(({ title, language }) =>
      language === "ts" && title !== undefined ? [title] : [],
    );
    expect(compile(copy, { extends: "./tsconfig.json", include: own })).toBe("");
  });

  it("is left out for want of an account, of Docker or of a program alone", () => {
    const skipped = pages.flatMap(({ file, blocks }) =>
      blocks.filter(({ skip }) => skip !== undefined).map(({ skip }) => `${file}: ${skip}`),
    );
    expect(skipped.toSorted()).toEqual([
      "backup.md: needs an account",
      "backup.md: needs the program sqlite3",
      "backup.md: stops the server that the other commands ask",
      "cloudflare.md: needs an account",
      "cloudflare.md: needs an account",
      "cloudflare.md: needs an account",
      "cloudflare.md: needs an account",
      "quick-start.md: the tests run where this has been done",
      "self-hosting.md: needs Docker",
      "self-hosting.md: the smoke test does it in a folder of its own, as the Dockerfile says it",
      "upgrading.md: changes the clone that the tests run in",
    ]);
  });
});

describe("code of the pages", () => {
  it("compiles against the packages that it names", () => {
    // Below the project, whose packages are found from there.
    const dir = mkdtempSync(inProject("dist/docs-types-"));
    dirs.push(dir);
    const blocks = pages
      .filter(({ file }) => file !== "writing-a-component.md")
      .flatMap((page) => page.blocks.map((block) => ({ ...block, file: page.file })))
      .filter(({ language }) => language === "ts" || language === "tsx");
    expect(blocks.length).toBeGreaterThan(4);
    for (const [i, { file, language, before, text }] of blocks.entries())
      write(join(dir, `${file.replace(".md", "")}-${i}.${language}`), `${before}\n${text}\nexport {};\n`);
    const client = inProject("client");
    const result = compile(dir, {
      extends: inProject("tsconfig.base.json"),
      compilerOptions: {
        types: ["node"],
        lib: ["ES2024", "DOM"],
        jsx: "react-jsx",
        // Names that a reader goes on to use.
        noUnusedLocals: false,
        paths: {
          "spellrunner/client": [`${client}/lib/index.ts`],
          "spellrunner/react": [`${client}/react/index.ts`],
          "spellrunner/rete": [`${client}/rete/index.ts`],
        },
      },
      include: ["*.ts", "*.tsx"],
    });
    expect(result).toBe("");
  });

  it("is JSON where it says so", () => {
    for (const { blocks } of pages)
      for (const { language, text } of blocks)
        if (language === "json") expect(() => JSON.parse(text) as unknown).not.toThrow();
  });
});

describe("what a page shows of an output", () => {
  it.each([
    ["the same", ["a", "b"], "a\nb\n", true],
    ["another line", ["a"], "b\n", false],
    ["a line too many", ["a"], "a\nb\n", false],
    ["any lines for a line of dots", ["a", "…", "d"], "a\nb\nc\nd\n", true],
    ["nothing for a line of dots", ["a", "…"], "a\n", true],
    ["any text for dots within a line", ['{"id":"…"}'], '{"id":"123"}\n', true],
    ["signs that mean something to patterns", ["a.c (x)"], "abc (x)\n", false],
    ["another time", ["done in 3 ms"], "done in 12.5 ms\n", true],
    ["wider columns", ["a b"], "a    b\n", true],
  ])("fits %s or does not", (_, printed, said, fits) => {
    expect(isAsShown(printed, said)).toBe(fits);
  });
});

/** What is needed to add a component: no history, no data, and the packages by a link. */
function copyOfProject(): string {
  const dir = folder();
  const parts = ["client", "examples", "scripts", "src", "test/helpers", "test/nodes"];
  const files = ["package.json", "package-lock.json", "wrangler.toml", "vitest.config.ts"];
  for (const name of [...parts, ...files, "tsconfig.json", "tsconfig.base.json", "tsconfig.node.json"])
    cpSync(inProject(name), join(dir, name), { recursive: true });
  mkdirSync(join(dir, "docs/site"), { recursive: true });
  symlinkSync(inProject("node_modules"), join(dir, "node_modules"));
  return dir;
}

/** Puts the lines with a plus behind the line that stands before them, which must be there once. */
function insert(path: string, diff: string): void {
  let text = readFileSync(path, "utf8");
  let place = "";
  for (const line of diff.trimEnd().split("\n")) {
    const content = `${line.slice(1)}\n`;
    if (line.startsWith("+")) {
      expect(text.split(place).length, `${place.trim()} in ${path}`).toBe(2);
      text = text.replace(place, () => place + content);
      place += content;
    } else place = content;
  }
  writeFileSync(path, text);
}

/** What the compiler has to say. */
function compile(dir: string, config: unknown): string {
  writeFileSync(join(dir, "tsconfig.docs.json"), JSON.stringify(config));
  const tsc = inProject("node_modules/.bin/tsc");
  return spawnSync(tsc, ["-p", join(dir, "tsconfig.docs.json")], { encoding: "utf8" }).stdout;
}
