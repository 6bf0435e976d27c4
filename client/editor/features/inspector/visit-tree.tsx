import { StatusBadge } from "../../atoms/status-badge.tsx";
import { duration } from "../../core/format.ts";
import type { NodeRun } from "../../../lib/run-model.ts";
import { treeOfVisits, type VisitBranch } from "../../core/visit-tree.ts";

interface Props {
  node: NodeRun;
  chosen: string | null;
  onChoose: (visit: string) => void;
}

/** Iterations and turns within each other, as the visits' ordinals say. */
export function VisitTree({ node, chosen, onChoose }: Props) {
  return <Branches branches={treeOfVisits([...node.visits.values()])} chosen={chosen} onChoose={onChoose} />;
}

const maxShown = 200;

function Branches({
  branches,
  chosen,
  onChoose,
}: Omit<Props, "node"> & { branches: readonly VisitBranch[] }) {
  return (
    <ul className="visits">
      {branches.slice(0, maxShown).map(({ ordinal, visit, inner }) => (
        <li key={ordinal}>
          {visit === undefined ? (
            <span className="soft">{ordinal}</span>
          ) : (
            <button
              type="button"
              className="visit-button"
              aria-pressed={visit.visit === chosen}
              onClick={() => onChoose(visit.visit)}
            >
              <span className="mono">{visit.visit}</span>
              <StatusBadge status={visit.status} />
              <span className="soft">{duration(visit.ms)}</span>
            </button>
          )}
          {inner.length > 0 && <Branches branches={inner} chosen={chosen} onChoose={onChoose} />}
        </li>
      ))}
      {branches.length > maxShown && <li className="soft">and {branches.length - maxShown} more</li>}
    </ul>
  );
}
