/** The services that nodes may call. Each is plain JSON over RPC, its messages in a file of its own. */
import type { AgentsService } from "./services/agents.ts";
import type { CacheService } from "./services/cache.ts";
import type { CompletionService } from "./services/completion.ts";
import type { DocumentsService } from "./services/documents.ts";
import type { EntitiesService } from "./services/entities.ts";
import type { EventsService } from "./services/events.ts";
import type { HttpService } from "./services/http.ts";
import type { HuggingfaceService } from "./services/huggingface.ts";
import type { ImagesService } from "./services/images.ts";
import type { SearchService } from "./services/search.ts";
import type { SpeechService } from "./services/speech.ts";
import type { SpellsService } from "./services/spells.ts";
import type { UsersService } from "./services/users.ts";
import type { WeaviateService } from "./services/weaviate.ts";

export * from "./services/agents.ts";
export * from "./services/cache.ts";
export * from "./services/call.ts";
export * from "./services/completion.ts";
export * from "./services/documents.ts";
export * from "./services/entities.ts";
export * from "./services/events.ts";
export * from "./services/http.ts";
export * from "./services/huggingface.ts";
export * from "./services/images.ts";
export * from "./services/query.ts";
export * from "./services/search.ts";
export * from "./services/speech.ts";
export * from "./services/spells.ts";
export * from "./services/users.ts";
export * from "./services/vectors.ts";
export * from "./services/weaviate.ts";

/** Those not bound are absent, and a node that needs one fails with `not_configured`. */
export interface Services {
  agents?: AgentsService;
  cache?: CacheService;
  completion?: CompletionService;
  documents?: DocumentsService;
  entities?: EntitiesService;
  events?: EventsService;
  http?: HttpService;
  huggingface?: HuggingfaceService;
  images?: ImagesService;
  search?: SearchService;
  speech?: SpeechService;
  spells?: SpellsService;
  users?: UsersService;
  weaviate?: WeaviateService;
}

export type ServiceName = keyof Services;
