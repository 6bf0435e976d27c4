/**
 * FileReader: the actor of one uploaded file, while it becomes documents. Reads and cuts it, then stores the chunks batch by batch,
 * with their vectors where there is a provider; each step ends in rows, so that a crash costs the step that it cut off. When it is
 * done nothing of it is left here.
 */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../env.ts";
import { now } from "../../platform/clock.ts";
import { describeError, log } from "../../platform/log.ts";
import { SpellError } from "../../protocol/errors.ts";
import type { DocumentFile, FileType, NewDocument, UploadRequest } from "../../protocol/services.ts";
import { rememberedOf } from "../base/answers.ts";
import { RowTable } from "../base/row-table.ts";
import { tellChanged } from "../base/tell-changed.ts";
import { documentRows, type FileData, fileRows } from "./document-rows.ts";
import { type Chunk, chunksOf } from "./files/chunks.ts";
import { readFile } from "./files/read-file.ts";

export interface FileJob extends Pick<UploadRequest, "name" | "storeId" | "type" | "metadata"> {
  userId: string;
  fileId: string;
  mimeType: FileType;
  charset: string | undefined;
  chunkSize: number;
  overlap: number;
  embed: NonNullable<UploadRequest["embed"]>;
}

/** How far it is. */
interface Progress {
  /** Undefined until the file is cut. */
  chunks?: number;
  stored: number;
  tries: number;
  /** There is no provider of vectors. */
  wordsOnly?: boolean;
}

/** Below the 2 MB of a row. */
const partBytes = 1024 * 1024;
const batchSize = 64;
const backoffMs = [1_000, 5_000, 30_000, 120_000];

export class FileReader extends DurableObject<Env> {
  readonly #kv = this.ctx.storage.kv;
  #step: Promise<void> = Promise.resolve();

  /** Takes a file; one that it has already is left alone. */
  async begin(job: FileJob, bytes: Uint8Array): Promise<void> {
    if (this.#job() !== undefined) return;
    this.#kv.put("job", job);
    this.#put({ stored: 0, tries: 0 });
    for (let at = 0; at < bytes.byteLength; at += partBytes)
      this.#kv.put(`bytes:${keyOf(at)}`, bytes.slice(at, at + partBytes));
    await this.ctx.storage.setAlarm(now());
  }

  /** When this is answered nothing more of the file is stored. */
  async cancel(): Promise<void> {
    this.#kv.delete("job");
    await this.#step;
    await this.#forget();
  }

  override async alarm(): Promise<void> {
    const job = this.#job();
    if (job === undefined) return this.#forget();
    this.#step = this.#work(job);
    return this.#step;
  }

  async #work(job: FileJob): Promise<void> {
    try {
      if (this.#progress().chunks === undefined) await this.#read(job);
      else await this.#store(job);
    } catch (thrown) {
      await this.#failed(job, SpellError.from(thrown));
    }
  }

  async #read(job: FileJob): Promise<void> {
    const parts = [...this.#kv.list<Uint8Array>({ prefix: "bytes:" })].map(([, part]) => part);
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    const chunks = chunksOf(await readFile(job.mimeType, bytes, job.charset), job.chunkSize, job.overlap);
    if (this.#job() === undefined) return;
    for (const [place, chunk] of chunks.entries()) this.#kv.put(`chunk:${keyOf(place)}`, chunk);
    for (const [key] of this.#kv.list({ prefix: "bytes:" })) this.#kv.delete(key);
    this.#put({ stored: 0, tries: 0, chunks: chunks.length });
    await this.#tell(job, { status: "storing", chunks: chunks.length });
    await this.ctx.storage.setAlarm(now());
  }

  async #store(job: FileJob): Promise<void> {
    const progress = this.#progress();
    const { stored, chunks = 0 } = progress;
    const batch = [
      ...this.#kv.list<Chunk>({ prefix: "chunk:", start: `chunk:${keyOf(stored)}`, limit: batchSize }),
    ].map(([, chunk]) => chunk);
    const vectors = await this.#vectorsOf(job, stored, batch);
    // Cancelled meanwhile.
    if (this.#job() === undefined) return;
    const documents = batch.map((chunk, index) =>
      documentOf(job, chunk, stored + index, chunks, vectors?.[index]),
    );
    if (documents.length > 0) {
      const call = { userId: job.userId, idempotencyKey: `file:${job.fileId}:${stored}` };
      const remembered = await rememberedOf(call, "documents", ["file", stored]);
      await new RowTable(this.env.DB, documentRows).createMany(job.userId, documents, remembered);
    }
    const next = stored + batch.length;
    this.#put({ ...this.#progress(), stored: next, tries: 0 });
    const isDone = next >= chunks;
    await this.#tell(job, {
      status: isDone ? "done" : "storing",
      stored: next,
      hasVectors: vectors !== undefined,
    });
    if (isDone) await this.#forget();
    else await this.ctx.storage.setAlarm(now());
  }

  /** Undefined where there is no provider, or none is wanted. @throws SpellError `not_configured` where vectors are wanted */
  async #vectorsOf(job: FileJob, place: number, batch: readonly Chunk[]): Promise<number[][] | undefined> {
    if (job.embed === "never" || this.#progress().wordsOnly === true || batch.length === 0) return undefined;
    try {
      const call = { userId: job.userId, idempotencyKey: `file:${job.fileId}:${place}:embed` };
      const { embeddings } = await this.env.COMPLETION.embed(call, { values: batch.map(({ text }) => text) });
      return embeddings;
    } catch (thrown) {
      const error = SpellError.from(thrown);
      if (error.code !== "not_configured" || job.embed === "always") throw error;
      this.#put({ ...this.#progress(), wordsOnly: true });
      return undefined;
    }
  }

  /** Again where it may pass by itself, else all that was stored of it goes. */
  async #failed(job: FileJob, error: SpellError): Promise<void> {
    // It was removed meanwhile.
    if (this.#job() === undefined || error.code === "not_found") return this.#forget();
    const progress = this.#progress();
    const waitMs = backoffMs[progress.tries];
    if ((error.retryable || error.kind === "operational") && waitMs !== undefined) {
      this.#put({ ...progress, tries: progress.tries + 1 });
      return this.ctx.storage.setAlarm(now() + Math.max(waitMs, (error.retryAfter ?? 0) * 1000));
    }
    if (error.code === "internal")
      log.error("a file could not be read", { fileId: job.fileId, error: describeError(error.cause) });
    await this.env.DB.prepare("DELETE FROM documents WHERE user_id = ? AND fileId = ?")
      .bind(job.userId, job.fileId)
      .run();
    await this.#tell(job, { status: "failed", stored: 0, error: error.toInfo() });
    await this.#forget();
  }

  async #tell({ userId, fileId }: FileJob, next: Partial<FileData>): Promise<void> {
    const files = new RowTable<DocumentFile, FileData>(this.env.DB, fileRows);
    await files.change(userId, fileId, ({ id: _id, createdAt: _c, updatedAt: _u, ...data }) => ({
      ...data,
      ...next,
    }));
    await tellChanged(this.env, userId, { service: "documents", event: "patched", id: fileId });
  }

  async #forget(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  #job(): FileJob | undefined {
    return this.#kv.get<FileJob>("job");
  }

  #progress(): Progress {
    return this.#kv.get<Progress>("progress") ?? { stored: 0, tries: 0 };
  }

  #put(progress: Progress): void {
    this.#kv.put("progress", progress);
  }
}

/** In their order as texts, too. */
const keyOf = (place: number): string => String(place).padStart(9, "0");

const documentOf = (
  { name, type, storeId, fileId, metadata = {} }: FileJob,
  { text, heading, page }: Chunk,
  place: number,
  chunks: number,
  embedding: number[] | undefined,
): NewDocument => ({
  content: text,
  title: (heading === undefined ? name : `${name}: ${heading}`).slice(0, 2000),
  fileId,
  ...(type === undefined ? {} : { type }),
  ...(storeId === undefined ? {} : { storeId }),
  ...(embedding === undefined ? {} : { embedding }),
  metadata: {
    ...metadata,
    file: name,
    chunk: place + 1,
    chunks,
    ...(heading === undefined ? {} : { heading }),
    ...(page === undefined ? {} : { page }),
  },
});
