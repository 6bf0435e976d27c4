/** The search service: words in the user's documents. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  searchRequest,
  type SearchRequest,
  type SearchResult,
  type SearchService,
  serviceCall,
  type ServiceCall,
} from "../../protocol/services.ts";
import { searchDocuments } from "./words.ts";

export class SearchEntrypoint extends WorkerEntrypoint<Env> implements SearchService {
  async query(call: ServiceCall, request: SearchRequest): Promise<SearchResult> {
    const { userId } = parseArgument("search", "call", serviceCall, call);
    const { in: where, ...asked } = parseArgument("search", "request", searchRequest, request);
    if (where === "documents") return { results: await searchDocuments(this.env.DB, userId, asked) };
    throw new SpellError(
      "not_configured",
      "search: no web search is configured. Name a Worker that searches the web as SEARCH in wrangler.toml.",
    );
  }
}
