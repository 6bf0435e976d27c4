/** The documents service: texts to look up, by type, store or likeness. Their words are found by the search service. */
import * as z from "zod";
import {
  documentBatch,
  type DocumentsService,
  type DocumentStore,
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
} from "../../protocol/services.ts";
import { nearest } from "../base/nearest.ts";
import { RowEntrypoint } from "../base/row-entrypoint.ts";
import { RowTable } from "../base/row-table.ts";
import { documentRows, storeRows } from "./document-rows.ts";

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
    const documents = this.env.DB.prepare("DELETE FROM documents WHERE user_id = ? AND storeId = ?").bind(
      userId,
      storeId,
    );
    const remembered = await this.remembered(checked, ["removeStore", storeId]);
    return this.#stores().remove(userId, storeId, remembered, [documents]);
  }

  #stores(): RowTable<DocumentStore, { name: string }> {
    return new RowTable(this.env.DB, storeRows);
  }
}
