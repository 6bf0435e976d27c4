/** What the operator set for completions, read and checked once a call. */
import * as z from "zod";
import type { Env } from "../../env.ts";
import type { WorkersAi } from "../provider/workers-ai.ts";
import { SpellError } from "../../protocol/errors.ts";

export const openAiBaseUrl = "https://api.openai.com/v1";

export type CompletionEnv = Pick<Env, "OPENAI_API_KEY" | "OPENAI_BASE_URL" | "COMPLETION_MODELS">;

export interface CompletionSettings {
  /** Without a slash at the end. */
  baseUrl: string;
  /** Host and port, the only part of the address that messages show: the rest may hold a secret. */
  host: string;
  /** Absent for local servers, which need none. */
  apiKey?: string;
  /** The operator's own table of model names. */
  models: Readonly<Record<string, string>>;
  /** Asked in the place of the address. */
  ai?: WorkersAi;
  /** The settings' names, where they are not OPENAI_API_KEY and OPENAI_BASE_URL. */
  names?: SettingNames;
}

export interface SettingNames {
  key: string;
  url: string;
}
const openAiNames: SettingNames = { key: "OPENAI_API_KEY", url: "OPENAI_BASE_URL" };

const modelTable = z.record(z.string(), z.string().min(1));

/**
 * Reads the settings.
 * @throws SpellError `not_configured`, naming the setting that is missing or wrong
 */
export function readSettings(env: CompletionEnv, names?: SettingNames): CompletionSettings {
  const { key, url: urlName } = names ?? openAiNames;
  const apiKey = env.OPENAI_API_KEY?.trim() || undefined;
  const given = env.OPENAI_BASE_URL?.trim() || undefined;
  if (apiKey === undefined && given === undefined) {
    throw new SpellError(
      "not_configured",
      "No completion provider is set. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs no key.",
    );
  }
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new SpellError("not_configured", `${key} holds a character that no HTTP header may carry.`);
  }
  const url = parseBaseUrl(given ?? openAiBaseUrl, urlName, key);
  return {
    baseUrl: url.href.replace(/\/+$/, ""),
    host: url.host,
    ...(apiKey === undefined ? {} : { apiKey }),
    models: parseModels(env.COMPLETION_MODELS),
    ...(names === undefined ? {} : { names }),
  };
}

function parseBaseUrl(text: string, name: string, key: string): URL {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new SpellError(
      "not_configured",
      `${name} is no http or https address. It should look like http://127.0.0.1:8000/v1.`,
    );
  }
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw new SpellError(
      "not_configured",
      `${name} may hold no user name, password or query. Put the key into ${key}.`,
    );
  }
  return url;
}

/** @throws SpellError `not_configured` */
export function parseModels(text: string | undefined): Record<string, string> {
  if (text === undefined || text.trim() === "") return {};
  const expected = 'It should be a JSON object of model names, such as {"curie": "llama3"}.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SpellError("not_configured", `COMPLETION_MODELS is not valid JSON. ${expected}`);
  }
  const parsed = modelTable.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at "${issue.path.join(".")}"`;
  throw new SpellError(
    "not_configured",
    `COMPLETION_MODELS is wrong${where}: ${issue?.message}. ${expected}`,
  );
}
