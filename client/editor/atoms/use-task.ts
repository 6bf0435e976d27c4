import { useCallback, useRef, useState } from "react";
import { tellError } from "../stores/notices.ts";

/** Runs one thing at a time; what it throws is told. `isBusy` while it goes on. */
export function useTask(): [run: (task: () => Promise<void>) => Promise<boolean>, isBusy: boolean] {
  const [isBusy, setBusy] = useState(false);
  const running = useRef(false);
  const run = useCallback(async (task: () => Promise<void>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    try {
      await task();
      return true;
    } catch (error) {
      tellError(error);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  return [run, isBusy];
}
