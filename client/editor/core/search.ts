/** Finds components by what one types. */
import type { ComponentDescription } from "../stores/catalogue.ts";
import { areJoinable, type Socket } from "./sockets.ts";

/** The open end of a wire: only components with a socket that fits are of use. */
export interface OpenEnd {
  readonly node: string;
  readonly socket: string;
  readonly type: Socket["type"];
  readonly side: "outputs" | "inputs";
}

export interface Found {
  readonly component: ComponentDescription;
  /** The socket that the wire would go to. */
  readonly socket: string | undefined;
}

const maxFound = 60;

/** Best first: names that begin with it, that have it, other names, help. Retired ones only by name. */
export function searchComponents(
  components: readonly ComponentDescription[],
  query: string,
  end?: OpenEnd,
): Found[] {
  const wanted = query.trim().toLowerCase();
  return components
    .flatMap((component) => {
      const socket = end === undefined ? undefined : socketFor(component, end);
      const score = scoreOf(component, wanted);
      if (score === null || (end !== undefined && socket === undefined)) return [];
      return { component, socket, score };
    })
    .toSorted((a, b) => a.score - b.score || a.component.name.localeCompare(b.component.name))
    .slice(0, maxFound);
}

/** The first socket that the end of the wire may be joined with; one of exactly its type first. */
export function socketFor(component: ComponentDescription, end: OpenEnd): string | undefined {
  const sockets = end.side === "outputs" ? component.inputs : component.outputs;
  const fitting = sockets.filter(({ type }) =>
    end.side === "outputs" ? areJoinable(end.type, type) : areJoinable(type, end.type),
  );
  return (fitting.find(({ type }) => type === end.type) ?? fitting[0])?.name;
}

function scoreOf(
  { name, aliases, help, status, category }: ComponentDescription,
  wanted: string,
): number | null {
  const isRetired = status === "retired";
  // behave-graph's many small ones come after those of the same rank.
  const later = category.startsWith("Behave/") ? 0.5 : 0;
  if (wanted === "") return isRetired ? null : 3 + later;
  const lower = name.toLowerCase();
  if (lower === wanted) return -1;
  if (lower.startsWith(wanted)) return 0 + later + (isRetired ? 5 : 0);
  if (lower.includes(wanted)) return 1 + later + (isRetired ? 5 : 0);
  if (isRetired) return null;
  if (aliases.some((alias) => alias.toLowerCase().includes(wanted))) return 2 + later;
  if (category.toLowerCase().includes(wanted)) return 3 + later;
  return wanted.length > 2 && help.toLowerCase().includes(wanted) ? 4 + later : null;
}
