/**
 * Which model a request gets, and over which endpoint.
 *
 * Old spells name engines that no provider serves any more. The table below gives each a present model; the operator's
 * COMPLETION_MODELS is laid over it. A name in neither passes unchanged. Three keys stand for a request without a model:
 * `*` for prompts and chats, `*chat` and `*embed` for that style alone.
 */
import type { CompletionSettings } from "./settings.ts";

export type RequestStyle = "prompt" | "chat" | "embed";

export interface ModelChoice {
  model: string;
  /** Whether a prompt has to travel as the one message of a chat. */
  asChat: boolean;
}

/** In front of a model in COMPLETION_MODELS: it answers chats only, prompts reach it as one message of the user. */
const chatMark = "chat:";

/**
 * OpenAI itself serves no model at `/completions` since 2026-09-28, when gpt-3.5-turbo-instruct, babbage-002 and davinci-002
 * ended (https://developers.openai.com/api/docs/deprecations). Every other server that speaks its protocol still does.
 */
const chatOnlyHosts: ReadonlySet<string> = new Set(["api.openai.com"]);

const instruct = "gpt-3.5-turbo-instruct";
/** Still takes max_tokens, stop and the penalties, which the reasoning models refuse. Ends at OpenAI on 2027-01-14. */
const chat = "gpt-4.1-mini";
const embedding = "text-embedding-3-small";

const oldEngines: readonly string[] = [
  // Thoth's names for Latitude's engines.
  "vanilla-jumbo vanilla-davinci vanilla-curie vanilla-babbage vanilla-ada aid-jumbo",
  // OpenAI's, base and instructed.
  "davinci curie babbage ada davinci-instruct-beta curie-instruct-beta davinci-002 babbage-002",
  "text-davinci-001 text-davinci-002 text-davinci-003 text-curie-001 text-babbage-001 text-ada-001",
  "code-davinci-002 code-cushman-001",
  // Of the providers that Magick's server knew beside OpenAI: CoreWeave, Forefront, AI21, Hugging Face.
  "gpt-j gpt-j-6b gpt-neo gpt-neo-20b gpt-neox-20b gpt-2 j1-jumbo j1-large",
].flatMap((family) => family.split(" "));

const builtIn: Readonly<Record<string, string>> = {
  ...Object.fromEntries(oldEngines.map((name) => [name, instruct])),
  "*": instruct,
  "*chat": chat,
  "*embed": embedding,
};

/** At OpenAI the old names mean chat models, and so do the chat models that ended there on 2026-10-23. */
const builtInAtOpenAi: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...oldEngines, instruct].map((name) => [name, chat])),
  "gpt-3.5-turbo": chat,
  "gpt-3.5-turbo-0301": chat,
  "gpt-3.5-turbo-0613": chat,
  "gpt-3.5-turbo-16k": chat,
  "gpt-4": "gpt-4.1",
  "gpt-4-0314": "gpt-4.1",
  "gpt-4-32k": "gpt-4.1",
  "*": chat,
  "*chat": chat,
  "*embed": embedding,
};

/** The model for `asked` (undefined or empty: the default) in a request of this style. */
export function chooseModel(
  style: RequestStyle,
  asked: string | undefined,
  settings: Pick<CompletionSettings, "host" | "models">,
): ModelChoice {
  const isChatOnly = chatOnlyHosts.has(settings.host);
  const tables = [settings.models, isChatOnly ? builtInAtOpenAi : builtIn];
  const keys = asked === undefined || asked === "" ? defaultKeys[style] : [asked];
  // Table by table, so that the operator's `*` stands above the built-in `*chat`.
  const found = tables
    .flatMap((table) => keys.map((key) => lookUp(table, key)))
    .find((name) => name !== undefined);
  const name = found ?? asked ?? "";
  const isMarked = name.startsWith(chatMark);
  return { model: isMarked ? name.slice(chatMark.length) : name, asChat: isChatOnly || isMarked };
}

/** The operator's `*` is no embedding model, so it does not stand in for `*embed`. */
const defaultKeys: Readonly<Record<RequestStyle, readonly string[]>> = {
  prompt: ["*"],
  chat: ["*chat", "*"],
  embed: ["*embed"],
};

function lookUp(table: Readonly<Record<string, string>>, key: string): string | undefined {
  // A model may be called `constructor`: only the table's own keys count.
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
