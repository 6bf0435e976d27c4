/** The protocol's schemas as the text of a module of plain data. */
import { execFileSync } from "node:child_process";
import * as z from "zod";
import { serverMessage } from "../src/protocol/down.ts";
import { problem } from "../src/protocol/errors.ts";
import { eventPage } from "../src/protocol/events.ts";
import { publication } from "../src/protocol/publications.ts";
import { runnerDescription } from "../src/protocol/runners.ts";
import { run, runList, runResult } from "../src/protocol/runs.ts";
import { createdSpell, savedSpell, spellList, validation, versionList } from "../src/protocol/spell.ts";
import { clientMessage } from "../src/protocol/up.ts";
import { json } from "../src/protocol/values.ts";
import { inProject } from "./project.ts";

/** What is checked: messages in both directions, and the answers of HTTP but the documents, which only pass through. */
const checked = z.object({
  clientMessage,
  serverMessage,
  problem,
  run,
  runList,
  runResult,
  eventPage,
  savedSpell,
  createdSpell,
  spellList,
  versionList,
  validation,
  publication,
  runner: runnerDescription,
});

/** Where each is, and by what name where that is another. */
const modules: Record<string, Record<string, string>> = {
  down: { serverMessage: "serverMessage" },
  errors: { problem: "problem" },
  events: { eventPage: "eventPage" },
  publications: { publication: "publication" },
  runners: { runner: "runnerDescription" },
  runs: { run: "run", runList: "runList", runResult: "runResult" },
  spell: {
    savedSpell: "savedSpell",
    createdSpell: "createdSpell",
    spellList: "spellList",
    versionList: "versionList",
    validation: "validation",
  },
  up: { clientMessage: "clientMessage" },
};

function typeOf(name: string): string {
  const [module = "", names = {}] = Object.entries(modules).find(([, each]) => name in each) ?? [];
  return `ShapeOf<z.infer<typeof ${module}.${names[name]}>>`;
}

type Schema = { [key: string]: unknown };

/** Formatted as the file at `path` would be. */
export async function makeMessageShapes(path: string): Promise<string> {
  const { properties, $defs } = z.toJSONSchema(checked, {
    io: "input",
    reused: "ref",
    // What came out of JSON.parse is JSON: walking it would only cost time.
    override: ({ zodSchema, jsonSchema }) => {
      if ((zodSchema as unknown) === json) for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
    },
  }) as { properties: Schema; $defs: Schema };
  const imports = Object.keys(modules)
    .map((module) => `import type * as ${module} from "../../src/protocol/${module}.ts";\n`)
    .join("");
  const text = `/** Made of src/protocol by \`npm run shapes\`; not to be edited. The interpreter is in shape.ts. */
import type * as z from "zod";
${imports}import type { Shape, ShapeOf } from "./shape.ts";

export const defs: Readonly<Record<string, Shape>> = ${JSON.stringify(lean($defs))};

${Object.entries(properties)
  .map(([name, schema]) => `export const ${name}: ${typeOf(name)} = ${JSON.stringify(lean(schema))};`)
  .join("\n\n")}
`;
  return execFileSync(
    process.execPath,
    [inProject("node_modules/oxfmt/bin/oxfmt"), "--stdin-filepath", path],
    {
      input: text,
      encoding: "utf8",
    },
  );
}

/** Names of the references are theirs alone, and safe integers what \`integer\` means. */
function lean(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(lean);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
      if (Math.abs(value as number) === Number.MAX_SAFE_INTEGER) return [];
      if (key === "$ref") return [[key, String(value).replace("#/$defs/", "")]];
      if (key === "oneOf") return [["anyOf", lean(value)]];
      return [[key, lean(value)]];
    }),
  );
}
