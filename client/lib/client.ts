/** The typed client of a Spellrunner server: spells, runs and connections. */
import type { EnginePlugin } from "../../src/engine/index.ts";
import type { PlayedSource } from "../../src/protocol/runners.ts";
import type { RunRequest } from "../../src/protocol/runs.ts";
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { JsonObject } from "../../src/protocol/values.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Http } from "./http.ts";
import { fillObject } from "./large-values.ts";
import { runner } from "./message-shapes.ts";
import { type Fetch, nativeFetch } from "./platform.ts";
import { Playback } from "./playback.ts";
import { Recorder } from "./recorder.ts";
import { RunFeed } from "./run-feed.ts";
import { feedFromHttp, type HttpRunOptions } from "./run-over-http.ts";
import { type Complete, RunStream } from "./run-stream.ts";
import { type InSession, RunsApi } from "./runs-api.ts";
import type { ShapeOf } from "./shape.ts";
import { KeysApi, SecretsApi, ServiceApi } from "./services-api.ts";
import { spellPath, SpellsApi } from "./spells-api.ts";
import { type GetToken, Tokens } from "./tokens.ts";

export interface ClientOptions {
  /** Of the server, as in `https://spells.example`. */
  url: string;
  /** A JWT or an API key (`sk_…`). With `getToken` too, the first one. */
  token?: string | undefined;
  /** Gives a token, and another one where that has ended: `({ refresh }) => …`. */
  getToken?: GetToken | undefined;
  /** Default: the runtime's own. */
  fetch?: Fetch | undefined;
}

/** A runner as `GET /spells/:id/runner` shows it. */
export interface Runner {
  loaded: boolean;
  playing: boolean;
  sources: PlayedSource[];
  waiting: number;
  dropped: number;
  connections: number;
  lastSeq: number;
  queue: number;
  bytes: number;
}

export class SpellrunnerClient {
  readonly spells: SpellsApi;
  readonly runs: RunsApi;
  readonly secrets: SecretsApi;
  readonly keys: KeysApi;
  readonly #http: Http;
  readonly #tokens: Tokens;

  /** @throws SpellError `not_configured` without `token` or `getToken` */
  constructor({ url, token, getToken, fetch = nativeFetch }: ClientOptions) {
    this.#tokens = new Tokens({ token, getToken });
    this.#http = new Http(url, this.#tokens, fetch);
    this.spells = new SpellsApi(this.#http);
    this.runs = new RunsApi(this.#http);
    this.secrets = new SecretsApi(this.#http);
    this.keys = new KeysApi(this.#http);
  }

  /**
   * Starts a run. Await it for its result, or read its events by `for await`; a line that breaks is made again behind the last.
   * @throws SpellError (by its promise) `bad_request`, `not_found`, the run's own failure, or `interrupted` when the line stays broken
   */
  run(spellId: string, request: RunRequest = {}, options: HttpRunOptions = {}): RunStream {
    const feed = new RunFeed();
    void feedFromHttp(feed, this.#http, spellId, request, options);
    return new RunStream(feed, this.#completeIn(spellId, options), async (runId) => {
      await this.runs.cancel(spellId, runId, options);
    });
  }

  /** Connects to the runner of a spell; comes back by itself when the line breaks, and misses nothing. */
  connect(spellId: string, options: ConnectionOptions = {}): Connection {
    const { session } = options;
    const query = session === undefined ? "" : `?session=${encodeURIComponent(session)}`;
    return new Connection(
      {
        url: `${this.#http.url.replace(/^http/, "ws")}${spellPath(spellId)}/connect${query}`,
        tokens: this.#tokens,
        ...this.#sourceIn(spellId, { session }),
        eventsAfter: (runId, after) => this.runs.events(spellId, runId, { session, after }),
        complete: this.#completeIn(spellId, { session }),
        cancel: async (runId) => void (await this.runs.cancel(spellId, runId, { session })),
        probe: () =>
          this.runner(spellId, { session }).then(
            () => null,
            (error: unknown) => SpellError.from(error),
          ),
      },
      options,
    );
  }

  /** A past run, to be stepped through here; plugins are told the steps taken forward. @throws SpellError `journal_mismatch` */
  async replay(
    spellId: string,
    runId: string,
    { session, plugins = [] }: InSession & { plugins?: readonly EnginePlugin[] } = {},
  ): Promise<Playback> {
    return new Playback(await new Recorder(this.#sourceIn(spellId, { session })).fetch(runId), plugins);
  }

  /** How the runner of a spell is: loaded, playing, its sources. */
  runner(spellId: string, { session }: InSession = {}): Promise<Runner> {
    return this.#http.json(runner, `${spellPath(spellId)}/runner`, { query: { session } });
  }

  /** Starts the spell's sources: each firing of one is a run. @throws SpellError `spell_invalid` where it has none */
  play(spellId: string, { session }: InSession = {}): Promise<Runner> {
    return this.#http.json(runner, `${spellPath(spellId)}/play`, { method: "POST", query: { session } });
  }

  /** Stops them; what runs goes on to its end. */
  pause(spellId: string, { session }: InSession = {}): Promise<Runner> {
    return this.#http.json(runner, `${spellPath(spellId)}/pause`, { method: "POST", query: { session } });
  }

  /** One of the server's services: `service("documents").find(…)`. `Row`: what its rows are, by the caller's word. */
  service<Row = JsonObject>(name: string): ServiceApi<Row> {
    return new ServiceApi<Row>(this.#http, name);
  }

  /** Names of the server's services, and their verbs: of its own description. */
  async services(): Promise<Record<string, string[]>> {
    const { paths } = await this.#http.json(description, "/openapi.json");
    const verbs: Record<string, string[]> = {};
    for (const [path, methods] of Object.entries(paths)) {
      const [, name, verb = ""] = /^\/services\/([^/{]+)(?:\/([^/]+))?$/.exec(path) ?? [];
      if (name === undefined) continue;
      const isOwn = verb !== "" && !verb.startsWith("{");
      const usual = Object.keys(methods).map((method) => usualVerbs[`${method} ${verb}`] ?? method);
      (verbs[name] ??= []).push(...(isOwn ? [verb] : usual));
    }
    return verbs;
  }

  #completeIn(spellId: string, { session }: InSession): Complete {
    return (runId, values) =>
      fillObject(values, (valueId) => this.runs.value(spellId, runId, valueId, { session }));
  }

  #sourceIn(spellId: string, { session }: InSession) {
    return {
      plan: (runId: string) => this.runs.plan(spellId, runId, { session }),
      events: (runId: string) => this.runs.events(spellId, runId, { session }),
      value: (runId: string, valueId: string) => this.runs.value(spellId, runId, valueId, { session }),
    };
  }
}

const description: ShapeOf<{ paths: Record<string, Record<string, unknown>> }> = {
  type: "object",
  required: ["paths"],
  properties: { paths: { type: "object", additionalProperties: { type: "object" } } },
};

/** What a method means at `/services/<name>`, and at one row of it. */
const usualVerbs: Record<string, string> = {
  "get ": "find",
  "post ": "create",
  "get {id}": "get",
  "put {id}": "update",
  "patch {id}": "patch",
  "delete {id}": "remove",
};
