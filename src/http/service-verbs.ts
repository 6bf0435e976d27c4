/** The services' own verbs over HTTP: `POST /services/<service>/<verb>`. */
import type { BoundService } from "../platform/bound-services.ts";
import { SpellError } from "../protocol/errors.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import type { SchemaName } from "./schemas.ts";

/** A body as it came, whatever is in it: the service checks its arguments itself. */
export interface Given {
  readonly id: never;
  readonly key: never;
  readonly value: never;
  readonly ttlSeconds: never;
  readonly documents: never;
  readonly model: never;
  readonly inputs: never;
  readonly parameters: never;
  readonly letter: never;
  readonly spell: never;
}

export interface Verb {
  service: BoundService;
  verb: string;
  summary: string;
  body?: SchemaName;
  /** Without one there is nothing to tell. */
  gives?: SchemaName;
  ask: (services: Services, call: ServiceCall, body: Given) => Promise<unknown>;
}

/** Own verbs, `POST /services/<service>/<verb>`. What is in a body is checked by the service itself. */
export const verbs: readonly Verb[] = [
  verb("agents", "start", "Start an agent", "IdRequest", "Agent", (agents, call, { id }) =>
    agents.start(call, id),
  ),
  verb("agents", "stop", "Stop an agent", "IdRequest", "Agent", (agents, call, { id }) =>
    agents.stop(call, id),
  ),
  verb(
    "agents",
    "status",
    "How an agent fares, and where its webhooks are",
    "IdRequest",
    "AgentStatus",
    (agents, call, { id }) => agents.status(call, id),
  ),
  verb(
    "agents",
    "deadLetters",
    "The newest 100 messages that were given up",
    "IdRequest",
    "DeadLetterList",
    (agents, call, { id }) => agents.deadLetters(call, id),
  ),
  verb(
    "agents",
    "retry",
    "Try a dead letter anew, or all",
    "LetterRequest",
    "LetterCount",
    (agents, call, { id, letter }) => agents.retry(call, id, letter),
  ),
  verb(
    "agents",
    "discard",
    "Forget a dead letter, or all",
    "LetterRequest",
    "LetterCount",
    (agents, call, { id, letter }) => agents.discard(call, id, letter),
  ),
  verb(
    "agents",
    "send",
    "Tell an agent something, and wait for its run",
    "SendRequest",
    "SentMessage",
    (agents, call, { id, ...message }) => agents.send(call, id, message as never),
  ),
  verb(
    "cache",
    "get",
    "Get what is kept under a key; null where nothing is",
    "CacheKeyRequest",
    "Cached",
    (cache, call, { key }) => cache.get(call, key),
  ),
  verb(
    "cache",
    "set",
    "Keep a value under a key",
    "CacheSetRequest",
    undefined,
    (cache, call, { key, value, ttlSeconds }) => cache.set(call, key, value, ttlSeconds),
  ),
  verb("cache", "delete", "Forget a key", "CacheKeyRequest", undefined, (cache, call, { key }) =>
    cache.delete(call, key),
  ),
  verb(
    "completion",
    "complete",
    "Complete a prompt",
    "CompletionRequest",
    "CompletionResult",
    (completion, call, body) => completion.complete(call, body as never),
  ),
  verb("completion", "chat", "Answer a chat", "ChatRequest", "CompletionResult", (completion, call, body) =>
    completion.chat(call, body as never),
  ),
  verb("completion", "embed", "Make embeddings", "EmbedRequest", "EmbedResult", (completion, call, body) =>
    completion.embed(call, body as never),
  ),
  verb(
    "documents",
    "createMany",
    "Create documents, all or none",
    "DocumentBatch",
    "Ids",
    (documents, call, body) => documents.createMany(call, body.documents),
  ),
  verb(
    "documents",
    "nearest",
    "Find the documents that are nearest to a vector",
    "NearestRequest",
    "NearestResult",
    (documents, call, body) => documents.nearest(call, body as never),
  ),
  verb(
    "documents",
    "findStores",
    "Find stores of documents",
    "JsonObject",
    "DocumentStorePage",
    (documents, call, body) => documents.findStores(call, body as never),
  ),
  verb(
    "documents",
    "createStore",
    "Create a store of documents",
    "NewDocumentStore",
    "DocumentStore",
    (documents, call, body) => documents.createStore(call, body as never),
  ),
  verb(
    "documents",
    "removeStore",
    "Remove a store with its documents",
    "IdRequest",
    "DocumentStore",
    (documents, call, { id }) => documents.removeStore(call, id),
  ),
  verb(
    "documents",
    "findFiles",
    "Find uploaded files",
    "JsonObject",
    "DocumentFilePage",
    (documents, call, body) => documents.findFiles(call, body as never),
  ),
  verb(
    "documents",
    "getFile",
    "How far a file is read and stored",
    "IdRequest",
    "DocumentFile",
    (documents, call, { id }) => documents.getFile(call, id),
  ),
  verb(
    "documents",
    "removeFile",
    "Remove a file with all its documents",
    "IdRequest",
    "DocumentFile",
    (documents, call, { id }) => documents.removeFile(call, id),
  ),
  verb("events", "record", "Record an event", "NewEvent", "StoredEvent", (events, call, body) =>
    events.record(call, body as never),
  ),
  verb(
    "events",
    "recall",
    "Recall events, the newest or the nearest",
    "RecallRequest",
    "Recalled",
    (events, call, body) => events.recall(call, body as never),
  ),
  verb(
    "http",
    "request",
    "Send a request to the outside",
    "HttpRequest",
    "HttpResponse",
    (http, call, body) => http.request(call, body as never),
  ),
  verb(
    "huggingface",
    "infer",
    "Ask a model on Hugging Face",
    "InferRequest",
    "Json",
    (huggingface, call, body) => huggingface.infer(call, body.model, body.inputs, body.parameters),
  ),
  verb("images", "generate", "Make pictures", "GenerateImagesRequest", "ImagesResult", (images, call, body) =>
    images.generate(call, body as never),
  ),
  verb(
    "images",
    "describe",
    "Say what a picture shows",
    "DescribeImageRequest",
    "ImageDescription",
    (images, call, body) => images.describe(call, body as never),
  ),
  verb("speech", "speak", "Make sound of a text", "SpeakRequest", "Spoken", (speech, call, body) =>
    speech.speak(call, body as never),
  ),
  verb(
    "speech",
    "transcribe",
    "Make text of sound",
    "TranscribeRequest",
    "Transcribed",
    (speech, call, body) => speech.transcribe(call, body as never),
  ),
  verb(
    "search",
    "query",
    "Search words in your documents, or on the web",
    "SearchRequest",
    "SearchResult",
    (search, call, body) => search.query(call, body as never),
  ),
  verb(
    "spells",
    "interface",
    "What a spell takes and gives",
    "SpellInterfaceRequest",
    "SpellInterface",
    (spells, call, { spell }) => spells.interface(call, spell),
  ),
  verb(
    "spells",
    "run",
    "Run a spell by its id or name, to its end",
    "RunSpellRequest",
    "RanSpell",
    (spells, call, body) => spells.run(call, body as never),
  ),
  verb(
    "spells",
    "push",
    "Fire a Spell In of a spell that is played",
    "PushRequest",
    "PushedValue",
    (spells, call, body) => spells.push(call, body as never),
  ),
  verb("users", "me", "Tell who the caller is", undefined, "Me", (users, call) => users.me(call)),
  verb(
    "weaviate",
    "objects",
    "List the objects of a class",
    "ObjectsRequest",
    "WeaviateResult",
    (weaviate, call, body) => weaviate.objects(call, body as never),
  ),
  verb(
    "weaviate",
    "nearText",
    "Find objects by meaning",
    "NearTextRequest",
    "WeaviateResult",
    (weaviate, call, body) => weaviate.nearText(call, body as never),
  ),
  verb(
    "weaviate",
    "nearVector",
    "Find objects by a vector",
    "NearVectorRequest",
    "WeaviateResult",
    (weaviate, call, body) => weaviate.nearVector(call, body as never),
  ),
  verb("weaviate", "bm25", "Find objects by words", "Bm25Request", "WeaviateResult", (weaviate, call, body) =>
    weaviate.bm25(call, body as never),
  ),
];

/** @param ask gets the body as it came: an object, with whatever is in it */
function verb<Name extends BoundService>(
  service: Name,
  name: string,
  summary: string,
  body: SchemaName | undefined,
  gives: SchemaName | undefined,
  ask: (service: NonNullable<Services[Name]>, call: ServiceCall, body: Given) => Promise<unknown>,
): Verb {
  return {
    service,
    verb: name,
    summary,
    ...(body === undefined ? {} : { body }),
    ...(gives === undefined ? {} : { gives }),
    ask: (services, call, given) => ask(boundOf(services, service), call, given),
  };
}

/** @throws SpellError `not_configured` */
export function boundOf<Name extends BoundService>(
  services: Services,
  name: Name,
): NonNullable<Services[Name]> {
  const service = services[name];
  if (service !== undefined && service !== null) return service;
  throw new SpellError(
    "not_configured",
    `The ${name} service is not bound. Name a Worker for it in wrangler.toml.`,
  );
}
