/** The documents service: texts to look up, by type, store or likeness. */
import * as z from "zod";
import { errorInfo } from "../errors.ts";
import { jsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";
import type { Page, Query, RowService } from "./query.ts";
import { distance, embedding } from "./vectors.ts";

export const newDocument = z.object({
  content: z.string().max(1_000_000),
  type: z.string().max(2000).optional(),
  title: z.string().max(2000).optional(),
  storeId: z.string().max(200).optional(),
  /** The uploaded file that it is a part of. */
  fileId: z.string().max(200).optional(),
  /** False keeps a document out of every search. */
  isIncluded: z.boolean().optional(),
  /** ISO 8601; the time of storing unless given. */
  date: z.string().max(64).optional(),
  embedding: embedding.optional(),
  metadata: jsonObject.optional(),
});
export type NewDocument = z.infer<typeof newDocument>;

export const storedDocument = newDocument.extend({ id: z.string(), date: z.string() });
export type StoredDocument = z.infer<typeof storedDocument>;

export const nearestRequest = z.strictObject({
  embedding,
  type: z.string().max(2000).optional(),
  storeId: z.string().max(200).optional(),
  /** Keys of `metadata` that must have these values. */
  metadata: jsonObject.optional(),
  limit: z.number().int().nonnegative().max(1000),
});
export type NearestRequest = z.infer<typeof nearestRequest>;

export const nearDocument = storedDocument.extend({ distance });
export type NearDocument = z.infer<typeof nearDocument>;
export const nearestResult = z.object({ data: z.array(nearDocument) });
export type NearestResult = z.infer<typeof nearestResult>;

export const newDocumentStore = z.object({ name: z.string().min(1).max(300) });
export const documentStore = newDocumentStore.extend({ id: z.string() });
export type DocumentStore = z.infer<typeof documentStore>;

export const maxDocumentsAtOnce = 1000;
export const documentBatch = z.array(newDocument).min(1).max(maxDocumentsAtOnce);

/** Types of files that are read, by their MIME type. */
export const fileTypes = [
  "text/plain",
  "text/markdown",
  "text/html",
  "text/csv",
  "application/json",
  "application/x-ndjson",
  "application/pdf",
] as const;
export type FileType = (typeof fileTypes)[number];

export const maxFileBytes = 16 * 1024 * 1024;
export const defaultChunkSize = 1000;
export const defaultOverlap = 150;

export const uploadRequest = z
  .strictObject({
    /** Of the file; its ending tells the type where `mimeType` does not. */
    name: z.string().min(1).max(300),
    mimeType: z.string().max(200).optional(),
    storeId: z.string().max(200).optional(),
    /** The `type` of the documents that it becomes. */
    type: z.string().max(2000).optional(),
    /** Of each of those documents, beside what is told of its place in the file. */
    metadata: jsonObject.optional(),
    /** Characters of a document at most, and how many of them stand at the end of the one before. */
    chunkSize: z.number().int().min(100).max(20_000).optional(),
    overlap: z.number().int().min(0).max(2000).optional(),
    /** `auto`: with vectors where a provider of embeddings is set; `never`; `always`: fails without one. */
    embed: z.enum(["auto", "always", "never"]).optional(),
  })
  .refine(({ chunkSize = defaultChunkSize, overlap = 0 }) => overlap * 2 <= chunkSize, {
    path: ["overlap"],
    message: "must not be more than half of chunkSize",
  });
export type UploadRequest = z.infer<typeof uploadRequest>;

export const documentFile = z.object({
  id: z.string(),
  name: z.string(),
  mimeType: z.enum(fileTypes),
  bytes: z.number().int(),
  storeId: z.string().optional(),
  status: z.enum(["reading", "storing", "done", "failed"]),
  /** Documents that it becomes, and those that are stored: 0 of 0 until it is read. */
  chunks: z.number().int(),
  stored: z.number().int(),
  hasVectors: z.boolean(),
  error: errorInfo.optional(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type DocumentFile = z.infer<typeof documentFile>;

export interface DocumentsService extends RowService<StoredDocument, NewDocument> {
  /** All or none of them. */
  createMany(call: ServiceCall, documents: NewDocument[]): Promise<{ ids: string[] }>;
  /** The nearest by cosine, nearest first; documents without a vector of that length are left out. */
  nearest(call: ServiceCall, request: NearestRequest): Promise<NearestResult>;
  findStores(call: ServiceCall, query?: Query): Promise<Page<DocumentStore>>;
  createStore(call: ServiceCall, store: { name: string }): Promise<DocumentStore>;
  /** Its documents, too. */
  removeStore(call: ServiceCall, id: string): Promise<DocumentStore>;
  /**
   * Takes a file, which is read, cut and stored as documents behind the answer; `getFile` tells how far that is.
   * @throws SpellError `bad_request` for a type that is not read, `too_large` above 16 MB
   */
  upload(call: ServiceCall, request: UploadRequest, bytes: Uint8Array): Promise<DocumentFile>;
  findFiles(call: ServiceCall, query?: Query): Promise<Page<DocumentFile>>;
  getFile(call: ServiceCall, id: string): Promise<DocumentFile>;
  /** All its documents with their words and vectors, too; also while it is being read. */
  removeFile(call: ServiceCall, id: string): Promise<DocumentFile>;
}
