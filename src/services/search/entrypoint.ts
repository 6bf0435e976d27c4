/** The search service: words in the user's documents, or on the web. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { parseArgument } from "../../platform/parse-argument.ts";
import {
  searchRequest,
  type SearchRequest,
  type SearchResult,
  type SearchService,
  serviceCall,
  type ServiceCall,
} from "../../protocol/services.ts";
import { withinCall } from "../provider/call-scope.ts";
import { withOwnKeys } from "../provider/own-keys.ts";
import { searchWeb } from "./web.ts";
import { searchDocuments } from "./words.ts";

export class SearchEntrypoint extends WorkerEntrypoint<Env> implements SearchService {
  async query(call: ServiceCall, request: SearchRequest): Promise<SearchResult> {
    const checked = parseArgument("search", "call", serviceCall, call);
    const { userId } = checked;
    const { in: where, ...asked } = parseArgument("search", "request", searchRequest, request);
    if (where === "documents") return { results: await searchDocuments(this.env.DB, userId, asked) };
    const settings = await withOwnKeys(this.env, userId);
    return withinCall(checked, async (scope) => ({ results: await searchWeb(settings, asked, scope) }));
  }
}
