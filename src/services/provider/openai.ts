/** Where OpenAI's protocol is spoken, for the services beside completion. */
import { SpellError } from "../../protocol/errors.ts";

export interface OpenAiSettings {
  /** Without a slash at the end. */
  baseUrl: string;
  apiKey: string | undefined;
}

/** @throws SpellError `not_configured` */
export function openAiSettingsOf(
  env: { OPENAI_API_KEY?: string; OPENAI_BASE_URL?: string },
  service: string,
): OpenAiSettings {
  const apiKey = env.OPENAI_API_KEY?.trim() || undefined;
  const baseUrl = env.OPENAI_BASE_URL?.trim() || undefined;
  if (apiKey === undefined && baseUrl === undefined)
    throw new SpellError(
      "not_configured",
      `${service}: no provider is set. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs no key.`,
    );
  const url = URL.parse(baseUrl ?? "https://api.openai.com/v1");
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new SpellError("not_configured", `${service}: OPENAI_BASE_URL is no http or https address.`);
  return { baseUrl: url.href.replace(/\/+$/, ""), apiKey };
}

/** What every question to it has in common. */
export const openAiQuestion = ({ baseUrl, apiKey }: OpenAiSettings, path: string) => ({
  url: `${baseUrl}${path}`,
  apiKey,
  keySetting: "OPENAI_API_KEY",
  urlSetting: "OPENAI_BASE_URL",
});
