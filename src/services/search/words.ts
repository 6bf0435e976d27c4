/** Search among a user's documents by their words: FTS5, ranked by BM25. */
import { askD1 } from "../../db/d1-errors.ts";
import type { SearchHit, SearchRequest, StoredDocument } from "../../protocol/services.ts";

const maxWords = 64;
/** A title says more than as many words of the text. The first three columns say what may be seen, and nothing of the rank. */
const weights = "0.0, 0.0, 0.0, 4.0, 1.0";

/**
 * The documents that have one of the words or more, the best first.
 * @throws SpellError `overloaded`
 */
export async function searchDocuments(
  db: D1Database,
  userId: string,
  { query, type, storeId, limit }: Omit<SearchRequest, "in">,
): Promise<SearchHit[]> {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const match = [
    `owner:u${hexOf(userId)}`,
    ...(type === undefined ? [] : [`type:t${hexOf(type)}`]),
    ...(storeId === undefined ? [] : [`store:s${hexOf(storeId)}`]),
    `{title content}:(${words.map((word) => `"${word}"`).join(" OR ")})`,
  ].join(" AND ");
  const select = db
    .prepare(
      // The best are known before any row is read.
      `SELECT body, score FROM (
         SELECT rowid AS seq, -bm25(document_words, ${weights}) AS score FROM document_words
         WHERE document_words MATCH ?1 ORDER BY score DESC, rowid LIMIT ?3
       ) AS best JOIN documents USING (seq) WHERE documents.user_id = ?2 ORDER BY score DESC, seq`,
    )
    .bind(match, userId, limit);
  const { results } = await askD1(() => select.all<{ body: string; score: number }>());
  return results.map(({ body, score }) => hitOf(JSON.parse(body) as StoredDocument, score));
}

const hitOf = ({ id, title = "", content }: StoredDocument, score: number): SearchHit => ({
  id,
  title,
  text: content,
  score,
});

/** Letters and digits alone, so that no sign of the index's own language comes through. */
const wordsOf = (text: string): string[] =>
  [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, maxWords);

/** As the triggers of migration 0004 make a word of a value. */
const hexOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
