/** The services that keep something, in memory. */
import { SpellError } from "../../src/protocol/errors.ts";
import * as z from "zod";
import {
  bm25Request,
  cacheKey,
  cacheSetRequest,
  documentBatch,
  nearestRequest,
  hybridRequest,
  nearTextRequest,
  nearVectorRequest,
  newAgent,
  newDocument,
  newDocumentStore,
  newEntity,
  newEvent,
  newWeaviateObject,
  objectsRequest,
  recallRequest,
  type Agent,
  type CacheService,
  type DocumentStore,
  type Entity,
  type NewAgent,
  type NewDocument,
  type NewEntity,
  type NewEvent,
  type NewWeaviateObject,
  type ServiceCall,
  type StoredDocument,
  type StoredEvent,
  type WeaviateObject,
} from "../../src/protocol/services.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { Answers, matches, MemoryTable, parsed } from "./memory-rows.ts";
import { embeddingOf, nearestOf, rankedOf } from "./vectors.ts";

export function memoryStores(now: () => number) {
  const answers = new Answers();
  const date = () => new Date(now()).toISOString();
  const events = new MemoryTable<StoredEvent, NewEvent>(
    {
      name: "event",
      schema: newEvent,
      make: (id, data, before) => ({ ...data, id, date: data.date ?? before?.date ?? date() }),
      dataOf: ({ id: _id, ...data }) => data,
    },
    answers,
  );
  const documents = new MemoryTable<StoredDocument, NewDocument>(
    {
      name: "document",
      schema: newDocument,
      make: (id, data, before) => ({ ...data, id, date: data.date ?? before?.date ?? date() }),
      dataOf: ({ id: _id, ...data }) => data,
    },
    answers,
  );
  const stores = new MemoryTable<DocumentStore, { name: string }>(
    {
      name: "store",
      schema: newDocumentStore,
      make: (id, { name }) => ({ id, name }),
      dataOf: ({ name }) => ({ name }),
    },
    answers,
  );
  const entities = new MemoryTable<Entity, NewEntity>(
    {
      name: "entity",
      schema: newEntity,
      make: (id, data, before) => ({
        ...data,
        id,
        createdAt: before?.createdAt ?? now(),
        updatedAt: now(),
      }),
      dataOf: ({ type, data }) => ({ type, data }),
    },
    answers,
  );
  const agents = new MemoryTable<Agent, NewAgent & { isRunning?: boolean }>(
    {
      name: "agent",
      schema: newAgent.extend({ isRunning: z.boolean().optional() }),
      make: (id, data, before) => ({
        ...data,
        id,
        isRunning: data.isRunning ?? before?.isRunning ?? false,
        createdAt: before?.createdAt ?? now(),
        updatedAt: now(),
      }),
      dataOf: ({ id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...data }) => data,
    },
    answers,
  );
  const weaviate = new MemoryTable<WeaviateObject, NewWeaviateObject>(
    {
      name: "object",
      schema: newWeaviateObject,
      make: (id, data) => ({ ...data, id, vector: data.vector ?? embeddingOf(textIn(data.properties)) }),
      dataOf: ({ id: _id, ...data }) => data,
    },
    answers,
  );
  const ofClass = (call: ServiceCall, name: string) =>
    weaviate.rowsOf(call.userId).filter((row) => row.class === name);
  const near = (
    call: ServiceCall,
    name: string,
    vector: number[],
    certainty: number | undefined,
    limit: number,
  ) => ({
    data: nearestOf(ofClass(call, name), (row) => row.vector, vector)
      .filter((row) => 1 - row.distance / 2 >= (certainty ?? 0))
      .slice(0, limit),
  });
  return {
    cache: cache(now),
    events: extended(events, {
      record: async (call: ServiceCall, event: NewEvent) => events.createNow(call, event, "record"),
      recall: async (call: ServiceCall, request: unknown) => {
        const { embedding, limit, ...where } = parsed(recallRequest, request);
        const found = events
          .rowsOf(call.userId)
          .filter((row) => matches(row, definedOnly(where)))
          .toSorted((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)));
        if (embedding === undefined) return { events: limit === 0 ? [] : found.slice(-limit) };
        return { events: nearestOf(found, (row) => row.embedding, embedding).slice(0, limit) };
      },
    }),
    documents: extended(documents, {
      createMany: async (call: ServiceCall, batch: NewDocument[]) => {
        const checked = parsed(documentBatch, batch);
        return answers.once(call, "documents.createMany", () => ({
          ids: checked.map((document) => documents.createNow({ userId: call.userId }, document).id),
        }));
      },
      nearest: async (call: ServiceCall, request: unknown) => {
        const { embedding, limit, metadata, ...where } = parsed(nearestRequest, request);
        const wanted = Object.entries(metadata ?? {});
        const found = documents
          .rowsOf(call.userId)
          .filter(
            (row) =>
              row.isIncluded !== false &&
              matches(row, definedOnly(where)) &&
              wanted.every(([key, value]) => JSON.stringify(row.metadata?.[key]) === JSON.stringify(value)),
          );
        return { data: nearestOf(found, (row) => row.embedding, embedding).slice(0, limit) };
      },
      // Kept alone: what reads files are actors.
      upload: async () => Promise.reject(new SpellError("not_configured", "Files need an actor.")),
      findFiles: async () => ({ total: 0, limit: 0, skip: 0, data: [] }),
      getFile: async () => Promise.reject(new SpellError("not_found", "There is no file.")),
      removeFile: async () => Promise.reject(new SpellError("not_found", "There is no file.")),
      findStores: stores.find.bind(stores),
      createStore: stores.create.bind(stores),
      removeStore: async (call: ServiceCall, id: string) => {
        const store = await stores.remove(call, id);
        const rows = documents.rowsOf(call.userId);
        for (const row of rows.filter((other) => other.storeId === id)) rows.splice(rows.indexOf(row), 1);
        return store;
      },
    }),
    entities,
    agents: extended(agents, {
      start: (call: ServiceCall, id: string) => agents.patch(call, id, { isRunning: true }),
      stop: (call: ServiceCall, id: string) => agents.patch(call, id, { isRunning: false }),
      // Kept alone: what makes them do something are actors.
      status: async (call: ServiceCall, id: string) => {
        const { isRunning } = await agents.get(call, id);
        return { id, isRunning, waiting: 0, handled: 0, deadLetters: 0, bindings: [] };
      },
      deadLetters: async () => ({ data: [], total: 0 }),
      retry: async () => ({ count: 0 }),
      discard: async () => ({ count: 0 }),
      send: async () => Promise.reject(new SpellError("not_configured", "Agents need an actor.")),
      receive: async () => Promise.reject(new SpellError("not_configured", "Agents need an actor.")),
      eventRecorded: async () => undefined,
    }),
    weaviate: extended(weaviate, {
      objects: async (call: ServiceCall, request: unknown) => {
        const asked = parsed(objectsRequest, request);
        return { data: ofClass(call, asked.class).slice(0, asked.limit) };
      },
      nearText: async (call: ServiceCall, request: unknown) => {
        const asked = parsed(nearTextRequest, request);
        return near(call, asked.class, embeddingOf(asked.concepts.join(" ")), asked.certainty, asked.limit);
      },
      nearVector: async (call: ServiceCall, request: unknown) => {
        const asked = parsed(nearVectorRequest, request);
        return near(call, asked.class, asked.vector, asked.certainty, asked.limit);
      },
      createMany: async (call: ServiceCall, batch: NewWeaviateObject[]) => ({
        ids: batch.map((object) => weaviate.createNow(call, object, "createMany").id),
      }),
      hybrid: async (call: ServiceCall, request: unknown) => {
        const asked = parsed(hybridRequest, request);
        const vector = asked.vector ?? embeddingOf(asked.query);
        return near(call, asked.class, vector, undefined, asked.limit);
      },
      bm25: async (call: ServiceCall, request: unknown) => {
        const asked = parsed(bm25Request, request);
        const text = (row: WeaviateObject) => textIn(row.properties, asked.properties);
        return { data: rankedOf(ofClass(call, asked.class), text, asked.query).slice(0, asked.limit) };
      },
    }),
  };
}

/** The table's methods and further ones, in one object. */
function extended<Row extends { id: string }, New, More extends object>(
  table: MemoryTable<Row, New>,
  more: More,
) {
  return {
    find: table.find.bind(table),
    get: table.get.bind(table),
    create: table.create.bind(table),
    update: table.update.bind(table),
    patch: table.patch.bind(table),
    remove: table.remove.bind(table),
    ...more,
  };
}

const definedOnly = <T extends object>(where: T): { [K in keyof T]: string } =>
  Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: string;
  };

const textIn = (properties: JsonObject, names = Object.keys(properties)): string =>
  names
    .map((name) => properties[name])
    .filter((value) => typeof value === "string")
    .join(" ");

function cache(now: () => number): CacheService {
  const kept = new Map<string, { value: Json; until: number }>();
  const keyOf = (call: ServiceCall, key: string) => JSON.stringify([call.userId, parsed(cacheKey, key)]);
  return {
    get: async (call, key) => {
      const entry = kept.get(keyOf(call, key));
      return entry === undefined || entry.until <= now() ? null : { value: structuredClone(entry.value) };
    },
    set: async (call, key, value, ttlSeconds) => {
      const checked = parsed(cacheSetRequest, { key, value, ttlSeconds });
      const until = checked.ttlSeconds === undefined ? Infinity : now() + checked.ttlSeconds * 1000;
      kept.set(keyOf(call, key), { value: checked.value, until });
    },
    delete: async (call, key) => {
      kept.delete(keyOf(call, key));
    },
  };
}
