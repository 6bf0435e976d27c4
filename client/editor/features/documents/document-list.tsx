import { useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Confirm } from "../../atoms/confirm.tsx";
import { Empty } from "../../atoms/empty.tsx";
import { Pager } from "../../atoms/pager.tsx";
import { Table } from "../../atoms/table.tsx";
import type { Told } from "../../atoms/use-told.ts";
import { Waiting } from "../../atoms/waiting.tsx";
import { brief } from "../../core/format.ts";
import type { ServicePage, SpellrunnerClient } from "../../../lib/index.ts";
import { DocumentView } from "./document-view.tsx";
import { type DocumentFile, type Listed, perPage } from "./files.ts";

interface DocumentListProps {
  client: SpellrunnerClient;
  documents: Told<ServicePage<Listed>>;
  search: string;
  file: DocumentFile | null;
  skip: number;
  onSkip: (skip: number) => void;
  onBack: () => void;
}

export function DocumentList({ client, documents, search, file, skip, onSkip, onBack }: DocumentListProps) {
  const [viewing, setViewing] = useState<Listed | null>(null);
  const [removing, setRemoving] = useState<Listed | null>(null);
  const { data, error, reload } = documents;
  return (
    <>
      <div className="row">
        <h2>{titleOf(search, file)}</h2>
        {file !== null && (
          <Button look="quiet" onClick={onBack}>
            Show those of no file
          </Button>
        )}
      </div>
      {data === null && <Waiting what="documents" error={error} onRetry={reload} />}
      {data?.total === 0 && <NothingThere search={search} file={file} />}
      {data !== null && data.total > 0 && (
        <DocumentTable documents={data.data} onView={setViewing} onRemove={setRemoving} />
      )}
      {data !== null && (
        <Pager of="documents" skip={skip} limit={perPage} total={data.total} onSkip={onSkip} />
      )}
      {viewing !== null && <DocumentView client={client} listed={viewing} onClose={() => setViewing(null)} />}
      {removing !== null && (
        <Confirm
          title={`Delete ${nameOf(removing)}?`}
          verb="Delete"
          onClose={() => setRemoving(null)}
          onConfirm={() => client.service("documents").remove(removing.id).then(reload)}
        >
          Spells find it no more.
        </Confirm>
      )}
    </>
  );
}

function titleOf(search: string, file: DocumentFile | null): string {
  if (search !== "") return `Documents with “${search}”`;
  return file === null ? "Documents of no file" : `Documents of ${file.name}`;
}

const nameOf = ({ title, content }: Listed): string => title || brief(content, 40);

function NothingThere({ search, file }: { search: string; file: DocumentFile | null }) {
  if (search !== "") return <Empty title="Nothing is found">{<p>Try fewer words, or others.</p>}</Empty>;
  if (file !== null) return <Empty title="It has become no documents yet" />;
  return (
    <Empty title="No documents but those of files">
      <p>Here stand those that spells store by themselves, one by one.</p>
    </Empty>
  );
}

interface DocumentTableProps {
  documents: readonly Listed[];
  onView: (document: Listed) => void;
  onRemove: (document: Listed) => void;
}

function DocumentTable({ documents, onView, onRemove }: DocumentTableProps) {
  return (
    <div className="table-wrap">
      <Table label="Documents" columns={["Title", "Content"]} hasActions>
        {documents.map((document) => (
          <tr key={document.id}>
            <td className="clip">{document.title}</td>
            <td className="clip">{brief(document.content, 160)}</td>
            <td className="actions">
              <Button aria-label={`View ${nameOf(document)}`} onClick={() => onView(document)}>
                View
              </Button>{" "}
              <Button
                look="danger"
                aria-label={`Delete ${nameOf(document)}`}
                onClick={() => onRemove(document)}
              >
                Delete
              </Button>
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
