/** What has happened and is worth a word: shown for a while in a corner, read out by screen readers. */
import { createStore } from "zustand/vanilla";

export interface Notice {
  id: number;
  kind: "info" | "error";
  text: string;
  action?: { label: string; run: () => void };
}

export const notices = createStore<{ list: readonly Notice[] }>(() => ({ list: [] }));

let next = 1;

/** Errors stay until they are closed, all else for some seconds. */
export function tell(
  text: string,
  { kind = "info", action }: Partial<Omit<Notice, "id" | "text">> = {},
): void {
  const id = (next += 1);
  const others = notices.getState().list.filter((notice) => notice.text !== text);
  notices.setState({
    list: [...others, { id, kind, text, ...(action === undefined ? {} : { action }) }].slice(-4),
  });
  if (kind === "info") setTimeout(() => dismiss(id), action === undefined ? 5000 : 10_000);
}

export const tellError = (error: unknown): void =>
  tell(error instanceof Error ? error.message : String(error), { kind: "error" });

export const dismiss = (id: number): void =>
  notices.setState({ list: notices.getState().list.filter((notice) => notice.id !== id) });
