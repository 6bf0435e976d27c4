/** Runs over HTTP. Every method throws SpellErrors: `unauthorized`, `not_found` and whatever else is said at each. */
import type { StampedEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { ForkRequest, Run, RunStatus } from "../../src/protocol/runs.ts";
import type { Json } from "../../src/protocol/values.ts";
import type { Http } from "./http.ts";
import { eventPage, run, runList } from "./message-shapes.ts";
import type { ShapeOf } from "./shape.ts";
import { type PageOf, type PageQuery, planShape, spellPath } from "./spells-api.ts";

/** `session`: the name of a further actor of the same spell; `main` unless given. */
export interface InSession {
  session?: string | undefined;
}

export class RunsApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Newest first. */
  list(
    spellId: string,
    { session, ...query }: InSession & PageQuery & { status?: RunStatus } = {},
  ): Promise<PageOf<Run>> {
    return this.#http.json(runList, `${spellPath(spellId)}/runs`, { query: { ...query, session } });
  }

  get(spellId: string, runId: string, { session }: InSession = {}): Promise<Run> {
    return this.#http.json(run, runPath(spellId, runId), { query: { session } });
  }

  /** Ends a run, also a queued one. @throws SpellError `conflict` when it has ended already */
  cancel(spellId: string, runId: string, { session }: InSession = {}): Promise<Run> {
    return this.#http.json(run, runPath(spellId, runId), { method: "DELETE", query: { session } });
  }

  /**
   * Goes on with a run that did not complete, as a new run that takes over what was done and not edited since.
   * @throws SpellError `conflict` when it is in flight, or has completed
   */
  resume(spellId: string, runId: string, { session }: InSession = {}): Promise<Run> {
    return this.#http.json(run, `${runPath(spellId, runId)}/resume`, { method: "POST", query: { session } });
  }

  /** Runs again from one node, as a new run that takes over the rest. @throws SpellError `conflict`, `bad_request` */
  fork(spellId: string, runId: string, request: ForkRequest, { session }: InSession = {}): Promise<Run> {
    return this.#http.json(run, `${runPath(spellId, runId)}/fork`, { body: request, query: { session } });
  }

  /** All events of a run after `after`, in pages that are fetched as they are read. One that goes on ends where it has got to. */
  async *events(
    spellId: string,
    runId: string,
    { session, after = 0 }: InSession & { after?: number } = {},
  ): AsyncGenerator<StampedEvent> {
    for (let from: number | undefined = after; from !== undefined;) {
      const page: { events: StampedEvent[]; next?: number } = await this.#http.json(
        eventPage,
        `${runPath(spellId, runId)}/events`,
        { query: { session, after: from } },
      );
      yield* page.events;
      from = page.next;
    }
  }

  /** The plan that a run is pinned to, its sub-spells as they were: what replays it. */
  plan(spellId: string, runId: string, { session }: InSession = {}): Promise<Plan> {
    return this.#http.json(planShape, `${runPath(spellId, runId)}/plan`, { query: { session } });
  }

  /** A value that events refer to by `$value`. */
  value(spellId: string, runId: string, valueId: string, { session }: InSession = {}): Promise<Json> {
    const path = `${runPath(spellId, runId)}/values/${encodeURIComponent(valueId)}`;
    return this.#http.json(anyJson, path, { query: { session } });
  }
}

/** What came out of JSON.parse is JSON. */
const anyJson: ShapeOf<Json> = {};

export const runPath = (spellId: string, runId: string): string =>
  `${spellPath(spellId)}/runs/${encodeURIComponent(runId)}`;
