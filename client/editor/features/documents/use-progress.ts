import { useEffect, useState } from "react";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { tellError } from "../../stores/notices.ts";
import { type DocumentFile, isUnderWay } from "./files.ts";

const pollMs = 1000;

/** The files as they are now: those that are being read are asked for again until they are done, then `onDone`. */
export function useProgress(
  client: SpellrunnerClient,
  files: readonly DocumentFile[] | undefined,
  onDone: () => void,
): readonly DocumentFile[] {
  const [fresh, setFresh] = useState<ReadonlyMap<string, DocumentFile>>(new Map());
  const [turn, setTurn] = useState(0);
  const shown = (files ?? []).map((file) => newer(file, fresh.get(file.id)));
  const ids = shown
    .filter(isUnderWay)
    .map(({ id }) => id)
    .join(" ");
  useEffect(() => {
    if (ids === "") return undefined;
    let isShown = true;
    const ask = async (): Promise<void> => {
      const documents = client.service("documents");
      const known = await Promise.all(
        ids.split(" ").map((id) => documents.call<DocumentFile>("getFile", { id })),
      );
      if (!isShown) return;
      setFresh((before) => new Map([...before, ...known.map((file) => [file.id, file] as const)]));
      if (known.some((file) => !isUnderWay(file))) onDone();
    };
    const timer = setTimeout(() => {
      ask()
        .catch(tellError)
        .finally(() => isShown && setTurn((n) => n + 1));
    }, pollMs);
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
    // `onDone` is another function each time, and does the same.
  }, [client, ids, turn]);
  return shown;
}

const newer = (file: DocumentFile, other: DocumentFile | undefined): DocumentFile =>
  other !== undefined && other.updatedAt >= file.updatedAt ? other : file;
