/** What spells look up: uploaded files, and documents that stand alone. */
import "../../styles/pages.css";
import { useCallback, useState } from "react";
import { useTold } from "../../atoms/use-told.ts";
import type { SpellrunnerClient } from "../../../lib/index.ts";
import { DocumentList } from "./document-list.tsx";
import { FileList } from "./file-list.tsx";
import { findDocuments, findFiles, type DocumentFile } from "./files.ts";
import { SearchForm } from "./search-form.tsx";
import { Upload } from "./upload.tsx";
import { useProgress } from "./use-progress.ts";

export default function DocumentsPage({ client }: { client: SpellrunnerClient }) {
  const [fileSkip, setFileSkip] = useState(0);
  const [search, setSearch] = useState("");
  const [file, setFile] = useState<DocumentFile | null>(null);
  const [skip, setSkip] = useState(0);
  const files = useTold(useCallback(() => findFiles(client, fileSkip), [client, fileSkip]));
  const documents = useTold(
    useCallback(() => findDocuments(client, { search, file, skip }), [client, search, file, skip]),
  );
  const reload = (): void => {
    files.reload();
    documents.reload();
  };
  const shown = useProgress(client, files.data?.data, reload);
  const show = (words: string, chosen: DocumentFile | null): void => {
    setSearch(words);
    setFile(chosen);
    setSkip(0);
  };
  return (
    <section className="page">
      <h1>Documents</h1>
      <Upload client={client} onUploaded={files.reload} />
      <h2>Files</h2>
      <FileList
        client={client}
        files={files}
        shown={shown}
        skip={fileSkip}
        onSkip={setFileSkip}
        onShow={(chosen) => show("", chosen)}
        onRemoved={(id) => {
          if (file?.id === id) show(search, null);
          reload();
        }}
      />
      <SearchForm search={search} onSearch={(words) => show(words, null)} />
      <DocumentList
        client={client}
        documents={documents}
        search={search}
        file={file}
        skip={skip}
        onSkip={setSkip}
        onBack={() => show("", null)}
      />
    </section>
  );
}
