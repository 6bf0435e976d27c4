/** What the documents page asks the service. */
import type { Json, JsonObject, ServicePage, SpellrunnerClient } from "../../../lib/index.ts";
import type { DocumentFile, StoredDocument } from "../../../../src/protocol/services/documents.ts";
import type { SearchResult } from "../../../../src/protocol/services/search.ts";

export type { DocumentFile, StoredDocument };

/** A document in a list: its whole content, or the part that was found. */
export interface Listed {
  id: string;
  title: string;
  content: string;
  fileId?: string | undefined;
  date?: string | undefined;
}

export interface Shown {
  /** Words to look for in all documents; else those of `file`, else those of no file. */
  search: string;
  file: DocumentFile | null;
  skip: number;
}

export const perPage = 20;
/** As many as the search service gives. */
const maxHits = 100;
export const acceptedFiles = ".txt,.md,.html,.csv,.json,.jsonl,.ndjson,.pdf";

export const isUnderWay = ({ status }: DocumentFile): boolean => status === "reading" || status === "storing";

export function findFiles(client: SpellrunnerClient, skip: number): Promise<ServicePage<DocumentFile>> {
  const query = { $limit: perPage, $skip: skip, $sort: { createdAt: -1 } };
  return client.service("documents").call("findFiles", query);
}

export async function findDocuments(
  client: SpellrunnerClient,
  { search, file, skip }: Shown,
): Promise<ServicePage<Listed>> {
  if (search !== "") return findWords(client, search, skip);
  const query: JsonObject = { fileId: file?.id ?? null, $limit: perPage, $skip: skip };
  if (file === null) query.$sort = { date: -1 };
  const page = await client.service<StoredDocument>("documents").find(query);
  return { ...page, data: page.data.map(({ title = "", ...rest }) => ({ ...rest, title })) };
}

async function findWords(
  client: SpellrunnerClient,
  words: string,
  skip: number,
): Promise<ServicePage<Listed>> {
  const request: Record<string, Json> = { query: words, in: "documents", limit: maxHits };
  const { results } = await client.service("search").call<SearchResult>("query", request);
  const all = results.map(({ id = "", title, text }) => ({ id, title, content: text }));
  return { total: all.length, limit: perPage, skip, data: all.slice(skip, skip + perPage) };
}
