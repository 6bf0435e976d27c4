/** What the address says is shown: `#/spells`, `#/spell/<id>`, `#/spell/<id>/run/<runId>`, `#/documents` … */
export const pages = ["spells", "documents", "agents", "secrets", "times"] as const;
export type PageName = (typeof pages)[number];

export type Route = { page: PageName } | { page: "spell"; spellId: string; runId?: string | undefined };

export function parseRoute(hash: string): Route {
  const [page, id, of, runId] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  if (page === "spell" && id)
    return { page: "spell", spellId: id, runId: (of === "run" && runId) || undefined };
  return { page: pages.find((name) => name === page) ?? "spells" };
}

export function hashOf(route: Route): string {
  if (route.page !== "spell") return `#/${route.page}`;
  const run = route.runId === undefined ? "" : `/run/${encodeURIComponent(route.runId)}`;
  return `#/spell/${encodeURIComponent(route.spellId)}${run}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
