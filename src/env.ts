/** The one `Env`: bindings and settings of the Worker. Types only. */
import type { AttemptCounter } from "./actor/attempt-counter.ts";
import type { SpellManager } from "./actor/spell-manager.ts";
import type { SpellRunner } from "./actor/spell-runner.ts";
import type {
  AgentsService,
  CacheService,
  CompletionService,
  DocumentsService,
  EntitiesService,
  EventsService,
  HttpService,
  HuggingfaceService,
  ImagesService,
  SearchService,
  SpeechService,
  SpellsService,
  UsersService,
  WeaviateService,
} from "./protocol/services.ts";
import type { WorkersAi } from "./services/provider/workers-ai.ts";

export interface Env {
  DB: D1Database;
  SPELL_RUNNER: DurableObjectNamespace<SpellRunner>;
  SPELL_MANAGER: DurableObjectNamespace<SpellManager>;
  /** Count attempts to sign in: an actor for each account and address. */
  ATTEMPTS: DurableObjectNamespace<AttemptCounter>;
  /** What the weaviate service keeps: an actor for each user. */
  VECTORS?: DurableObjectNamespace;
  /** What agents do: an actor for each. */
  AGENT_ACTORS?: DurableObjectNamespace;
  /** Read uploaded files: an actor for each, until it is done. */
  FILE_READERS?: DurableObjectNamespace;
  /** Adds up what isolates count. */
  METRICS?: DurableObjectNamespace;
  /** What the cache service keeps. */
  CACHE?: KVNamespace;

  /** The editor's page, where it was built. */
  ASSETS?: Pick<Fetcher, "fetch">;
  /** Workers AI, where it is bound. */
  AI?: WorkersAi;

  /** Service bindings, so another Worker can take the place of each by a line of wrangler.toml. */
  AGENTS?: AgentsService;
  CACHE_SERVICE?: CacheService;
  COMPLETION: CompletionService;
  DOCUMENTS?: DocumentsService;
  ENTITIES?: EntitiesService;
  EVENTS?: EventsService;
  HTTP?: HttpService;
  HUGGINGFACE?: HuggingfaceService;
  IMAGES?: ImagesService;
  SEARCH?: SearchService;
  SPEECH?: SpeechService;
  SPELLS?: SpellsService;
  USERS?: UsersService;
  WEAVIATE?: WeaviateService;

  /** HS256 secret, at least 32 bytes. */
  AUTH_SECRET?: string;
  AUTH_JWKS_URL?: string;
  AUTH_ISSUER?: string;
  AUTH_AUDIENCE?: string;
  /** Further issuers as JSON: `[{"issuer", "jwksUrl", "audience"?}]`. */
  AUTH_ISSUERS?: string;
  /** Seals users' secrets; default: AUTH_SECRET. */
  SECRETS_KEY?: string;
  /** The key before, after a change. */
  SECRETS_KEY_OLD?: string;
  /** `closed`: nobody signs up here. */
  AUTH_SIGNUP?: string;
  /** Who reads `GET /admin/metrics`; without it there is no such route. */
  ADMIN_TOKEN?: string;
  /** Set by `npm start` on a loopback address: the user whom a page on this machine may sign in as, without a password. */
  LOCAL_USER?: string;
  /** Where this server is reached from outside, without a slash at the end: in front of the addresses that nodes tell. */
  PUBLIC_URL?: string;
  /** Comma-separated origins that may open WebSockets and call the API from pages; the server's own always may. */
  ALLOWED_ORIGINS?: string;

  /** `on`: the two below are asked. */
  RATE_LIMITS?: string;
  /** Requests a minute from one address, and of one user: how many is in wrangler.toml. */
  ADDRESS_RATE?: RateLimit;
  USER_RATE?: RateLimit;
  /** Failed sign-ins in 15 minutes, and new accounts in an hour; without a limit where they are not set. */
  AUTH_MAX_SIGN_INS_PER_ACCOUNT?: string;
  AUTH_MAX_SIGN_INS_PER_ADDRESS?: string;
  AUTH_MAX_SIGN_UPS_PER_ADDRESS?: string;

  /** What one user may have and do over all runners; without a limit where they are not set. */
  USER_MAX_RUNS?: string;
  USER_MAX_RUNS_PER_SECOND?: string;
  USER_MAX_CONNECTIONS?: string;
  USER_MAX_JOURNAL_BYTES?: string;

  OPENAI_API_KEY?: string;
  OPENAI_BASE_URL?: string;
  /** Where set, the models called `claude-…` are asked there. */
  ANTHROPIC_API_KEY?: string;
  ANTHROPIC_BASE_URL?: string;
  /** Where set, the models called `jamba-…` are asked there. */
  AI21_API_KEY?: string;
  AI21_BASE_URL?: string;
  /** What searches the web: the first that is set. */
  EXA_API_KEY?: string;
  EXA_BASE_URL?: string;
  BRAVE_API_KEY?: string;
  BRAVE_BASE_URL?: string;
  SEARXNG_URL?: string;
  /** Defaults: theirs. */
  DISCORD_BASE_URL?: string;
  TELEGRAM_BASE_URL?: string;
  /** A Weaviate server in the place of the embedded store. */
  WEAVIATE_URL?: string;
  WEAVIATE_API_KEY?: string;
  HUGGINGFACE_API_KEY?: string;
  /** Default: their router. Models follow behind a slash. */
  HUGGINGFACE_BASE_URL?: string;
  /** Hosts with commas between, `host`, `host:port` or `*.example.com`: those that nodes may reach though they are inside. */
  HTTP_ALLOWED_HOSTS?: string;
  /** Those that nodes may not reach. */
  HTTP_BLOCKED_HOSTS?: string;
  /** JSON object `{old model name: model}`, laid over the built-in table. `*` is the model for a request without one. */
  COMPLETION_MODELS?: string;
}
