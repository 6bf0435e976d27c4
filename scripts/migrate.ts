/** Brings a local database to the newest schema, with the table that `wrangler d1 migrations` keeps of what was applied. */
import type { Miniflare } from "miniflare";
import type { Migration } from "./build-worker.ts";

type Database = Awaited<ReturnType<Miniflare["getD1Database"]>>;

const createTable = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies those of `migrations` that the database has not seen, each in one transaction with its name. */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<void> {
  const [, applied] = await database.batch<{ name: string }>([
    database.prepare(createTable),
    database.prepare("SELECT name FROM d1_migrations"),
  ]);
  const done = new Set(applied?.results.map(({ name }) => name));
  for (const { name, statements } of migrations) {
    if (done.has(name)) continue;
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}
