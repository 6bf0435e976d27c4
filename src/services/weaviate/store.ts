/** Where objects are kept and found: in an actor of the user's own, or on a Weaviate server. */
import type {
  NewWeaviateObject,
  Page,
  ParsedQuery,
  WeaviateHit,
  WeaviateObject,
} from "../../protocol/services.ts";

/** What a call with an idempotency key is remembered by. */
export interface Keyed {
  key: string;
  fingerprint: string;
}

/** How a search by words and meaning weighs them: 1 is meaning alone. */
export interface HybridSearch {
  className: string;
  words: string;
  vector: number[] | undefined;
  alpha: number;
  limit: number;
}

/** Every method throws SpellErrors: `not_found`, `conflict` for a key of another request, `too_large`, a provider's failures. */
export interface WeaviateStore {
  find(query: ParsedQuery): Promise<Page<WeaviateObject>>;
  get(id: string): Promise<WeaviateObject>;
  create(data: NewWeaviateObject, keyed?: Keyed): Promise<WeaviateObject>;
  createMany(data: NewWeaviateObject[], keyed?: Keyed): Promise<{ ids: string[] }>;
  update(id: string, data: NewWeaviateObject, keyed?: Keyed): Promise<WeaviateObject>;
  remove(id: string, keyed?: Keyed): Promise<WeaviateObject>;
  nearVector(className: string, vector: number[], certainty: number, limit: number): Promise<WeaviateHit[]>;
  bm25(
    className: string,
    words: string,
    properties: string[] | undefined,
    limit: number,
  ): Promise<WeaviateHit[]>;
  hybrid(search: HybridSearch): Promise<WeaviateHit[]>;
}
