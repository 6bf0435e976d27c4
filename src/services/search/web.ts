/** Search on the web: by Exa (Metaphor's name today), Brave, or a SearXNG of one's own; the first that is set. */
import * as z from "zod";
import { SpellError } from "../../protocol/errors.ts";
import type { SearchHit, SearchRequest } from "../../protocol/services.ts";
import { askProvider, jsonOf, type ProviderQuestion } from "../provider/ask-provider.ts";
import type { CallScope } from "../provider/call-scope.ts";

export interface WebSearchSettings {
  EXA_API_KEY?: string;
  EXA_BASE_URL?: string;
  BRAVE_API_KEY?: string;
  BRAVE_BASE_URL?: string;
  SEARXNG_URL?: string;
}

type Asked = Pick<SearchRequest, "query" | "limit">;
type Question = Omit<ProviderQuestion, "scope">;

interface Engine {
  /** Undefined where it is not set. */
  question(settings: WebSearchSettings, asked: Asked): Question | undefined;
  hitsOf(answer: unknown): SearchHit[] | undefined;
}

/** Characters of a passage. */
const maxText = 2000;
const text = z.string().nullish();

/** https://docs.exa.ai/reference/search */
const exaAnswer = z.object({
  results: z.array(z.object({ url: z.string(), title: text, text, score: z.number().nullish() })),
});
const exa: Engine = {
  question({ EXA_API_KEY: key, EXA_BASE_URL: base }, { query, limit }) {
    if (!key?.trim()) return undefined;
    return {
      url: `${addressOf("EXA_BASE_URL", base, "https://api.exa.ai")}/search`,
      headers: { "content-type": "application/json", "x-api-key": key.trim() },
      body: JSON.stringify({ query, numResults: limit, contents: { text: { maxCharacters: maxText } } }),
      hiddenKey: key.trim(),
      keySetting: "EXA_API_KEY",
      urlSetting: "EXA_BASE_URL",
    };
  },
  hitsOf: (answer) =>
    exaAnswer.safeParse(answer).data?.results.map(({ url, title, text: passage, score }) => ({
      url,
      title: title ?? "",
      text: passage ?? "",
      ...(score == null ? {} : { score }),
    })),
};

/** https://api-dashboard.search.brave.com/app/documentation/web-search/get-started */
const braveAnswer = z.object({
  web: z
    .object({ results: z.array(z.object({ url: z.string(), title: text, description: text })) })
    .nullish(),
});
const brave: Engine = {
  question({ BRAVE_API_KEY: key, BRAVE_BASE_URL: base }, asked) {
    if (!key?.trim()) return undefined;
    // It takes 400 characters and gives 20 pages at most.
    const query = new URLSearchParams({
      q: asked.query.slice(0, 400),
      count: String(Math.min(20, asked.limit)),
      text_decorations: "false",
    });
    return {
      url: `${addressOf("BRAVE_BASE_URL", base, "https://api.search.brave.com")}/res/v1/web/search?${query.toString()}`,
      method: "GET",
      headers: { accept: "application/json", "x-subscription-token": key.trim() },
      hiddenKey: key.trim(),
      keySetting: "BRAVE_API_KEY",
      urlSetting: "BRAVE_BASE_URL",
    };
  },
  hitsOf: (answer) => {
    const parsed = braveAnswer.safeParse(answer);
    return parsed.data === undefined
      ? undefined
      : (parsed.data.web?.results ?? []).map(({ url, title, description }) => ({
          url,
          title: title ?? "",
          text: description ?? "",
        }));
  },
};

/** https://docs.searxng.org/dev/search_api.html; its `json` format must be switched on. */
const searxngAnswer = z.object({
  results: z.array(z.object({ url: z.string(), title: text, content: text, score: z.number().nullish() })),
});
const searxng: Engine = {
  question({ SEARXNG_URL: base }, { query }) {
    if (!base?.trim()) return undefined;
    return {
      url: `${addressOf("SEARXNG_URL", base)}/search?${new URLSearchParams({ q: query, format: "json" }).toString()}`,
      method: "GET",
      headers: { accept: "application/json" },
      keySetting: "SEARXNG_URL",
      urlSetting: "SEARXNG_URL",
    };
  },
  hitsOf: (answer) =>
    searxngAnswer.safeParse(answer).data?.results.map(({ url, title, content, score }) => ({
      url,
      title: title ?? "",
      text: content ?? "",
      ...(score == null ? {} : { score }),
    })),
};

/** Without a slash at the end. @throws SpellError `not_configured` */
function addressOf(setting: string, given: string | undefined, otherwise = ""): string {
  const url = URL.parse(given?.trim() || otherwise);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "")
    return url.href.replace(/\/+$/, "");
  throw new SpellError(
    "not_configured",
    `search: ${setting} is no http or https address, or has a user name or a query.`,
  );
}

/** @throws SpellError `not_configured`, `provider_error`, `provider_timeout` */
export async function searchWeb(
  settings: WebSearchSettings,
  asked: Asked,
  scope: CallScope,
): Promise<SearchHit[]> {
  for (const engine of [exa, brave, searxng]) {
    const question = engine.question(settings, asked);
    if (question === undefined) continue;
    const { host } = new URL(question.url);
    const hits = engine.hitsOf(jsonOf(await askProvider({ ...question, scope }), host));
    if (hits === undefined)
      throw new SpellError(
        "provider_error",
        `search: ${host} answered with something that is no list of pages.`,
      );
    return hits
      .slice(0, asked.limit)
      .map((hit) => ({ ...hit, text: hit.text.slice(0, maxText).toWellFormed() }));
  }
  throw new SpellError(
    "not_configured",
    "search: no web search is set. Set EXA_API_KEY, BRAVE_API_KEY, or SEARXNG_URL.",
  );
}
