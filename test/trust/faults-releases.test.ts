/** Two releases at once, in Node: the record of RPC shapes, an old D1, and a client of another release. */
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { Inbox } from "../../client/lib/inbox.ts";
import { migrationsDir } from "../../scripts/project.ts";
import { changedMethods, parametersOf, presentMethods, recordedMethods } from "../../scripts/rpc-methods.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import { faultTable } from "../helpers/fault-table.ts";

const row = faultTable();

row(
  "An RPC method changes its shape",
  "it is written down in test/fixtures/rpc-shapes.ndjson (npm run rpc-shapes), or this fails",
  () => {
    expect(changedMethods()).toEqual([]);
    return presentMethods().size;
  },
);

row(
  "A caller of an earlier release calls a method of this one",
  "every method that was is there still, its parameters the same and in their places, new ones optional",
  () => {
    const present = presentMethods();
    let cases = 0;
    // Within a release the last line counts: the ones before were never deployed.
    const released = new Map(recordedMethods().map((one) => [`${one.method} ${one.release}`, one]));
    const recorded = [...released.values()].filter(
      ({ method, signature }) => signature.startsWith("(") && /(?:Rpc|Service)\./.test(method),
    );
    for (const { method, release, signature } of recorded) {
      cases += 1;
      const now = present.get(method);
      const broken = brokenBy(signature, now ?? "");
      expect([method, release, broken]).toEqual([method, release, null]);
    }
    expect(cases).toBeGreaterThan(60);
    return cases;
  },
);

/** Why a caller that knows `before` cannot call `now`; null where it can. */
function brokenBy(before: string, now: string): string | null {
  if (now === "") return "it is gone";
  const [then, today] = [parametersOf(before), parametersOf(now)];
  if (today.length < then.length) return "a parameter is gone";
  // A type that became wider is another text: whoever changes one says so by a line, and looks at what is below here.
  const nameOf = (parameter: string): string => parameter.replace(/\??:.*/s, "");
  for (const [i, parameter] of then.entries())
    if (nameOf(parameter) !== nameOf(today[i] ?? "")) return `parameter ${i + 1} is another one`;
  const added = today.slice(then.length).find((parameter) => !/^\w+\?:/.test(parameter));
  return added === undefined ? null : `the new parameter "${added}" is not optional`;
}

row(
  "The rule itself",
  "sees a lost method, a parameter that went, moved or came without being optional",
  () => {
    const before = "(call: ServiceCall, id: string, ask?: () => Promise<void>): Promise<Row>";
    expect(parametersOf(before)).toEqual(["call: ServiceCall", "id: string", "ask?: () => Promise<void>"]);
    expect(brokenBy(before, before)).toBeNull();
    expect(
      brokenBy(
        before,
        before.replace("ask?: () => Promise<void>)", "ask?: () => Promise<void>, more?: { a: number })"),
      ),
    ).toBeNull();
    const bad = [
      "",
      "(call: ServiceCall): Promise<Row>",
      "(id: string, call: ServiceCall, ask?: X): Promise<Row>",
      "(call: ServiceCall, id: string, ask?: X, must: string): Promise<Row>",
    ];
    for (const now of bad) expect([now, brokenBy(before, now)]).toEqual([now, expect.any(String)]);
    return bad.length + 2;
  },
);

// ── an old database ─────────────────────────────────────────────────────────────────────────────────────────

const migrations = readdirSync(migrationsDir)
  .filter((name) => name.endsWith(".sql"))
  .toSorted()
  .map((name) => ({ name, sql: readFileSync(`${migrationsDir}/${name}`, "utf8") }));

/** What a deployment had, as far as it had the table yet. */
const oldRows: [table: string, sql: string][] = [
  [
    "spells",
    "INSERT INTO spells (owner, id, name, search_text, version, first_version, created_at, updated_at) VALUES ('u', 's', 'n', 'n', 1, 1, 1, 1)",
  ],
  [
    "spell_versions",
    "INSERT INTO spell_versions (owner, id, version, document, created_at) VALUES ('u', 's', 1, '{}', 1)",
  ],
  ["entities", `INSERT INTO entities (user_id, id, body) VALUES ('u', 'e', '{"type":"t"}')`],
  ["events", `INSERT INTO events (user_id, id, body) VALUES ('u', 'v', '{"type":"t","channel":"c"}')`],
  [
    "agents",
    `INSERT INTO agents (user_id, id, body) VALUES ('u', 'a', '{"isRunning":true,"bindings":[{"kind":"event"}]}')`,
  ],
  [
    "documents",
    `INSERT INTO documents (user_id, id, body) VALUES ('u', 'd', '{"content":"words of old","fileId":"f"}')`,
  ],
  ["accounts", "INSERT INTO accounts (user_id, email, password, created_at) VALUES ('u', 'e@x', 'p', 1)"],
  [
    "api_keys",
    "INSERT INTO api_keys (hash, id, user_id, name, scopes, created_at) VALUES ('h', 'k', 'u', 'n', '[]', 1)",
  ],
  ["secrets", "INSERT INTO secrets (user_id, name, sealed, updated_at) VALUES ('u', 'N', 's', 1)"],
];

row(
  "A D1 of any earlier migration, with rows in it, meets the migrations that came since",
  "all apply, no row is lost, and generated columns and word indexes tell of the old rows, too",
  () => {
    let cases = 0;
    for (let had = 1; had <= migrations.length; had++) {
      const db = new DatabaseSync(":memory:");
      for (const { sql } of migrations.slice(0, had)) db.exec(sql);
      const tables = new Set(
        db
          .prepare("SELECT name FROM sqlite_master")
          .all()
          .map(({ name }) => String(name)),
      );
      const there = oldRows.filter(([table]) => tables.has(table));
      for (const [, sql] of there) db.exec(sql);
      for (const { name, sql } of migrations.slice(had)) {
        cases += 1;
        try {
          db.exec(sql);
        } catch (error) {
          throw new Error(`${name} does not apply after ${migrations[had - 1]?.name}`, { cause: error });
        }
      }
      for (const [table] of there)
        expect([table, db.prepare(`SELECT count(*) AS n FROM ${table}`).get()]).toEqual([table, { n: 1 }]);
      if (tables.has("agents")) expect(db.prepare("SELECT hears FROM agents").get()).toEqual({ hears: 1 });
      if (tables.has("documents")) {
        expect(db.prepare("SELECT fileId FROM documents").get()).toEqual({ fileId: "f" });
        expect(
          db.prepare("SELECT rowid FROM document_words WHERE document_words MATCH 'words'").all(),
        ).toHaveLength(1);
      }
      db.close();
    }
    return cases;
  },
);

// ── a client of another release ─────────────────────────────────────────────────────────────────────────────

function clientTold(messages: unknown[], lastSeq?: number): string[] {
  const told: string[] = [];
  const inbox = new Inbox(
    {
      event: ({ seq, type }) => told.push(`${seq} ${type}`),
      message: ({ type }) => told.push(type),
      welcomed: () => {},
      caughtUp: () => told.push("caught up"),
      skipped: () => told.push("skipped"),
      ack: () => {},
      fault: ({ code, message }) => told.push(`${code}: ${message.includes("same version")}`),
    },
    lastSeq,
  );
  for (const message of messages) inbox.take(JSON.stringify(message));
  return told;
}
const welcome = (protocolVersion: number, more = {}) => ({
  type: "welcome",
  protocolVersion,
  userId: "u",
  spell: { id: "s", version: 1 },
  session: "main",
  playing: false,
  lastSeq: 5,
  runs: [],
  ...more,
});
const known = (seq: number) => ({ type: "runner.played", seq, at: 1 });
const unknown = (seq: number) => ({ type: "runner.invented", seq, at: 1, what: {} });

row(
  "A client meets a server of another protocol version",
  "what it knows it takes, fields more are no fault, what it does not know is told as protocol_error and costs nothing else",
  () => {
    for (const version of [1, PROTOCOL_VERSION - 1, PROTOCOL_VERSION + 1, 99]) {
      expect(
        clientTold([
          welcome(version, { invented: { later: true } }),
          known(6),
          unknown(7),
          { type: "news" },
          { ...known(8), more: 1 },
        ]),
      ).toEqual([
        "caught up",
        "welcome",
        "6 runner.played",
        "protocol_error: true",
        "protocol_error: true",
        "8 runner.played",
      ]);
      // In a gap, too: the events around it are not lost, and the connection becomes live.
      expect(
        clientTold(
          [welcome(version), { type: "replay", events: [known(3), unknown(4), known(5)] }, known(6)],
          2,
        ),
      ).toEqual([
        "welcome",
        "protocol_error: true",
        "3 runner.played",
        "5 runner.played",
        "caught up",
        "replay",
        "6 runner.played",
      ]);
    }
    return 8;
  },
);

row(
  "A server is older than a field that the client needs",
  "a fault that asks for the same version, and no half-taken welcome",
  () => {
    const { lastSeq: _lastSeq, ...older } = welcome(PROTOCOL_VERSION);
    expect(clientTold([older])).toEqual(["protocol_error: true"]);
  },
);
