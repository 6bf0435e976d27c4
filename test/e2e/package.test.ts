/** What is published, as those who install it meet it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildClient, pageBytes } from "../../scripts/build-client.ts";
import { readPackages } from "../../scripts/packages.ts";
import { inProject } from "../../scripts/project.ts";

const node = (script: string, args: string[] = [], cwd = inProject(".")): string =>
  execFileSync(process.execPath, [script, ...args], { cwd, encoding: "utf8" });

let dir: string;
beforeAll(async () => {
  await buildClient();
  // Inside the project, where its own name leads to its exports.
  dir = mkdtempSync(inProject("dist/user-"));
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("a page that connects and replays loads less than 40 KB of gzip, and no zod", async () => {
  expect(await pageBytes()).toBeLessThan(40_000);
});

it("beside the page are the licences of all that it bundles, with their texts", () => {
  const text = readFileSync(inProject("dist/editor/licences.txt"), "utf8");
  const bundled = text.split(/^## /m).slice(1);
  const names = bundled.map((part) => part.slice(0, part.indexOf(" ")));
  expect(names).toEqual(expect.arrayContaining(["react", "react-dom", "@xyflow/react", "@codemirror/view"]));
  const shipped = new Set(readPackages().flatMap(({ isShipped, name }) => (isShipped ? [name] : [])));
  expect(names.filter((name) => !shipped.has(name))).toEqual([]);
  for (const part of bundled) expect(part).toMatch(/copyright/i);
  expect(readFileSync(inProject("dist/editor/docs/licences.txt"), "utf8")).toMatch(/copyright/i);
});

it("publint finds nothing wrong with the package", async () => {
  expect((await publint({ pkgDir: inProject("."), strict: true })).messages).toEqual([]);
});

it("its types are found by every way of resolving ES modules", () => {
  const told = node("node_modules/@arethetypeswrong/cli/dist/index.js", [
    "--pack",
    ".",
    "--profile",
    "esm-only",
  ]);
  // It exits with 1 where one of them fails.
  expect(told.match(/node16 \(from ESM\): 🟢/g)).toHaveLength(4);
  expect(told.match(/bundler: 🟢/g)).toHaveLength(4);
});

it("its types need no DOM and hold in strict TypeScript, its declarations checked too", () => {
  writeFileSync(
    join(dir, "user.ts"),
    `import { type Connection, consolePlugin, SpellrunnerClient } from "spellrunner/client";
     import { useSpell } from "spellrunner/react";
     import { reteV1 } from "spellrunner/rete";
     const client = new SpellrunnerClient({ url: "http://x", token: "t" });
     export const connection: Connection = client.connect("a", { plugins: [consolePlugin()] });
     connection.on("node.completed", ({ outputs }) => outputs);
     // @ts-expect-error there is no such event
     connection.on("node.done", () => {});
     export const used = [useSpell, reteV1];`,
  );
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2022"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
  };
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["user.ts"] }));
  const { stdout } = spawnSync(process.execPath, [inProject("node_modules/typescript/bin/tsc"), "-p", dir], {
    cwd: inProject("."),
    encoding: "utf8",
  });
  // Those of other packages, zod and React, are not ours to mend.
  const ours = stdout.split("\n").filter((line) => /^(dist|client|src)\//.test(line));
  expect(ours).toEqual([]);
});

it("is imported by its name, and brings neither React nor a DOM", () => {
  writeFileSync(
    join(dir, "user.js"),
    `const { SpellrunnerClient, runLocally } = await import("spellrunner/client");
     const { reteV1, reteV2 } = await import("spellrunner/rete");
     console.log([SpellrunnerClient, runLocally, reteV1.install, reteV2].map((each) => typeof each).join());`,
  );
  expect(node(join(dir, "user.js")).trim()).toBe("function,function,function,function");
});
