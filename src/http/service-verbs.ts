/** The services' own verbs over HTTP: `POST /services/<service>/<verb>`. */
import { boundOf, type BoundService } from "../platform/bound-services.ts";
import { callMethod, type MethodOf } from "../protocol/service-methods.ts";
import type { ServiceCall, Services } from "../protocol/services.ts";
import type { SchemaName } from "./schemas.ts";

export interface Verb {
  service: BoundService;
  verb: string;
  summary: string;
  body?: SchemaName;
  /** Without one there is nothing to tell. */
  gives?: SchemaName;
  /** @param body as it came, an object with whatever is in it: the service checks its arguments itself */
  ask: (services: Services, call: ServiceCall, body: Record<string, unknown>) => Promise<unknown>;
}

/** Own verbs, `POST /services/<service>/<verb>`. What is in a body is checked by the service itself. */
export const verbs: readonly Verb[] = [
  verb("agents", "start", "Start an agent", "IdRequest", "Agent"),
  verb("agents", "stop", "Stop an agent", "IdRequest", "Agent"),
  verb("agents", "status", "How an agent fares, and where its webhooks are", "IdRequest", "AgentStatus"),
  verb("agents", "deadLetters", "The newest 100 messages that were given up", "IdRequest", "DeadLetterList"),
  verb("agents", "retry", "Try a dead letter anew, or all", "LetterRequest", "LetterCount"),
  verb("agents", "discard", "Forget a dead letter, or all", "LetterRequest", "LetterCount"),
  verb("agents", "send", "Tell an agent something, and wait for its run", "SendRequest", "SentMessage"),
  verb("cache", "get", "Get what is kept under a key; null where nothing is", "CacheKeyRequest", "Cached"),
  verb("cache", "set", "Keep a value under a key", "CacheSetRequest", undefined),
  verb("cache", "delete", "Forget a key", "CacheKeyRequest", undefined),
  verb("completion", "complete", "Complete a prompt", "CompletionRequest", "CompletionResult"),
  verb("completion", "chat", "Answer a chat", "ChatRequest", "CompletionResult"),
  verb("completion", "embed", "Make embeddings", "EmbedRequest", "EmbedResult"),
  verb("documents", "createMany", "Create documents, all or none", "DocumentBatch", "Ids"),
  verb(
    "documents",
    "nearest",
    "Find the documents that are nearest to a vector",
    "NearestRequest",
    "NearestResult",
  ),
  verb("documents", "findStores", "Find stores of documents", "JsonObject", "DocumentStorePage"),
  verb("documents", "createStore", "Create a store of documents", "NewDocumentStore", "DocumentStore"),
  verb("documents", "removeStore", "Remove a store with its documents", "IdRequest", "DocumentStore"),
  verb("documents", "findFiles", "Find uploaded files", "JsonObject", "DocumentFilePage"),
  verb("documents", "getFile", "How far a file is read and stored", "IdRequest", "DocumentFile"),
  verb("documents", "removeFile", "Remove a file with all its documents", "IdRequest", "DocumentFile"),
  verb("events", "record", "Record an event", "NewEvent", "StoredEvent"),
  verb("events", "recall", "Recall events, the newest or the nearest", "RecallRequest", "Recalled"),
  verb("http", "request", "Send a request to the outside", "HttpRequest", "HttpResponse"),
  verb("huggingface", "infer", "Ask a model on Hugging Face", "InferRequest", "Json"),
  verb("images", "generate", "Make pictures", "GenerateImagesRequest", "ImagesResult"),
  verb("images", "describe", "Say what a picture shows", "DescribeImageRequest", "ImageDescription"),
  verb("speech", "speak", "Make sound of a text", "SpeakRequest", "Spoken"),
  verb("speech", "transcribe", "Make text of sound", "TranscribeRequest", "Transcribed"),
  verb(
    "speech",
    "timings",
    "How long nodes, spells and providers took: p50, p95, count and failures",
    "TimingsRequest",
    "TimingsResult",
  ),
  verb("search", "query", "Search words in your documents, or on the web", "SearchRequest", "SearchResult"),
  verb("spells", "interface", "What a spell takes and gives", "SpellInterfaceRequest", "SpellInterface"),
  verb("spells", "run", "Run a spell by its id or name, to its end", "RunSpellRequest", "RanSpell"),
  verb("spells", "push", "Fire a Spell In of a spell that is played", "PushRequest", "PushedValue"),
  verb("users", "me", "Tell who the caller is", undefined, "Me"),
  verb("weaviate", "objects", "List the objects of a class", "ObjectsRequest", "WeaviateResult"),
  verb("weaviate", "nearText", "Find objects by meaning", "NearTextRequest", "WeaviateResult"),
  verb("weaviate", "nearVector", "Find objects by a vector", "NearVectorRequest", "WeaviateResult"),
  verb("weaviate", "hybrid", "Find objects by words and meaning", "HybridRequest", "WeaviateResult"),
  verb("weaviate", "createMany", "Create objects", "WeaviateBatchRequest", "Ids"),
  verb("weaviate", "bm25", "Find objects by words", "Bm25Request", "WeaviateResult"),
];

function verb<Name extends BoundService>(
  service: Name,
  name: MethodOf<Name>,
  summary: string,
  body?: SchemaName,
  gives?: SchemaName,
): Verb {
  return {
    service,
    verb: name,
    summary,
    ...(body === undefined ? {} : { body }),
    ...(gives === undefined ? {} : { gives }),
    ask: (services, call, given) => callMethod(boundOf(services, service), call, service, name, given),
  };
}
