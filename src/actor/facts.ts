/** Single numbers that a runner must not forget, by name. */

export class Facts {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** 0 for one that was never set. */
  get(name: string): number {
    const [row] = this.#sql.exec<{ value: number }>("SELECT value FROM facts WHERE name = ?", name).toArray();
    return row?.value ?? 0;
  }

  set(name: string, value: number): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);
  }

  add(name: string, count: number): void {
    if (count > 0) this.set(name, this.get(name) + count);
  }
}
