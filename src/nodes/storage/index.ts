import type { CatalogueEntry } from "../define.ts";
import { cacheManagerDelete, cacheManagerGet, cacheManagerSet } from "./cache.ts";
import { conversationRecall, conversationStore } from "./conversations.ts";
import {
  documentDelete,
  documentEdit,
  documentGet,
  documentSet,
  documentSetMass,
  documentStoreGet,
} from "./document-records.ts";
import { fullTextSearch, getDocuments, intentSearch, storeDocuments } from "./documents.ts";
import { eventDelete } from "./event-delete.ts";
import { eventRecall } from "./event-recall.ts";
import { findTextEmbedding } from "./find-text-embedding.ts";
import { search, searchDocuments, vectorSearch } from "./search.ts";
import { eventStore, storeEvent } from "./store-event.ts";
import {
  cancelTask,
  completeTask,
  createTask,
  deleteTask,
  finishTaskStep,
  storeTask,
  taskDestructure,
  taskRecall,
} from "./tasks.ts";

export const storageComponents: CatalogueEntry[] = [
  storeEvent,
  eventStore,
  eventRecall,
  eventDelete,
  conversationStore,
  conversationRecall,
  findTextEmbedding,
  storeDocuments,
  getDocuments,
  fullTextSearch,
  intentSearch,
  documentGet,
  documentSet,
  documentEdit,
  documentDelete,
  documentSetMass,
  documentStoreGet,
  search,
  searchDocuments,
  vectorSearch,
  cacheManagerGet,
  cacheManagerSet,
  cacheManagerDelete,
  createTask,
  storeTask,
  cancelTask,
  completeTask,
  deleteTask,
  finishTaskStep,
  taskRecall,
  taskDestructure,
];
