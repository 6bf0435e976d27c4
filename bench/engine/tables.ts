/** What was measured, as rows of tables. */
import type { Peer } from "../peers/peer.ts";
import { median, type Row } from "../report.ts";
import { type Cell, ratios, type Side } from "./compare.ts";

/** Ours, and who is compared with it. */
export interface Group {
  ours: Peer;
  others: readonly Peer[];
}

const isSide = (side: Side | string | undefined): side is Side => typeof side === "object";
const short = (ratio: number): string => ratio.toFixed(ratio < 10 ? 2 : 0);

function rateOf(side: Side, n: number): string {
  const rate = n / median(side.seconds);
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(2)} M/s`;
  return rate >= 1e4 ? `${(rate / 1e3).toFixed(0)} k/s` : `${rate.toFixed(0)} /s`;
}

function beside(cell: Cell, ours: Peer, other: Peer): string {
  const [a, b] = [cell.sides.get(ours.name), cell.sides.get(other.name)];
  if (!isSide(b)) return b ?? "";
  if (!isSide(a)) return a ?? "";
  const all = ratios(a, b);
  const range = `${short(Math.min(...all))} – ${short(Math.max(...all))}`;
  return `${short(median(all))} × (${range}); ${rateOf(b, cell.n)}`;
}

export function speedRow(cell: Cell, groups: readonly Group[]): Row {
  const row: Row = { shape: cell.shape, nodes: cell.n };
  for (const { ours, others } of groups) {
    const side = cell.sides.get(ours.name);
    row[ours.name] = isSide(side) ? rateOf(side, cell.n) : (side ?? "");
    for (const other of others) row[`beside ${other.name}`] = beside(cell, ours, other);
  }
  return row;
}

export function loadRow(cell: Cell, { ours, others }: Group): Row {
  const row: Row = { shape: cell.shape, nodes: cell.n };
  for (const { name } of [ours, ...others]) {
    const side = cell.sides.get(name);
    row[name] = isSide(side) ? loadOf(side, cell.n) : (side ?? "");
  }
  return row;
}

function loadOf({ loadSeconds, trial }: Side, n: number): string {
  const ms = loadSeconds * 1000;
  const { loadedBytes, runBytes } = trial;
  const bytes =
    loadedBytes === undefined || runBytes === undefined
      ? "not weighed"
      : `${Math.round(loadedBytes / n)} + ${Math.round(runBytes / n)} B`;
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms; ${bytes}`;
}

/** ns a visit of ours, or why there is no such number. */
export function costOf(cell: Cell, ours: Peer): number | string {
  const side = cell.sides.get(ours.name);
  return isSide(side) ? (median(side.seconds) / cell.n) * 1e9 : (side ?? "");
}

export function costRow(name: string, sizes: readonly number[], ns: readonly (number | string)[]): Row {
  const row: Row = { "ns a visit": name };
  for (const [i, n] of sizes.entries()) {
    const cost = ns[i] ?? "";
    row[`${n} nodes`] = typeof cost === "number" ? Math.round(cost) : cost;
  }
  const known = ns.slice(1).filter((cost) => typeof cost === "number");
  row["dearest / cheapest from 100 on"] = (Math.max(...known) / Math.min(...known)).toFixed(2);
  return row;
}

/** How many of the comparisons ours wins: those that an engine can do at all, by the median of the ratio. */
export function victories(cells: readonly Cell[], { ours, others }: Group): Row[] {
  return others.map((other) => {
    let [all, won] = [0, 0];
    let least = "";
    let lowest = Number.POSITIVE_INFINITY;
    for (const cell of cells) {
      const [a, b] = [cell.sides.get(ours.name), cell.sides.get(other.name)];
      if (!isSide(a) || !isSide(b)) continue;
      const ratio = median(ratios(a, b));
      all += 1;
      if (ratio > 1) won += 1;
      if (ratio >= lowest) continue;
      lowest = ratio;
      least = `${short(ratio)} ×, ${cell.shape} of ${cell.n}`;
    }
    return {
      engine: `${ours.name} beside ${other.name}`,
      "faster in": `${won} of ${all} rows`,
      "least so": least,
    };
  });
}
