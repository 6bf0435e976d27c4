/** The documents service: texts to look up, by type, store or likeness. Their words are found by the search service. */
import * as z from "zod";
import { run } from "../../db/run.ts";
import { sha256 } from "../../platform/crypto.ts";
import { SpellError } from "../../protocol/errors.ts";
import {
  defaultChunkSize,
  defaultOverlap,
  documentBatch,
  type DocumentFile,
  type DocumentsService,
  type DocumentStore,
  maxFileBytes,
  nearestRequest,
  type NearestRequest,
  type NearestResult,
  newDocumentStore,
  type NewDocument,
  type Page,
  type Query,
  query,
  type Scalar,
  type ServiceCall,
  type StoredDocument,
  uploadRequest,
  type UploadRequest,
} from "../../protocol/services.ts";
import { nearest } from "../base/nearest.ts";
import { RowEntrypoint } from "../base/row-entrypoint.ts";
import { RowTable } from "../base/row-table.ts";
import { documentRows, type FileData, fileRows, storeRows } from "./document-rows.ts";
import type { FileJob } from "./file-reader.ts";
import { charsetOf, fileTypeOf } from "./files/read-file.ts";

/** What the entrypoint asks of the actor that reads a file. The runtime's own stub types are deeper than the compiler follows. */
interface Reader {
  begin(job: FileJob, bytes: Uint8Array): Promise<void>;
  cancel(): Promise<void>;
}

const fileId = z.string().min(1).max(200);

/** Among so many of the newest the nearest are looked for. */
const maxCompared = 2000;

export class DocumentsEntrypoint
  extends RowEntrypoint<StoredDocument, NewDocument>
  implements DocumentsService
{
  protected readonly spec = documentRows;

  async createMany(call: ServiceCall, documents: NewDocument[]): Promise<{ ids: string[] }> {
    const checked = this.call(call);
    const rows = this.argument("documents", documentBatch, documents);
    const remembered = await this.remembered(checked, ["createMany", rows]);
    return this.table().createMany(checked.userId, rows, remembered);
  }

  async nearest(call: ServiceCall, request: NearestRequest): Promise<NearestResult> {
    const { userId } = this.call(call);
    const asked = this.argument("request", nearestRequest, request);
    const { embedding, limit, metadata = {}, type, storeId } = asked;
    const given: [string, Scalar | undefined][] = [
      ["type", type],
      ["storeId", storeId],
    ];
    const where = Object.fromEntries(
      given.filter((entry): entry is [string, Scalar] => entry[1] !== undefined),
    );
    const condition = { ...where, isIncluded: { $ne: false } };
    const rows = await this.table().vectors(userId, { where: condition }, embedding.length, maxCompared);
    const wanted = Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)] as const);
    const fitting = rows.filter((row) =>
      wanted.every(([key, value]) => JSON.stringify(row.metadata?.[key]) === value),
    );
    return { data: nearest(fitting, (row) => row.embedding, embedding, limit) };
  }

  async findStores(call: ServiceCall, asked: Query = {}): Promise<Page<DocumentStore>> {
    const { userId } = this.call(call);
    return this.#stores().find(userId, this.argument("query", query, asked));
  }

  async createStore(call: ServiceCall, store: { name: string }): Promise<DocumentStore> {
    const checked = this.call(call);
    const data = this.argument("store", newDocumentStore, store);
    return this.#stores().create(checked.userId, data, await this.remembered(checked, ["createStore", data]));
  }

  async removeStore(call: ServiceCall, id: string): Promise<DocumentStore> {
    const checked = this.call(call);
    const { userId } = checked;
    const storeId = this.argument("id", z.string().min(1).max(200), id);
    const remembered = await this.remembered(checked, ["removeStore", storeId]);
    const { results } = await run<{ id: string }>(
      this.env.DB,
      "SELECT id FROM document_files WHERE user_id = ? AND storeId = ?",
      userId,
      storeId,
    );
    await Promise.all(results.map(({ id: file }) => this.#reader(userId, file).cancel()));
    const files = this.env.DB.prepare("DELETE FROM document_files WHERE user_id = ? AND storeId = ?");
    return this.#stores().remove(userId, storeId, remembered, [
      this.#removal("storeId", userId, storeId),
      files.bind(userId, storeId),
    ]);
  }

  async upload(call: ServiceCall, request: UploadRequest, bytes: Uint8Array): Promise<DocumentFile> {
    const checked = this.call(call);
    const { userId } = checked;
    const asked = this.argument("request", uploadRequest, request);
    const { name, storeId, embed = "auto", chunkSize = defaultChunkSize } = asked;
    const mimeType = fileTypeOf(name, asked.mimeType);
    checkBytes(bytes);
    if (storeId !== undefined) await this.#stores().get(userId, storeId);
    const remembered = await this.remembered(checked, ["upload", asked, await sha256(bytes)]);
    const made = await this.#files().create(
      userId,
      {
        name,
        mimeType,
        bytes: bytes.byteLength,
        ...(storeId === undefined ? {} : { storeId }),
        status: "reading",
        chunks: 0,
        stored: 0,
        hasVectors: false,
      },
      remembered,
    );
    const file = await this.#files().get(userId, made.id);
    // A request that comes again, when its file was read.
    if (file.status !== "reading") return file;
    const overlap = asked.overlap ?? Math.min(defaultOverlap, Math.floor(chunkSize / 4));
    const charset = charsetOf(asked.mimeType);
    const job = { ...asked, userId, fileId: file.id, mimeType, charset, chunkSize, overlap, embed };
    try {
      await this.#reader(userId, file.id).begin(job, bytes);
    } catch (error) {
      await this.#files().remove(userId, file.id);
      throw error;
    }
    return file;
  }

  async findFiles(call: ServiceCall, asked: Query = {}): Promise<Page<DocumentFile>> {
    const { userId } = this.call(call);
    return this.#files().find(userId, this.argument("query", query, asked));
  }

  async getFile(call: ServiceCall, id: string): Promise<DocumentFile> {
    return this.#files().get(this.call(call).userId, this.argument("id", fileId, id));
  }

  async removeFile(call: ServiceCall, id: string): Promise<DocumentFile> {
    const checked = this.call(call);
    const { userId } = checked;
    const ofFile = this.argument("id", fileId, id);
    const remembered = await this.remembered(checked, ["removeFile", ofFile]);
    await this.#files().get(userId, ofFile);
    // First, so that nothing is stored behind the removal.
    await this.#reader(userId, ofFile).cancel();
    return this.#files().remove(userId, ofFile, remembered, [this.#removal("fileId", userId, ofFile)]);
  }

  #removal(column: "fileId" | "storeId", userId: string, id: string): D1PreparedStatement {
    return this.env.DB.prepare(`DELETE FROM documents WHERE user_id = ? AND ${column} = ?`).bind(userId, id);
  }

  #reader(userId: string, id: string): Reader {
    const { FILE_READERS: readers } = this.env;
    if (readers === undefined)
      throw new SpellError("not_configured", "documents: FILE_READERS is not bound. See wrangler.toml.");
    return readers.getByName(JSON.stringify(["file", userId, id])) as unknown as Reader;
  }

  #files(): RowTable<DocumentFile, FileData> {
    return new RowTable(this.env.DB, fileRows);
  }

  #stores(): RowTable<DocumentStore, { name: string }> {
    return new RowTable(this.env.DB, storeRows);
  }
}

/** @throws SpellError `bad_request`, `too_large` */
function checkBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array) || bytes.byteLength === 0)
    throw new SpellError("bad_request", "documents: the file is empty, or no bytes.", {
      errors: [{ path: "bytes", message: "empty" }],
    });
  if (bytes.byteLength > maxFileBytes)
    throw new SpellError("too_large", `documents: a file has at most ${maxFileBytes / 1024 / 1024} MB.`);
}
