/** Documents and their stores as rows. */
import {
  documentStore,
  newDocument,
  type DocumentStore,
  newDocumentStore,
  type NewDocument,
  type StoredDocument,
} from "../../protocol/services.ts";
import type { RowServiceSpec } from "../base/row-entrypoint.ts";

export const documentRows: RowServiceSpec<StoredDocument, NewDocument> = {
  service: "documents",
  noun: "document",
  table: "documents",
  columns: new Set(["type", "storeId", "date"]),
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
