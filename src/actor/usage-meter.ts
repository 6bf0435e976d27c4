/**
 * What a runner's runs have used, counted from the journal itself: each row once, by a cursor that is written with the sums. So a
 * run writes nothing for it, and no crash counts twice or loses anything.
 */
import type { StampedEvent } from "../protocol/events.ts";
import type { Facts } from "./facts.ts";
import { tallyIn } from "./journal-rows.ts";
import { inPages } from "./pages.ts";

/** Sums since the runner began. */
export interface UsageSums {
  /** Runs that have ended. */
  runs: number;
  /** Nodes that completed. */
  nodes: number;
  inputTokens: number;
  outputTokens: number;
  /** Calls of providers. */
  calls: number;
}

const keys = ["runs", "nodes", "inputTokens", "outputTokens", "calls"] as const;
const factOf = (key: keyof UsageSums): string => `usage_${key}`;
const cursorFact = "usage_to";

/** Bytes of rows that are read in one go. */
const maxBytes = 4 * 1024 * 1024;

export interface UsageMeterOptions {
  storage: Pick<DurableObjectStorage, "sql" | "transactionSync">;
  facts: Facts;
}

export class UsageMeter {
  readonly #options: UsageMeterOptions;

  constructor(options: UsageMeterOptions) {
    this.#options = options;
  }

  /** Counts what is new, some of it at a time. True when there is more. Before anything of it is given up. */
  count(): boolean {
    return this.#options.storage.transactionSync(() => this.#count());
  }

  sums(): UsageSums {
    const { facts } = this.#options;
    return Object.fromEntries(keys.map((key) => [key, facts.get(factOf(key))])) as unknown as UsageSums;
  }

  #count(): boolean {
    const { storage, facts } = this.#options;
    const from = facts.get(cursorFact);
    const rows = inPages<{ last_seq: number; body: string }>((limit, last) =>
      storage.sql
        .exec<{ last_seq: number; body: string }>(
          "SELECT last_seq, body FROM journal WHERE first_seq > ? ORDER BY first_seq LIMIT ?",
          last?.last_seq ?? from,
          limit,
        )
        .toArray(),
    );
    const sums: UsageSums = { runs: 0, nodes: 0, inputTokens: 0, outputTokens: 0, calls: 0 };
    let to = from;
    let bytes = 0;
    let more = false;
    for (const { last_seq: lastSeq, body } of rows) {
      more = bytes >= maxBytes;
      if (more) break;
      const { visits, lines } = tallyIn(body);
      sums.nodes += visits;
      for (const line of lines) countLine(line, sums);
      bytes += body.length;
      to = lastSeq;
    }
    if (to === from) return false;
    for (const key of keys) facts.add(factOf(key), sums[key]);
    facts.set(cursorFact, to);
    return more;
  }
}

/** Looked at by its beginning, where the type is the first member behind the stamp; parsed only where it tells of a usage. */
function countLine(line: string, sums: UsageSums): void {
  const at = line.indexOf(typeMember) + typeMember.length;
  if (ends.some((end) => line.startsWith(end, at))) sums.runs += 1;
  if (!line.startsWith(completed, at)) return;
  sums.nodes += 1;
  if (!line.includes('"usage":', at)) return;
  const event = JSON.parse(line) as StampedEvent;
  if (event.type !== "node.completed" || event.usage === undefined) return;
  sums.inputTokens += event.usage.inputTokens ?? 0;
  sums.outputTokens += event.usage.outputTokens ?? 0;
  sums.calls += event.usage.calls ?? 0;
}

const typeMember = '"type":"';
const completed = 'node.completed"';
const ends = ["completed", "failed", "cancelled", "interrupted"].map((how) => `run.${how}"`);
