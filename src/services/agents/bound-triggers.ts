/** The bindings of a running agent in its actor's SQLite: their addresses and when those with a clock are due. */
import { randomToken } from "../../platform/crypto.ts";
import type { AgentBinding } from "../../protocol/services.ts";
import { nextTime } from "./cron-times.ts";

/** One binding of an agent. */
export interface BoundTrigger {
  place: number;
  binding: AgentBinding;
  /** The credential in its address; only those that are called from outside have one. */
  token?: string;
  /** What a connector shows with each of its requests. */
  secret: string;
  nextAt?: number;
}

interface Row extends Record<string, SqlStorageValue> {
  place: number;
  binding: string;
  token: string | null;
  secret: string;
  next_at: number | null;
}

const hasAddress = ({ kind }: AgentBinding): boolean => kind === "webhook" || kind === "connector";

const isSame = (a: AgentBinding, b: AgentBinding): boolean => JSON.stringify(a) === JSON.stringify(b);
/** Another output or trigger of a webhook is no reason for another address. */
const isSameDoor = (a: AgentBinding, b: AgentBinding): boolean =>
  a.kind === b.kind && (a.kind !== "connector" || b.kind !== "connector" || a.connector === b.connector);

export class BoundTriggers {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS bindings (place INTEGER PRIMARY KEY, binding TEXT NOT NULL, token TEXT, secret TEXT NOT NULL, next_at INTEGER)",
    );
  }

  all(): BoundTrigger[] {
    return this.#sql.exec<Row>("SELECT * FROM bindings ORDER BY place").toArray().map(triggerOf);
  }

  /** Takes these in the place of those that there are. Addresses stay, and the times of schedules that are the same. */
  put(bindings: readonly AgentBinding[], now: number): void {
    const before = this.all();
    this.#sql.exec("DELETE FROM bindings");
    for (const [place, binding] of bindings.entries()) {
      const door = takeFirst(before, (one) => isSameDoor(one.binding, binding));
      const goesOn = door?.nextAt !== undefined && isSame(door.binding, binding) ? door.nextAt : undefined;
      const nextAt = binding.kind === "schedule" ? (goesOn ?? nextTime(binding, now)) : undefined;
      this.#sql.exec(
        "INSERT INTO bindings (place, binding, token, secret, next_at) VALUES (?, ?, ?, ?, ?)",
        place,
        JSON.stringify(binding),
        hasAddress(binding) ? (door?.token ?? randomToken(18)) : null,
        door?.secret ?? randomToken(24),
        nextAt ?? null,
      );
    }
  }

  /** Stops the clocks; addresses stay, should it be started again. */
  stop(): void {
    this.#sql.exec("UPDATE bindings SET next_at = NULL");
  }

  called(token: string): BoundTrigger | undefined {
    return this.all().find((one) => one.token === token);
  }

  /** When the next schedule is due, in ms since 1970. */
  nextAt(): number | undefined {
    const [row] = this.#sql.exec<{ at: number | null }>("SELECT min(next_at) AS at FROM bindings").toArray();
    return row?.at ?? undefined;
  }

  /** Fires the schedules whose time has come, each once however many of its times went by. In one turn with what `fire` writes. */
  fireDue(now: number, fire: (trigger: BoundTrigger, at: number) => void): void {
    for (const trigger of this.all()) {
      const { nextAt: at, binding, place } = trigger;
      if (at === undefined || at > now || binding.kind !== "schedule") continue;
      this.#sql.exec(
        "UPDATE bindings SET next_at = ? WHERE place = ?",
        nextTime(binding, now) ?? null,
        place,
      );
      fire(trigger, at);
    }
  }
}

function takeFirst<T>(list: T[], fits: (one: T) => boolean): T | undefined {
  const at = list.findIndex(fits);
  return at === -1 ? undefined : list.splice(at, 1)[0];
}

const triggerOf = ({ place, binding, token, secret, next_at: nextAt }: Row): BoundTrigger => ({
  place,
  binding: JSON.parse(binding) as AgentBinding,
  secret,
  ...(token === null ? {} : { token }),
  ...(nextAt === null ? {} : { nextAt }),
});
