/** Runs in Node before the tests: the servers that tests inside workerd, which cannot listen, talk to. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startOpenAiServer } from "./openai-server.ts";
import { toolReply } from "./openai-tools.ts";
import { startOutsideServer } from "./outside-server.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startOpenAiServer({
    // As the tests of the original engine had it mocked for their spells; the rest gets the usual answer.
    onRequest: ({ path, headers, body }) => {
      if (path.endsWith("/audio/speech"))
        return {
          status: 200,
          headers: { "content-type": "audio/mpeg" },
          body: `sound of ${JSON.stringify(body)}`,
        };
      if (path.endsWith("/audio/transcriptions"))
        return {
          status: 200,
          body: JSON.stringify({ text: `heard ${headers["content-type"]?.split(";")[0]} ${String(body)}` }),
        };
      if (path.endsWith("/images/generations"))
        return {
          status: 200,
          body: JSON.stringify({ data: [{ b64_json: "cG5n" }, { url: "https://images.test/1.png" }] }),
        };
      if (JSON.stringify(body).includes('"image_url"'))
        return { status: 200, body: JSON.stringify({ choices: [{ message: { content: "a cat" } }] }) };
      const scripted = path.endsWith("/chat/completions") ? toolReply(body) : undefined;
      if (scripted !== undefined) return scripted;
      return mocked.has(promptOf(body)) ? "completionresult" : undefined;
    },
  });
  const outside = await startOutsideServer();
  project.provide("outsideUrl", outside.url);
  project.provide("openAiUrl", server.url);
  project.provide("realSpells", readRealSpells());
  project.provide("realCatalogue", readRealCatalogue());
  project.provide("fuzz", { cases: numberIn("FUZZ_CASES"), seed: numberIn("FUZZ_SEED") });
  return async () => {
    await Promise.all([server.close(), outside.close()]);
  };
}

const mocked = new Set(["textprompt", "Generate"]);

const promptOf = (body: unknown): string => {
  const prompt = (body as { prompt?: unknown } | null)?.prompt;
  return typeof prompt === "string" ? prompt : "";
};

const spellsFolder = (): string =>
  process.env.SPELLS_DIR ?? join(import.meta.dirname, "../../../shared/spells");

/** The real spells are kept beside the project and never in it; null where they are absent. */
function readRealSpells(): Record<string, string> | null {
  const folder = spellsFolder();
  if (!existsSync(join(folder, "manifest.json"))) {
    console.warn(
      `No real spells at ${folder}: their tests are skipped. Set SPELLS_DIR to the folder that has their manifest.json.`,
    );
    return null;
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** The list of every component that there ever was stands beside the folder of the real spells; null where it is absent. */
function readRealCatalogue(): string | null {
  const file = join(spellsFolder(), "../catalogue.json");
  if (existsSync(file)) return readFileSync(file, "utf8");
  console.warn(`No ${file}: the comparison of our components with it is skipped.`);
  return null;
}

function numberIn(name: string): number | null {
  const text = process.env[name];
  if (text === undefined || text === "") return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} is no whole number: ${text}`);
  return value;
}
