/**
 * What a runner shows of a run. Of a user's own spell all of it; of a published one, unless its source is shared, the interface: that
 * runs begin, ask, tell and end, with inputs and outputs. Every way out of a runner (connections, gaps, snapshots, event streams,
 * pages, values, rows of runs, failures, times) goes through here, and what is not named here is not shown.
 */
import { SpellError, titleOf } from "../../protocol/errors.ts";
import type { ErrorCode, ErrorInfo } from "../../protocol/errors.ts";
import type { StampedEvent } from "../../protocol/events.ts";
import type { Share } from "../../protocol/publications.ts";
import type { Run, RunResult } from "../../protocol/runs.ts";
import type { EncodedEvent } from "../journal-store.ts";
import type { RpcFailure } from "../rpc.ts";
import type { RunOrder } from "../run-desk.ts";
import type { TimingSamples } from "../timings.ts";

/** Failures of a request itself, whose words are about what was asked. */
const ofRequests: ReadonlySet<ErrorCode> = new Set([
  "bad_request",
  "unauthorized",
  "forbidden",
  "not_found",
  "conflict",
  "too_large",
  "rate_limited",
  "overloaded",
  "budget_exceeded",
  "rejected",
  "protocol_error",
]);

/** By its beginning, as the journal writes it: most events of a run are not shown and need no parsing. */
const mayBeShown = (json: string): boolean =>
  /^\{"seq":\d+,"at":\d+,"type":"(?:run\.|node\.waiting"|node\.event")/.test(json);

export class Disclosure {
  readonly #spellId: string;
  readonly #isOwn: boolean;
  #share: Share | undefined;

  /**
   * @param spellId of the runner's address
   * @param isOwn the spell is the caller's own, and not as it is published
   */
  constructor(spellId: string, isOwn: boolean) {
    this.#spellId = spellId;
    this.#isOwn = isOwn;
  }

  /** What is shared is not known yet, so nothing counts as shared: the publication is to be read before anything is shown. */
  get isUnknown(): boolean {
    return !this.#isOwn && this.#share === undefined;
  }

  /** Everything is shown. */
  get isWhole(): boolean {
    return this.#isOwn || this.#share === "source";
  }

  /** Of a published spell, as its owner has it now; undefined where that is to be read again. */
  set share(share: Share | undefined) {
    this.#share = share;
  }

  /** For what only the owner of a spell does, to the spell itself. @throws SpellError `forbidden` */
  requireOwn(what: string): void {
    if (!this.#isOwn) throw new SpellError("forbidden", `A published spell is run, not ${what}.`);
  }

  /** For what names the nodes of a spell. @throws SpellError `forbidden` */
  requireSource(): void {
    if (!this.isWhole) throw new SpellError("forbidden", "The source of this spell is not shared.");
  }

  /** @throws SpellError `forbidden` for a state from outside: what a spell remembers is no part of its interface */
  checkOrder({ state }: Pick<RunOrder, "state">): void {
    if (state !== undefined && !this.isWhole)
      throw new SpellError("forbidden", "This spell keeps a state of its own: give none.");
  }

  /** JSON of an event as it is told; undefined for one that is not. */
  json({ json }: Pick<EncodedEvent, "json">): string | undefined {
    if (this.isWhole) return json;
    if (!mayBeShown(json)) return undefined;
    const told = this.#shown(JSON.parse(json) as StampedEvent);
    return told === undefined ? undefined : JSON.stringify(told);
  }

  /** Those that are told. */
  events(events: readonly EncodedEvent[]): readonly EncodedEvent[] {
    if (this.isWhole) return events;
    return events.flatMap((event) => {
      const json = this.json(event);
      return json === undefined ? [] : [{ seq: event.seq, at: event.at, json, length: json.length }];
    });
  }

  #shown(event: StampedEvent): StampedEvent | undefined {
    switch (event.type) {
      case "run.queued":
      case "run.started": {
        const { parent, ...rest } = event;
        return {
          ...rest,
          state: {},
          spell: { id: this.#spellId, version: event.spell.version },
          ...(parent === undefined ? {} : { parent: { runId: parent.runId } }),
        };
      }
      case "run.completed":
      case "run.failed":
      case "run.cancelled":
      case "run.interrupted": {
        const { state: _state, error, ...rest } = event;
        return { ...rest, ...(error === undefined ? {} : { error: failureInside(error) }) };
      }
      // To whoever runs it, in the author's words.
      case "node.waiting":
      case "node.event":
      case "run.resumed":
        return event;
      default:
        return undefined;
    }
  }

  run(run: Run): Run {
    if (this.isWhole) return run;
    const { state: _state, error, parent, ...rest } = run;
    return {
      ...rest,
      spell: { id: this.#spellId, version: run.spell.version },
      ...(error === undefined ? {} : { error: failureInside(error) }),
      ...(parent === undefined ? {} : { parent: { runId: parent.runId } }),
    };
  }

  result(result: RunResult): RunResult {
    return this.isWhole ? result : { ...result, state: {} };
  }

  /** Why a run failed. */
  runFailure(error: ErrorInfo): ErrorInfo {
    return this.isWhole ? error : failureInside(error);
  }

  /** Why a request failed. */
  failure({ error, ...rest }: RpcFailure): RpcFailure {
    return { ...rest, error: this.told(error) };
  }

  told<E extends ErrorInfo>(error: E): E {
    if (this.isWhole || ofRequests.has(error.code)) return error;
    const { nodeId: _nodeId, errors: _errors, ...rest } = error;
    return { ...rest, message: failureInside(error).message } as E;
  }

  /** Times of nodes would name them. */
  timings({ samples, isPartial }: TimingSamples): TimingSamples {
    if (this.isWhole) return { samples, isPartial };
    const ofSpells = Object.entries(samples).filter(([, { kind }]) => kind === "spell");
    return { samples: Object.fromEntries(ofSpells), isPartial };
  }
}

/** What went wrong and no more: a node's own words may hold its name, prompts and data. */
const failureInside = ({ code, errorId }: ErrorInfo): ErrorInfo => ({
  code,
  message: `${titleOf(code)}, inside a published spell. Its author sees why where he runs it.`,
  ...(errorId === undefined ? {} : { errorId }),
});
