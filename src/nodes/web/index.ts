import type { CatalogueEntry } from "../define.ts";
import { request } from "./request.ts";
import { rssGet } from "./rss-get.ts";
import { searchGoogle, searchMetaphor } from "./search.ts";
import { getWikipediaSummary, weaviateWikipediaSearch } from "./wikipedia.ts";

export const webComponents: CatalogueEntry[] = [
  request,
  rssGet,
  searchGoogle,
  searchMetaphor,
  getWikipediaSummary,
  weaviateWikipediaSearch,
];
