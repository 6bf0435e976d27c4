import { type DragEvent, useRef, useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { useTask } from "../../atoms/use-task.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { tell } from "../../stores/notices.ts";
import { acceptedFiles } from "./files.ts";

/** Takes files by a button or by drop, one after the other. */
export function Upload({ client, onUploaded }: { client: SpellrunnerClient; onUploaded: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [run, isBusy] = useTask();
  const take = (list: FileList | null): void => {
    const files = [...(list ?? [])];
    void run(async () => {
      try {
        for (const file of files) await client.service("documents").upload(file.name, file);
        if (files.length > 0)
          tell(files.length === 1 ? `Uploaded ${files[0]?.name}.` : `Uploaded ${files.length} files.`);
      } finally {
        // Of several, those before the one that failed are there.
        onUploaded();
      }
    });
  };
  const over = (event: DragEvent, isIt: boolean): void => {
    event.preventDefault();
    setOver(isIt);
  };
  return (
    <div
      className="drop"
      role="group"
      aria-label="Upload"
      data-over={isOver}
      onDragOver={(event) => over(event, true)}
      onDragLeave={(event) => over(event, false)}
      onDrop={(event) => {
        over(event, false);
        take(event.dataTransfer.files);
      }}
    >
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        accept={acceptedFiles}
        onChange={({ target }) => {
          take(target.files);
          // The same file may be chosen again.
          target.value = "";
        }}
      />
      <Button look="primary" disabled={isBusy} onClick={() => input.current?.click()}>
        Upload files
      </Button>
      <span>or drop them here: text, Markdown, HTML, CSV, JSON, PDF, up to 16 MB each.</span>
      {isBusy && <span role="status">Uploading…</span>}
    </div>
  );
}
