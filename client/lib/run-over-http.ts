/** Starts a run over HTTP and feeds its events in, by server-sent events, through connections that break. */
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { RunRequest } from "../../src/protocol/runs.ts";
import type { Http } from "./http.ts";
import { serverMessage } from "./message-shapes.ts";
import { randomId, type Signal, sleep } from "./platform.ts";
import type { RunFeed } from "./run-feed.ts";
import { runPath } from "./runs-api.ts";
import { checked } from "./shape.ts";
import { spellPath } from "./spells-api.ts";
import { chunksOf, readSentEvents } from "./sse.ts";

/** Times that a broken connection is made again without an event in between. */
const maxReconnects = 5;

export interface HttpRunOptions {
  session?: string | undefined;
  /** The same key within 24 h gives the first run. Default: a new one, so that a start whose answer was lost is repeated safely. */
  idempotencyKey?: string | undefined;
  /** Gives up listening; the run goes on. */
  signal?: Signal | undefined;
}

export async function feedFromHttp(
  feed: RunFeed,
  http: Http,
  spellId: string,
  request: RunRequest,
  { session, idempotencyKey = randomId(), signal }: HttpRunOptions,
): Promise<void> {
  const query = { session };
  for (let failures = 0; !feed.isOver; failures += 1) {
    if (failures > 0) await sleep(250 * 2 ** failures);
    const { runId, lastSeq } = feed;
    try {
      const headers = { accept: "text/event-stream" };
      const response =
        runId === undefined
          ? await http.ask(`${spellPath(spellId)}/run`, {
              body: request,
              headers: { ...headers, "idempotency-key": idempotencyKey },
              query,
              signal,
            })
          : await http.ask(`${runPath(spellId, runId)}/events`, {
              headers: { ...headers, "last-event-id": String(lastSeq) },
              query,
              signal,
            });
      if (response.body === null) throw new SpellError("protocol_error", `${http.url} sent no events.`);
      for await (const { data } of readSentEvents(chunksOf(response.body))) {
        const message = checked(serverMessage, JSON.parse(data), "An event");
        if ("seq" in message) feed.push(message);
        failures = 0;
      }
    } catch (error) {
      const told = error instanceof SpellError ? error : undefined;
      if (signal?.aborted === true) return feed.fail(new SpellError("cancelled", "Listening was given up."));
      if (told !== undefined && !told.retryable) return feed.fail(told);
      if (failures >= maxReconnects) return feed.fail(broken(http, spellId, error));
    }
    if (failures >= maxReconnects) return feed.fail(broken(http, spellId, undefined));
  }
}

const broken = (http: Http, spellId: string, cause: unknown): SpellError =>
  new SpellError(
    "interrupted",
    `The connection to ${http.url} broke. The run may go on: look at ${spellPath(spellId)}/runs before you start another.`,
    { cause },
  );
