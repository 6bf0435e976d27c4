/** The tables of the actors. Applied in their constructors, so before any request; each step runs once. */

export const runnerSteps = [
  `CREATE TABLE journal (
     first_seq INTEGER PRIMARY KEY,
     last_seq INTEGER NOT NULL,
     run_id TEXT NOT NULL,
     body TEXT NOT NULL
   );
   CREATE INDEX journal_runs ON journal (run_id, first_seq);
   CREATE TABLE runs (
     run_id TEXT PRIMARY KEY,
     status TEXT NOT NULL,
     first_seq INTEGER NOT NULL,
     started_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX runs_open ON runs (status) WHERE status IN ('queued', 'running', 'waiting');
   CREATE INDEX runs_order ON runs (first_seq);
   CREATE TABLE chunks (
     id TEXT NOT NULL,
     place INTEGER NOT NULL,
     run_id TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (id, place)
   ) WITHOUT ROWID;`,
  // What a run that was cut off needs to go on: its time, and, of one that is queued, how it was ordered (JSON).
  `ALTER TABLE runs ADD COLUMN deadline_at INTEGER;
   ALTER TABLE runs ADD COLUMN left_ms INTEGER;
   ALTER TABLE runs ADD COLUMN ordered TEXT;
   CREATE TABLE idempotency_keys (
     key TEXT PRIMARY KEY,
     run_id TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
   CREATE TABLE facts (
     name TEXT PRIMARY KEY,
     value INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX chunks_runs ON chunks (run_id);`,
  // A spell that is played: its sources, and what they fired and did not run yet; calls of webhooks that runs did not ask for yet,
  // and the key of all webhooks' addresses.
  `CREATE TABLE sources (
     node_id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     kind TEXT NOT NULL,
     spec TEXT NOT NULL,
     next_at INTEGER,
     fired INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE firings (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     run_id TEXT NOT NULL,
     source TEXT NOT NULL,
     value TEXT NOT NULL
   );
   CREATE TABLE callbacks (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     run_id TEXT NOT NULL,
     name TEXT NOT NULL,
     value TEXT NOT NULL
   );
   CREATE INDEX callbacks_runs ON callbacks (run_id);
   CREATE TABLE hook_keys (
     id TEXT PRIMARY KEY,
     secret TEXT NOT NULL
   ) WITHOUT ROWID;`,
  // A run that went through in one turn takes two rows and none of an index: its events, all in one row of the journal, are found by
  // the place that its row in `runs` tells, and runs are in order by their ids.
  `ALTER TABLE runs ADD COLUMN is_whole INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE journal ADD COLUMN is_part INTEGER NOT NULL DEFAULT 1;
   DROP INDEX runs_order;
   DROP INDEX journal_runs;
   CREATE INDEX journal_parts ON journal (run_id, first_seq) WHERE is_part = 1;`,
  // What was read of the spell, for the next start.
  `CREATE TABLE spell_copies (
     spell_id TEXT PRIMARY KEY,
     uses_others INTEGER NOT NULL,
     body TEXT NOT NULL
   ) WITHOUT ROWID;`,
];

export const managerSteps = [
  // The first managers had these without a count of steps.
  `CREATE TABLE IF NOT EXISTS runners (
     name TEXT PRIMARY KEY,
     spell_id TEXT NOT NULL,
     connections INTEGER NOT NULL DEFAULT 0,
     loaded_at INTEGER
   ) WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS tickets (
     hash TEXT PRIMARY KEY,
     token_expires_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;`,
  // Limits and usage: what each runner may, what it told last, and the sums by month.
  `ALTER TABLE runners ADD COLUMN playing INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE runners ADD COLUMN services TEXT NOT NULL DEFAULT '[]';
   CREATE TABLE leases (
     name TEXT PRIMARY KEY,
     runs INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE reports (
     name TEXT PRIMARY KEY,
     bytes INTEGER NOT NULL,
     runs INTEGER NOT NULL,
     nodes INTEGER NOT NULL,
     input_tokens INTEGER NOT NULL,
     output_tokens INTEGER NOT NULL,
     calls INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE months (
     month TEXT PRIMARY KEY,
     runs INTEGER NOT NULL,
     nodes INTEGER NOT NULL,
     input_tokens INTEGER NOT NULL,
     output_tokens INTEGER NOT NULL,
     calls INTEGER NOT NULL
   ) WITHOUT ROWID;`,
  // Runners, of whomever, of spells that this user has published.
  `CREATE TABLE guests (
     name TEXT PRIMARY KEY,
     spell_id TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX guests_spells ON guests (spell_id);`,
];

export function migrate(sql: SqlStorage, steps: readonly string[]): void {
  sql.exec("CREATE TABLE IF NOT EXISTS migrations (step INTEGER PRIMARY KEY)");
  const [row] = sql.exec<{ done: number }>("SELECT count(*) AS done FROM migrations").toArray();
  for (let step = row?.done ?? 0; step < steps.length; step++) {
    sql.exec(steps[step] as string);
    sql.exec("INSERT INTO migrations (step) VALUES (?)", step);
  }
}
