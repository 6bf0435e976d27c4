/** Composition root: the HTTP app as default export, the actors and service entrypoints re-exported. */
export { SpellManager } from "./actor/spell-manager.ts";
export { SpellRunner } from "./actor/spell-runner.ts";
export { AgentsEntrypoint } from "./services/agents/entrypoint.ts";
export { CacheEntrypoint } from "./services/cache/entrypoint.ts";
export { CompletionEntrypoint } from "./services/completion/entrypoint.ts";
export { DocumentsEntrypoint } from "./services/documents/entrypoint.ts";
export { EntitiesEntrypoint } from "./services/entities/entrypoint.ts";
export { EventsEntrypoint } from "./services/events/entrypoint.ts";
export { SpellsEntrypoint } from "./actor/spells-entrypoint.ts";
export { HttpEntrypoint } from "./services/http/entrypoint.ts";
export { HuggingfaceEntrypoint } from "./services/huggingface/entrypoint.ts";
export { ImagesEntrypoint } from "./services/images/entrypoint.ts";
export { SearchEntrypoint } from "./services/search/entrypoint.ts";
export { SpeechEntrypoint } from "./services/speech/entrypoint.ts";
export { UsersEntrypoint } from "./services/users/entrypoint.ts";
export { WeaviateEntrypoint } from "./services/weaviate/entrypoint.ts";
export { VectorStore } from "./services/weaviate/vector-store.ts";
export { app as default } from "./http/app.ts";
