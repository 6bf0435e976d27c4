/** The search service: words in the user's documents, or on the web. */
import * as z from "zod";
import type { ServiceCall } from "./call.ts";

export const searchRequest = z.strictObject({
  query: z.string().min(1).max(4000),
  in: z.enum(["documents", "web"]),
  /** Of documents. */
  type: z.string().max(2000).optional(),
  storeId: z.string().max(200).optional(),
  limit: z.number().int().positive().max(100),
});
export type SearchRequest = z.infer<typeof searchRequest>;

export const searchHit = z.object({
  /** Of a document. */
  id: z.string().optional(),
  /** Of a page. */
  url: z.string().optional(),
  title: z.string(),
  /** The document, or the passage of the page that answers. */
  text: z.string(),
  /** Higher is better; comparable within one answer alone. */
  score: z.number().optional(),
});
export type SearchHit = z.infer<typeof searchHit>;

export const searchResult = z.object({ results: z.array(searchHit) });
export type SearchResult = z.infer<typeof searchResult>;

export interface SearchService {
  /** Best first. Documents by BM25 of their words. */
  query(call: ServiceCall, request: SearchRequest): Promise<SearchResult>;
}
