/** Search among a user's documents by their words: FTS5, ranked by BM25. */
import { fromD1 } from "../../db/d1-errors.ts";
import type { SearchHit, SearchRequest, StoredDocument } from "../../protocol/services.ts";

const maxWords = 64;
/** A title says more than as many words of the text. The owner's column says who may see, and nothing of the rank. */
const weights = "0.0, 4.0, 1.0";

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
  const match = `owner:${ownerWord(userId)} AND {title content}:(${words.map((word) => `"${word}"`).join(" OR ")})`;
  try {
    const { results } = await db
      .prepare(
        `SELECT body, -bm25(document_words, ${weights}) AS score
         FROM document_words JOIN documents ON documents.seq = document_words.rowid
         WHERE document_words MATCH ?1 AND documents.user_id = ?2
           AND coalesce(body -> '$.isIncluded', 'true') <> 'false'
           AND (?3 IS NULL OR type = ?3) AND (?4 IS NULL OR storeId = ?4)
         ORDER BY score DESC, documents.seq LIMIT ?5`,
      )
      .bind(match, userId, type ?? null, storeId ?? null, limit)
      .all<{ body: string; score: number }>();
    return results.map(({ body, score }) => hitOf(JSON.parse(body) as StoredDocument, score));
  } catch (error) {
    throw fromD1(error);
  }
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

/** As the triggers of migration 0004 make it. */
const ownerWord = (userId: string): string =>
  `u${Array.from(new TextEncoder().encode(userId), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
