/** Settings of the local server and the CLI, from the environment and from `.env`; the environment wins. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { SpellError } from "../src/protocol/errors.ts";
import { inProject, projectDir } from "./project.ts";

export interface Settings {
  dataDir: string;
  host: string;
  port: number;
  /** What the Worker gets: keys of providers, where tokens come from, allowed origins. */
  vars: Record<string, string>;
}

const forTheWorker =
  /^(?:ADMIN_TOKEN|(?:AUTH|OPENAI|ANTHROPIC|AI21|HUGGINGFACE|WEAVIATE|DISCORD|TELEGRAM|EXA|BRAVE|SEARXNG)_[A-Z0-9_]+|COMPLETION_MODELS|ALLOWED_ORIGINS|PUBLIC_URL|SECRETS_KEY(?:_OLD)?|HTTP_(?:ALLOWED|BLOCKED)_HOSTS|USER_MAX_[A-Z_]+|RATE_LIMITS)$/;

/** @throws SpellError `not_configured` for a setting that cannot be */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  // A variable set to nothing counts as not set, so it does not hide what .env says.
  const given = Object.entries({ ...readDotEnv(), ...withoutEmpty(environment) });
  const all = new Map(
    given.filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );
  return {
    dataDir: resolve(projectDir, all.get("DATA_DIR") ?? ".data"),
    host: all.get("HOST") ?? "127.0.0.1",
    port: portOf(all.get("PORT") ?? "8787"),
    vars: Object.fromEntries([...all].filter(([name]) => forTheWorker.test(name))),
  };
}

const withoutEmpty = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));

function readDotEnv(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(inProject(".env"), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new SpellError("not_configured", `PORT must be a number from 0 to 65535, but is "${text}".`);
}
