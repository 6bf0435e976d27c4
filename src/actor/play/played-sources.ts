/** The sources of a spell that is played: what they are, and when those that fire by time do so next. */
import { callOfStart } from "../../engine/index.ts";
import { catalogue } from "../../nodes/index.ts";
import type { Source, TimerSource } from "../../nodes/sources/source.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { Plan } from "../../protocol/plan.ts";
import type { PlayedSource } from "../../protocol/runners.ts";

/** One source of a plan. */
export interface DrawnSource {
  nodeId: string;
  /** What chooses it as the start of a run. */
  name: string;
  source: Source;
  /** JSON of its data: another one is another source. */
  spec: string;
}

/**
 * The sources of a spell itself; those of its sub-spells fire nothing.
 * @throws SpellError `spell_invalid` where one could not fire
 */
export function sourcesOf(plan: Plan): DrawnSource[] {
  const [graph] = plan.graphs;
  if (graph === undefined) return [];
  return graph.starts.flatMap((index) => {
    const node = graph.nodes[index];
    if (node?.role !== "source") return [];
    const name = callOfStart(graph, index);
    if (name === undefined)
      throw invalid(node.id, `Source "${node.id}" has a name and an id that other starts have. Rename it.`);
    if (node.fault !== undefined) throw invalid(node.id, node.fault.message);
    return [{ nodeId: node.id, name, source: readSource(node), spec: JSON.stringify(node.data) }];
  });
}

function readSource({ id, component, data }: Plan["graphs"][number]["nodes"][number]): Source {
  const entry = catalogue.find(component);
  const [fault] = entry?.checkData?.(data) ?? [];
  if (fault !== undefined) {
    const [path, message] = fault;
    throw invalid(id, `Source "${id}" (${component}) cannot fire: ${message} (${path || "data"}).`);
  }
  const source = entry?.sourceOf(data);
  if (source === undefined) throw new SpellError("internal", `The component "${component}" is no source.`);
  return source;
}

const invalid = (nodeId: string, message: string): SpellError =>
  new SpellError("spell_invalid", message, { nodeId });

const isTimer = (source: Source): source is TimerSource =>
  source.kind === "interval" || source.kind === "cron";

/** Missed times that are counted, one by one; of more it is only known that there were as many. */
const maxMissed = 1000;

/** One that is due: what it brings. */
export interface DueFiring {
  name: string;
  /** When it was due, its place from 0 on, and how many times before it went by while nothing ran. */
  value: { at: number; index: number; missed: number };
}

interface PlayedRow extends Record<string, SqlStorageValue> {
  node_id: string;
  name: string;
  kind: PlayedSource["kind"];
  spec: string;
  next_at: number | null;
  fired: number;
}

export class PlayedSources {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Takes these in the place of those that there are; `anew` begins the times of all, otherwise of those that are others now. */
  put(drawn: readonly DrawnSource[], now: number, { anew }: { anew: boolean }): void {
    const known = new Map(this.all().map((row) => [row.node_id, row]));
    this.#sql.exec("DELETE FROM sources");
    for (const { nodeId, name, source, spec } of drawn) {
      const before = anew ? undefined : known.get(nodeId);
      const goesOn = before !== undefined && before.kind === source.kind && before.spec === spec;
      const nextAt = isTimer(source) ? (source.next(now, 0) ?? null) : null;
      this.#sql.exec(
        "INSERT INTO sources (node_id, name, kind, spec, next_at, fired) VALUES (?, ?, ?, ?, ?, ?)",
        nodeId,
        name,
        source.kind,
        spec,
        goesOn ? before.next_at : nextAt,
        goesOn ? before.fired : 0,
      );
    }
  }

  all(): PlayedRow[] {
    return this.#sql.exec<PlayedRow>("SELECT * FROM sources ORDER BY node_id").toArray();
  }

  /** Those of a kind called so, by name, else by id; all of the kind without a name. */
  find(kind: PlayedSource["kind"], called: string | undefined): PlayedRow[] {
    const ofKind = this.all().filter((row) => row.kind === kind);
    if (called === undefined) return ofKind;
    const named = ofKind.filter(({ name }) => name === called);
    return named.length > 0 ? named : ofKind.filter(({ node_id }) => node_id === called);
  }

  /** The name of a source, by its id. */
  nameOf(nodeId: string): string | undefined {
    return this.all().find(({ node_id }) => node_id === nodeId)?.name;
  }

  /** When the next one fires, in ms since 1970. */
  nextAt(): number | undefined {
    const [row] = this.#sql.exec<{ at: number | null }>("SELECT min(next_at) AS at FROM sources").toArray();
    return row?.at ?? undefined;
  }

  /**
   * Fires those whose time has come, each once however often it was missed, and notes when they fire again.
   * @param fire in the same turn, so that both are written or neither
   */
  fireDue(drawn: readonly DrawnSource[], now: number, fire: (firing: DueFiring) => void): void {
    const due = this.all().filter(({ next_at: at }) => at !== null && at <= now);
    for (const { node_id: nodeId, name, next_at: first, fired } of due) {
      const source = drawn.find((one) => one.nodeId === nodeId)?.source;
      if (source === undefined || !isTimer(source) || first === null) continue;
      let at = first;
      let missed = 0;
      let next = source.next(at, fired + 1);
      while (next !== undefined && next <= now && missed < maxMissed) {
        at = next;
        missed += 1;
        next = source.next(at, fired + 1);
      }
      if (next !== undefined && next <= now) next = source.next(now, fired + 1);
      this.#sql.exec(
        "UPDATE sources SET next_at = ?, fired = fired + 1 WHERE node_id = ?",
        next ?? null,
        nodeId,
      );
      fire({ name, value: { at, index: fired, missed } });
    }
  }

  /** Stops the clocks. */
  stop(): void {
    this.#sql.exec("UPDATE sources SET next_at = NULL WHERE next_at IS NOT NULL");
  }

  clear(): void {
    this.#sql.exec("DELETE FROM sources");
  }
}
