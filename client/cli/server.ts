/** A Spellrunner server as the CLI needs it: saving spells, running one and following the run. */
import { setTimeout as sleep } from "node:timers/promises";
import { problem, SpellError } from "../../src/protocol/errors.ts";
import { isRunEnded, type StampedEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { RunRequest } from "../../src/protocol/runs.ts";
import type { SavedSpell, SpellDocument } from "../../src/protocol/spell.ts";
import { isValueRef, type Json, type JsonObject } from "../../src/protocol/values.ts";
import { readSentEvents } from "../lib/sse.ts";

/** Times that a broken connection is made again without an event in between. */
const maxReconnects = 5;

export interface RunTarget {
  spellId: string;
  session?: string;
}

interface Ask {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

export class Server {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  async put(document: SpellDocument): Promise<SavedSpell> {
    const response = await this.#ask(`/spells/${document.id}`, {
      method: "PUT",
      body: JSON.stringify(document),
    });
    return (await response.json()) as SavedSpell;
  }

  /** The compiled plan; undefined where it cannot be had, which a run can do without. */
  async plan(spellId: string, version: number): Promise<Plan | undefined> {
    try {
      return (await (await this.#ask(`/spells/${spellId}/versions/${version}/plan`)).json()) as Plan;
    } catch (error) {
      if (error instanceof SpellError) return undefined;
      throw error;
    }
  }

  /**
   * Starts a run and gives its events up to the terminal one. A connection that breaks is made again behind the last
   * event; the run goes on meanwhile.
   */
  async *run(target: RunTarget, request: RunRequest): AsyncGenerator<StampedEvent> {
    const path = `/spells/${target.spellId}`;
    const query = queryOf(target);
    let last: { runId: string; seq: number } | undefined;
    for (let failures = 0; failures <= maxReconnects; failures += 1) {
      if (failures > 0) await sleep(250 * 2 ** failures);
      try {
        const stream =
          last === undefined
            ? this.#stream(`${path}/run${query}`, { method: "POST", body: JSON.stringify(request) })
            : this.#stream(`${path}/runs/${last.runId}/events${query}`, {
                headers: { "last-event-id": String(last.seq) },
              });
        for await (const { data } of readSentEvents(await stream)) {
          const event = JSON.parse(data) as StampedEvent;
          if ("runId" in event) last = { runId: event.runId, seq: event.seq };
          failures = 0;
          yield event;
          if (isRunEnded(event)) return;
        }
      } catch (error) {
        if (last === undefined || !isBroken(error)) throw error;
      }
      if (last === undefined) break;
    }
    throw new SpellError(
      "interrupted",
      `The connection to ${this.#url} broke. The run may go on: look at ${path}/runs before you start another.`,
    );
  }

  /** `values` with what travels apart, above 256 KB, put in its place. */
  async complete(target: RunTarget, runId: string, values: JsonObject): Promise<JsonObject> {
    const fetched = async (value: Json): Promise<Json> => {
      if (!isValueRef(value)) return value;
      const path = `/spells/${target.spellId}/runs/${runId}/values/${value.$value.id}${queryOf(target)}`;
      return (await (await this.#ask(path)).json()) as Json;
    };
    // The whole may travel apart, and its members within it.
    const whole = (await fetched(values)) as JsonObject;
    const members = Object.entries(whole).map(async ([name, value]): Promise<[string, Json]> => [
      name,
      await fetched(value),
    ]);
    return Object.fromEntries(await Promise.all(members));
  }

  async #stream(path: string, init: Ask): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#ask(path, {
      ...init,
      headers: { ...init.headers, accept: "text/event-stream" },
    });
    if (response.body === null) throw new SpellError("protocol_error", `${this.#url} sent no events.`);
    return response.body;
  }

  /** @throws SpellError what the server refused it with */
  async #ask(path: string, init: Ask = {}): Promise<Response> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(init.body === undefined ? {} : { "content-type": "application/json" }),
    };
    let response: Response;
    try {
      response = await fetch(this.#url + path, { ...init, headers: { ...headers, ...init.headers } });
    } catch (error) {
      throw new SpellError("bad_request", `${this.#url} cannot be reached: ${causeOf(error)}.`, {
        cause: error,
        retryable: true,
      });
    }
    if (response.ok) return response;
    throw refusal(await response.text(), response.status, this.#url);
  }
}

/** A TypeError is what fetch throws when a body breaks off. */
const isBroken = (error: unknown): boolean =>
  error instanceof SpellError ? error.retryable : error instanceof TypeError;

const queryOf = ({ session }: RunTarget): string =>
  session === undefined ? "" : `?session=${encodeURIComponent(session)}`;

/** Of fetch's own error the text says nothing; its cause does. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string };
  return inner || code || message;
}

function refusal(text: string, status: number, url: string): SpellError {
  const body = problem.safeParse(parse(text));
  if (!body.success)
    return new SpellError(
      "protocol_error",
      `${url} answered ${status} and no problem of Spellrunner's. Is it the right address?`,
    );
  const { code, detail, nodeId, runId, errors } = body.data;
  return new SpellError(code, detail, {
    retryable: status === 503,
    ...(nodeId === undefined ? {} : { nodeId }),
    ...(runId === undefined ? {} : { runId }),
    ...(errors === undefined ? {} : { errors }),
  });
}

/** Undefined for what is not JSON: something else answers there, or stands before it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
