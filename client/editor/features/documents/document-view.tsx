import { useCallback } from "react";
import { Dialog } from "../../atoms/dialog.tsx";
import { useTold } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import type { Listed, StoredDocument } from "./files.ts";

/** The whole of one document: lists may hold a part. */
export function DocumentView({
  client,
  listed,
  onClose,
}: {
  client: SpellrunnerClient;
  listed: Listed;
  onClose: () => void;
}) {
  const fetch = useCallback(
    () => client.service<StoredDocument>("documents").get(listed.id),
    [client, listed.id],
  );
  const { data, error, reload } = useTold(fetch);
  return (
    <Dialog title={listed.title || "Document"} onClose={onClose}>
      {data === null ? (
        <Waiting what="document" error={error} onRetry={reload} />
      ) : (
        <>
          <p className="soft">
            {[data.type, new Date(data.date).toLocaleString(), `${data.content.length} characters`]
              .filter(Boolean)
              .join(" · ")}
          </p>
          {/* Scrolled by the keyboard, too. */}
          <pre className="content" tabIndex={0} role="region" aria-label="Content">
            {data.content}
          </pre>
        </>
      )}
    </Dialog>
  );
}
