/** The front door of `spellrunner/client`. */
export type { EnginePlugin, PluginNode } from "../../src/engine/index.ts";
export type { ServerMessage, Snapshot, Welcome } from "../../src/protocol/down.ts";
export type { ApiKey, MadeApiKey, NewApiKey } from "../../src/protocol/accounts.ts";
export type { ErrorInfo } from "../../src/protocol/errors.ts";
export type {
  NodeCompleted,
  NodeFailed,
  RunEnded,
  RunEvent,
  RunStarted,
  StampedEvent,
} from "../../src/protocol/events.ts";
export type { Publication, PublishedSpell, PublishRequest, Share } from "../../src/protocol/publications.ts";
export type { Plan } from "../../src/protocol/plan.ts";
export type { ForkRequest, Run, RunRequest, RunResult, RunStatus } from "../../src/protocol/runs.ts";
export type { SavedSpell, SpellDocument, SpellIssue, SpellSummary } from "../../src/protocol/spell.ts";
export { type ErrorCode, SpellError } from "../../src/protocol/spell-error.ts";
export type { ClientMessage } from "../../src/protocol/up.ts";
export { isValueRef } from "../../src/protocol/value-ref.ts";
export type { Json, JsonObject, ValueRef } from "../../src/protocol/values.ts";
export { type ClientOptions, type Runner, SpellrunnerClient } from "./client.ts";
export type { Connection, ConnectionOptions } from "./connection.ts";
export type { ConnectionEvents, ConnectionState } from "./connection-events.ts";
export { type LocalRun, type Recording, runLocally } from "./local-run.ts";
export type { BlobLike, Fetch, WebSocketClass } from "./platform.ts";
export { Playback, type Step } from "./playback.ts";
export { consolePlugin, type ConsoleLike } from "./plugins/console-plugin.ts";
export { type NodeTiming, type TimingPlugin, timingPlugin } from "./plugins/timing-plugin.ts";
export { EditConflict, type SavedEdit } from "./replies.ts";
export type { HttpRunOptions } from "./run-over-http.ts";
export type { RunStream } from "./run-stream.ts";
export { type NodeView, RunViews, runViewsOf, type RunView, type SpellView } from "./run-views.ts";
export type { InSession } from "./runs-api.ts";
export type { KeysApi, SecretsApi, ServiceApi, ServicePage, UploadOptions } from "./services-api.ts";
export type { CreatedSpell, PageOf, PageQuery } from "./spells-api.ts";
export type { GetToken } from "./tokens.ts";
