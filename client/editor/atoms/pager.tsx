import { Button } from "./button.tsx";

/** Which rows of how many are shown, and the way to the others; nothing where all are. */
export function Pager({
  of,
  skip,
  limit,
  total,
  onSkip,
}: {
  /** What they are, for screen readers: "documents". */
  of: string;
  skip: number;
  limit: number;
  total: number;
  onSkip: (skip: number) => void;
}) {
  if (total <= limit && skip === 0) return null;
  return (
    <nav className="row" aria-label={`Pages of ${of}`}>
      <Button disabled={skip === 0} onClick={() => onSkip(Math.max(0, skip - limit))}>
        Previous
      </Button>
      <span className="soft">
        {Math.min(skip + 1, total)} to {Math.min(skip + limit, total)} of {total}
      </span>
      <Button disabled={skip + limit >= total} onClick={() => onSkip(skip + limit)}>
        Next
      </Button>
    </nav>
  );
}
