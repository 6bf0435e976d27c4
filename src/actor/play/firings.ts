/** Firings of sources that wait for their turn, in their order. In rows, so that they outlive a restart; bounded in number and size. */
import { SpellError } from "../../protocol/errors.ts";
import type { PlaySettings } from "../../protocol/spell.ts";

export interface Firing {
  place: number;
  /** The id that its run will have. */
  runId: string;
  /** Of the source, as a run is told by which start it begins. */
  trigger: string;
  /** JSON of what it brings. */
  value: string;
}

/** UTF-16 units of one value: a row of theirs stays below 2 MB whatever the characters. */
export const maxValueLength = 512 * 1024;
/** UTF-16 units of all values that wait. */
const maxLength = 32 * 1024 * 1024;
const defaultMaxWaiting = 1000;

interface Row extends Record<string, SqlStorageValue> {
  place: number;
  run_id: string;
  source: string;
  value: string;
}

export class Firings {
  readonly #sql: SqlStorage;
  #count: number;
  #length: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const [row] = sql
      .exec<{ count: number; length: number }>(
        "SELECT count(*) AS count, coalesce(sum(length(value)), 0) AS length FROM firings",
      )
      .toArray();
    this.#count = row?.count ?? 0;
    this.#length = row?.length ?? 0;
  }

  get size(): number {
    return this.#count;
  }

  /**
   * Lets one wait. Gives the ids of those that were let go for it, its own among them where it was itself.
   * @throws SpellError `overloaded` when too much waits and the spell refuses what is more, `too_large`
   */
  put(firing: Omit<Firing, "place">, settings: PlaySettings | undefined): string[] {
    const { runId, trigger, value } = firing;
    if (value.length > maxValueLength)
      throw new SpellError(
        "too_large",
        `A source takes values of up to ${maxValueLength} characters of JSON; this one has ${value.length}.`,
      );
    const maxWaiting = settings?.maxWaiting ?? defaultMaxWaiting;
    const isFull = (): boolean => this.#count >= maxWaiting || this.#length + value.length > maxLength;
    const dropped: string[] = [];
    if (isFull()) {
      const whenFull = settings?.whenFull ?? "reject";
      if (whenFull === "reject")
        throw new SpellError(
          "overloaded",
          `${this.#count} firings wait already: the spell is slower than its sources. Send less, or set settings.play.`,
          { retryAfter: 1 },
        );
      if (whenFull === "drop-newest") return [runId];
      if (whenFull === "latest") dropped.push(...this.clear());
      while (isFull()) {
        const oldest = this.first();
        if (oldest === undefined) break;
        this.remove(oldest);
        dropped.push(oldest.runId);
      }
    }
    this.#sql.exec("INSERT INTO firings (run_id, source, value) VALUES (?, ?, ?)", runId, trigger, value);
    this.#count += 1;
    this.#length += value.length;
    return dropped;
  }

  /** The one whose turn it is. It stays until it is removed. */
  first(): Firing | undefined {
    if (this.#count === 0) return undefined;
    const [row] = this.#sql.exec<Row>("SELECT * FROM firings ORDER BY place LIMIT 1").toArray();
    return row === undefined
      ? undefined
      : { place: row.place, runId: row.run_id, trigger: row.source, value: row.value };
  }

  remove({ place, value }: Firing): void {
    this.#sql.exec("DELETE FROM firings WHERE place = ?", place);
    this.#count -= 1;
    this.#length -= value.length;
  }

  /** Lets all go; gives their ids. */
  clear(): string[] {
    if (this.#count === 0) return [];
    const rows = this.#sql.exec<{ run_id: string }>("DELETE FROM firings RETURNING run_id").toArray();
    this.#count = 0;
    this.#length = 0;
    return rows.map(({ run_id }) => run_id);
  }
}
