import { Button } from "./button.tsx";
import { Loading } from "./loading.tsx";

/** What stands where nothing has come yet: that it loads, or that it failed, with another try. */
export function Waiting({
  what,
  error,
  onRetry,
}: {
  what: string;
  error: Error | null;
  onRetry: () => void;
}) {
  if (error === null) return <Loading what={`Loading ${what}`} />;
  return (
    <p className="row">
      <span className="fault">The {what} cannot be loaded.</span>
      <Button onClick={onRetry}>Try again</Button>
    </p>
  );
}
