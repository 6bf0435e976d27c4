import { useEffect } from "react";
import { tellError } from "../stores/notices.ts";
import { useFetched } from "./use-fetched.ts";

export interface Told<T> {
  data: T | null;
  error: Error | null;
  reload: () => void;
}

/** As `useFetched`; what fails is told as well. */
export function useTold<T>(fetch: () => Promise<T>): Told<T> {
  const fetched = useFetched(fetch);
  const { error } = fetched;
  useEffect(() => {
    if (error !== null) tellError(error);
  }, [error]);
  return fetched;
}
