import { useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Confirm } from "../../atoms/confirm.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { Pager } from "../../atoms/pager.tsx";
import { Table } from "../../atoms/table.tsx";
import type { Told } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import { amount, dateTime } from "../../core/format.ts";
import type { ServicePage, SpellrunnerClient } from "../../../lib/index.ts";
import { type DocumentFile, perPage } from "./files.ts";

interface FileListProps {
  client: SpellrunnerClient;
  files: Told<ServicePage<DocumentFile>>;
  /** Those of the page, as far as they are read by now. */
  shown: readonly DocumentFile[];
  skip: number;
  onSkip: (skip: number) => void;
  onShow: (file: DocumentFile) => void;
  onRemoved: (id: string) => void;
}

export function FileList({ client, files, shown, skip, onSkip, onShow, onRemoved }: FileListProps) {
  const [removing, setRemoving] = useState<DocumentFile | null>(null);
  const { data, error, reload } = files;
  if (data === null) return <Waiting what="files" error={error} onRetry={reload} />;
  const remove = async (id: string): Promise<void> => {
    await client.service("documents").call("removeFile", { id });
    onRemoved(id);
  };
  return (
    <>
      {data.total === 0 ? (
        <Empty title="No files yet">
          <p>A file that you upload is cut into documents, which your spells find by words and by meaning.</p>
        </Empty>
      ) : (
        <div className="table-wrap">
          <Table
            label="Files"
            columns={["Name", { title: "Size", isNumber: true }, "State", "Uploaded"]}
            hasActions
          >
            {shown.map((file) => (
              <FileRow
                key={file.id}
                file={file}
                onShow={() => onShow(file)}
                onRemove={() => setRemoving(file)}
              />
            ))}
          </Table>
        </div>
      )}
      <Pager of="files" skip={skip} limit={perPage} total={data.total} onSkip={onSkip} />
      {removing !== null && (
        <Confirm
          title={`Delete ${removing.name}?`}
          verb="Delete"
          onClose={() => setRemoving(null)}
          onConfirm={() => remove(removing.id)}
        >
          All documents that it became go with it.
        </Confirm>
      )}
    </>
  );
}

function FileRow({
  file,
  onShow,
  onRemove,
}: {
  file: DocumentFile;
  onShow: () => void;
  onRemove: () => void;
}) {
  return (
    <tr>
      <td className="clip">{file.name}</td>
      <td className="number">{amount(file.bytes)}</td>
      <td className="clip">
        <FileState file={file} />
      </td>
      <td>{dateTime(file.createdAt)}</td>
      <td className="actions">
        <Button aria-label={`Show documents of ${file.name}`} onClick={onShow}>
          Show
        </Button>{" "}
        <Button look="danger" aria-label={`Delete ${file.name}`} onClick={onRemove}>
          Delete
        </Button>
      </td>
    </tr>
  );
}

function FileState({ file: { status, stored, chunks, hasVectors, error } }: { file: DocumentFile }) {
  if (status === "reading") return <span className="badge badge-run">reading</span>;
  if (status === "storing")
    return (
      <span className="badge badge-run">
        {stored} of {chunks} stored
      </span>
    );
  if (status === "failed")
    return (
      <>
        <span className="badge badge-bad">failed</span> {error?.message}
      </>
    );
  return (
    <>
      <span className="badge badge-good">done</span> {stored} documents
      {hasVectors ? "" : ", found by words alone"}
    </>
  );
}
