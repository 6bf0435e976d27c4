import { useCallback, useEffect, useState } from "react";

/** What `fetch` gives, fetched when shown and by `reload`; the old is shown until the new has come. */
export function useFetched<T>(fetch: () => Promise<T>): {
  data: T | null;
  error: Error | null;
  reload: () => void;
} {
  const [state, setState] = useState<{ data: T | null; error: Error | null }>({ data: null, error: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isShown = true;
    fetch().then(
      (data) => isShown && setState({ data, error: null }),
      (error: unknown) => isShown && setState(({ data }) => ({ data, error: error as Error })),
    );
    return () => {
      isShown = false;
    };
  }, [fetch, turn]);
  return { ...state, reload: useCallback(() => setTurn((n) => n + 1), []) };
}
