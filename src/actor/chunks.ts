/**
 * Texts of any length in rows. A row of more than 2 MB is refused by the deployed database and accepted by the local
 * one, so the split is ours: https://developers.cloudflare.com/durable-objects/platform/limits/
 */

/** UTF-16 units a row: at most 3 bytes each, so below 1 MB. */
const chunkLength = 256 * 1024;

export class Chunks {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Keeps `text` under `id`, in place of what was there. */
  put(id: string, runId: string, text: string): void {
    this.remove(id);
    let place = 0;
    for (let from = 0; from < text.length || place === 0; place++) {
      let to = Math.min(text.length, from + chunkLength);
      // A pair of surrogates cut in two would not survive UTF-8.
      if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to -= 1;
      this.#sql.exec(
        "INSERT INTO chunks (id, place, run_id, body) VALUES (?, ?, ?, ?)",
        id,
        place,
        runId,
        text.slice(from, to),
      );
      from = to;
    }
  }

  /** The text, or null; with `runId` only if it belongs to that run. */
  get(id: string, runId?: string): string | null {
    const rows = this.#sql
      .exec<{ body: string; run_id: string }>(
        "SELECT body, run_id FROM chunks WHERE id = ? ORDER BY place",
        id,
      )
      .toArray();
    if (rows.length === 0 || (runId !== undefined && rows[0]?.run_id !== runId)) return null;
    return rows.map((row) => row.body).join("");
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM chunks WHERE id = ?", id);
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd8_00 && unit <= 0xdb_ff;
