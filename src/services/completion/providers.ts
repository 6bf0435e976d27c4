/**
 * Which provider answers a model. OpenAI's protocol is spoken by all: Anthropic
 * (https://platform.claude.com/docs/en/api/openai-sdk) and AI21 (https://docs.ai21.com/reference/jamba-1-6-api-ref) take the models
 * that are theirs by name, where their keys are set; `@cf/…` are Workers AI's, where that is bound; everything else goes to the
 * server of OPENAI_….
 */
import { SpellError } from "../../protocol/errors.ts";
import { isWorkersAiModel, type WorkersAi, workersAiFor, workersAiHost } from "../provider/workers-ai.ts";
import { chooseModel, type ModelChoice, type RequestStyle } from "./models.ts";
import { type CompletionEnv, type CompletionSettings, parseModels, readSettings } from "./settings.ts";

export type ProvidersEnv = CompletionEnv & {
  ANTHROPIC_API_KEY?: string;
  ANTHROPIC_BASE_URL?: string;
  AI21_API_KEY?: string;
  AI21_BASE_URL?: string;
  AI?: WorkersAi;
};

interface Provider {
  name: string;
  key: "ANTHROPIC_API_KEY" | "AI21_API_KEY";
  url: "ANTHROPIC_BASE_URL" | "AI21_BASE_URL";
  baseUrl: string;
  models: RegExp;
  /** For a request without a model, or with an old name, where no other provider is configured. */
  model: string;
}

const providers: readonly Provider[] = [
  {
    name: "Anthropic",
    key: "ANTHROPIC_API_KEY",
    url: "ANTHROPIC_BASE_URL",
    baseUrl: "https://api.anthropic.com/v1",
    models: /^claude-/,
    model: "claude-haiku-4-5",
  },
  {
    name: "AI21",
    key: "AI21_API_KEY",
    url: "AI21_BASE_URL",
    baseUrl: "https://api.ai21.com/studio/v1",
    models: /^jamba-/,
    model: "jamba-mini",
  },
];

export interface Chosen extends ModelChoice {
  settings: CompletionSettings;
}

/** @throws SpellError `not_configured`, naming the setting that is missing or wrong */
export function chooseProvider(style: RequestStyle, asked: string | undefined, env: ProvidersEnv): Chosen {
  const models = parseModels(env.COMPLETION_MODELS);
  const hasOpenAi = isSet(env.OPENAI_API_KEY) || isSet(env.OPENAI_BASE_URL);
  const mapped = asked !== undefined && Object.hasOwn(models, asked) ? models[asked] : asked;
  const named = providers.find(({ models: own }) => mapped !== undefined && own.test(mapped));
  if (named !== undefined && isSet(env[named.key])) return theirs(style, named, mapped ?? "", env);
  const ai = workersAiFor(env, mapped);
  if (ai !== undefined && isWorkersAiModel(mapped)) return workersAi(ai, mapped ?? "");
  if (!hasOpenAi) {
    if (named !== undefined)
      throw new SpellError("not_configured", `The model "${mapped}" is ${named.name}'s. Set ${named.key}.`);
    const only = providers.find(({ key }) => isSet(env[key]));
    if (only !== undefined && style !== "embed") return theirs(style, only, only.model, env);
    if (env.AI !== undefined)
      return workersAi(env.AI, style === "embed" ? workersAiModels.embed : workersAiModels.chat);
    if (only !== undefined) return theirs(style, only, only.model, env);
  }
  const settings = readSettings(env);
  return { settings, ...chooseModel(style, asked, settings) };
}

/** For requests without a model, or with an old name, where nothing but the binding is there. */
const workersAiModels = {
  chat: "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
  embed: "@cf/baai/bge-base-en-v1.5",
};

function workersAi(ai: WorkersAi, model: string): Chosen {
  const settings = { baseUrl: "https://workers-ai.invalid", host: workersAiHost, models: {}, ai };
  return { settings, model, asChat: true };
}

function theirs(style: RequestStyle, provider: Provider, model: string, env: ProvidersEnv): Chosen {
  if (style === "embed")
    throw new SpellError(
      "not_configured",
      `${provider.name} makes no embeddings. Set OPENAI_API_KEY, or OPENAI_BASE_URL, for a server that does.`,
    );
  const settings = readSettings(
    { OPENAI_API_KEY: env[provider.key] ?? "", OPENAI_BASE_URL: env[provider.url] || provider.baseUrl },
    { key: provider.key, url: provider.url },
  );
  return { settings, model, asChat: true };
}

const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== "";
