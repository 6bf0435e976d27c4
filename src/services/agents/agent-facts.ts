/** What an agent's actor knows of its agent, and of how it fares. */
import type { Agent, AgentStatus } from "../../protocol/services.ts";

interface Facts {
  userId: string;
  agent: Agent;
  handled: number;
  lastMessageAt: number;
  lastError: NonNullable<AgentStatus["lastError"]>;
}

export class AgentFacts {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
  }

  get<Name extends keyof Facts>(name: Name): Facts[Name] | undefined {
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name).toArray();
    return row === undefined ? undefined : (JSON.parse(row.value) as Facts[Name]);
  }

  set<Name extends keyof Facts>(name: Name, value: Facts[Name]): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, JSON.stringify(value));
  }
}
