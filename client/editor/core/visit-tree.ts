/** Visits by their ordinals: `2.7` is the seventh turn within the second. */
import type { VisitView } from "../../lib/run-model.ts";

export interface VisitBranch {
  readonly ordinal: string;
  /** Absent where only visits within it are known. */
  visit?: VisitView;
  readonly inner: VisitBranch[];
}

export function treeOfVisits(visits: readonly VisitView[]): VisitBranch[] {
  const roots: VisitBranch[] = [];
  const byPath = new Map<string, VisitBranch>();
  for (const visit of visits) {
    let branches = roots;
    let path = "";
    for (const ordinal of visit.visit.split(".")) {
      path = path === "" ? ordinal : `${path}.${ordinal}`;
      let branch = byPath.get(path);
      if (branch === undefined) {
        branch = { ordinal, inner: [] };
        byPath.set(path, branch);
        branches.push(branch);
      }
      branches = branch.inner;
    }
    const own = byPath.get(path);
    if (own !== undefined) own.visit = visit;
  }
  return roots;
}
