/** How long the nodes and runs of a runner took, from its journal; and the same of many runners as percentiles. */
import type { StampedEvent } from "../protocol/events.ts";
import type { Timing } from "../protocol/services.ts";
import { eventsIn, lastAtIn } from "./journal-rows.ts";
import { inPages } from "./pages.ts";

/** What one runner tells, by `kind name`. */
export interface TimingSamples {
  samples: Record<string, TimingSample>;
  /** Older rows were not looked at. */
  isPartial: boolean;
}

export interface TimingSample {
  kind: Timing["kind"];
  name: string;
  count: number;
  failures: number;
  /** The newest times, in ms. */
  ms: number[];
}

/** Bytes of rows that are read, the newest first. */
const maxBytes = 16 * 1024 * 1024;
const maxSamples = 1000;

/**
 * @param spellId whose runner it is
 * @param since ms since 1970
 */
export function timingSamples(sql: SqlStorage, spellId: string, since: number): TimingSamples {
  const samples = new Map<string, TimingSample>();
  /** Who a node asked; a failure does not tell. */
  const providers = new Map<string, string>();
  /** Nodes whose provider has failed, once for each time. */
  const asked: string[] = [];
  const note = (kind: Timing["kind"], name: string, ms: number, hasFailed: boolean): void => {
    const key = `${kind} ${name}`;
    let sample = samples.get(key);
    if (sample === undefined) samples.set(key, (sample = { kind, name, count: 0, failures: 0, ms: [] }));
    sample.count += 1;
    if (hasFailed) sample.failures += 1;
    else if (sample.ms.length < maxSamples) sample.ms.push(ms);
  };
  let bytes = 0;
  let isPartial = false;
  const rows = inPages<{ first_seq: number; run_id: string; body: string }>((limit, last) =>
    sql
      .exec<{ first_seq: number; run_id: string; body: string }>(
        "SELECT first_seq, run_id, body FROM journal WHERE first_seq < ? ORDER BY first_seq DESC LIMIT ?",
        last?.first_seq ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray(),
  );
  for (const { run_id: runId, body } of rows) {
    if (bytes > maxBytes) {
      isPartial = true;
      break;
    }
    bytes += body.length;
    // Rows are as old as the newest of their events, and what comes behind them is older.
    if (lastAtIn(body) < since) break;
    for (const { at, json } of [...eventsIn(runId, body)].toReversed()) {
      if (at < since || !isTimed(json)) continue;
      const event = JSON.parse(json) as StampedEvent;
      if (event.type === "node.completed" || event.type === "node.failed") {
        const hasFailed = event.type === "node.failed";
        note("node", `${spellId}/${event.nodeId}`, event.ms, hasFailed);
        if (event.type === "node.failed") {
          if (event.error.code.startsWith("provider_")) asked.push(event.nodeId);
        } else if (event.usage?.provider !== undefined) {
          providers.set(event.nodeId, event.usage.provider);
          note("provider", event.usage.provider, event.ms, false);
        }
      } else if ("ms" in event && "runId" in event) {
        note("spell", spellId, event.ms, event.type !== "run.completed");
      }
    }
  }
  for (const nodeId of asked) note("provider", providers.get(nodeId) ?? "unknown", 0, true);
  return { samples: Object.fromEntries(samples), isPartial };
}

/** By its beginning: most lines need no parsing. */
const isTimed = (line: string): boolean =>
  /^\{"seq":\d+,"at":\d+,"type":"(?:node\.(?:completed|failed)|run\.(?:completed|failed|interrupted))"/.test(
    line,
  );

/** One list of many, those that took longest in all first. */
export function timingsOf(all: readonly TimingSamples[]): Timing[] {
  const merged = new Map<string, TimingSample>();
  for (const { samples } of all)
    for (const [key, sample] of Object.entries(samples)) {
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { ...sample, ms: [...sample.ms] });
      else {
        known.count += sample.count;
        known.failures += sample.failures;
        known.ms.push(...sample.ms);
      }
    }
  return [...merged.values()]
    .map(({ kind, name, count, failures, ms }) => {
      const sorted = ms.toSorted((a, b) => a - b);
      return { kind, name, count, failures, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
    })
    .toSorted((a, b) => b.p50 * b.count - a.p50 * a.count || (a.name < b.name ? -1 : 1));
}

/** By the nearest rank. */
const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
