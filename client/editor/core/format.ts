/** Values, times and amounts as people read them. */
import type { Json } from "../../lib/index.ts";

/** One line, cut. */
export function brief(value: Json | undefined, max = 200): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.length > max * 2 ? text.slice(0, max * 2) : text;
  const flat = line.replaceAll(/\s+/g, " ");
  return flat.length > max ? `${flat.slice(0, max - 1)}…` : flat;
}

export function duration(ms: number | undefined): string {
  if (ms === undefined) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export const dateTime = (at: number | undefined): string =>
  at === undefined
    ? ""
    : new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function amount(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
