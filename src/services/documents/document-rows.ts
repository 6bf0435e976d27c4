/** Documents, their stores and the files that they were in as rows. */
import {
  documentStore,
  newDocument,
  type DocumentFile,
  type DocumentStore,
  newDocumentStore,
  type NewDocument,
  type StoredDocument,
} from "../../protocol/services.ts";
import type { RowServiceSpec } from "../base/row-entrypoint.ts";
import type { RowSpec } from "../base/row-table.ts";

export const documentRows: RowServiceSpec<StoredDocument, NewDocument> = {
  service: "documents",
  noun: "document",
  table: "documents",
  columns: new Set(["type", "storeId", "fileId", "date"]),
  vector: "embedding",
  schema: newDocument,
  make: (id, data, before, now) => ({
    ...data,
    id,
    date: data.date ?? before?.date ?? new Date(now).toISOString(),
  }),
  dataOf: ({ id: _id, ...data }) => data,
};

export const storeRows: RowServiceSpec<DocumentStore, { name: string }> = {
  service: "documents",
  noun: "store",
  table: "document_stores",
  columns: new Set(),
  schema: newDocumentStore,
  make: (id, data) => documentStore.parse({ ...data, id }),
  dataOf: ({ name }) => ({ name }),
};

export type FileData = Omit<DocumentFile, "id" | "createdAt" | "updatedAt">;

export const fileRows: RowSpec<DocumentFile, FileData> = {
  noun: "file",
  table: "document_files",
  columns: new Set(["storeId"]),
  make: (id, data, before, now) => ({
    ...data,
    id,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  }),
};
