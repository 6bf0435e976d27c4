/** The recorded events of a run, read one by one while the engine walks the same way again. */
import type { NodeFailed, RunEvent, RunStarted } from "../protocol/events.ts";
import { SpellError } from "../protocol/spell-error.ts";

/** Events that a node causes besides its record; they take part in nothing and are passed on in their place. */
const passing = new Set<RunEvent["type"]>(["node.event", "node.waiting", "run.resumed", "run.queued"]);

export class Records {
  readonly #events: readonly RunEvent[];
  readonly #pass: (event: RunEvent) => void;
  #next = 0;

  /** @param pass receives the events between the records, `seq` and `at` taken off */
  constructor(events: readonly RunEvent[], pass: (event: RunEvent) => void) {
    this.#events = events;
    this.#pass = pass;
  }

  /** The next record, or undefined at the end. */
  peek(): RunEvent | undefined {
    for (;;) {
      const event = this.#events[this.#next];
      if (event === undefined || !passing.has(event.type)) return event;
      this.#next += 1;
      this.#pass(bare(event));
    }
  }

  skip(): void {
    this.#next += 1;
  }
}

/** An event as the engine wrote it. */
export function bare<T extends RunEvent>(event: T): T {
  if (!("seq" in event) && !("at" in event)) return event;
  const { seq: _seq, at: _at, ...rest } = event as T & { seq?: number; at?: number };
  return rest as unknown as T;
}

/** @throws SpellError `journal_mismatch` when the records do not begin with a run */
export function startOf(records: readonly RunEvent[]): RunStarted {
  const start = records.find((event) => event.type !== "run.queued");
  if (start?.type !== "run.started") throw mismatch("the journal does not begin with run.started", start);
  return bare(start);
}

/** The error that a node failed with, as its record tells it. */
export function failureOf({ nodeId, error: { code, message, errors, errorId } }: NodeFailed): SpellError {
  const error = new SpellError(code, message, { nodeId, ...(errors === undefined ? {} : { errors }) });
  error.errorId = errorId;
  return error;
}

/** A record that does not fit ends a replay here, never in a guess. */
export function mismatch(why: string, found: RunEvent | undefined, cause?: unknown): SpellError {
  const at = found === undefined ? "" : ` (found ${describe(found)})`;
  return new SpellError(
    "journal_mismatch",
    `This journal does not fit the plan: ${why}${at}. Replay it with the version that it was recorded with.`,
    { cause },
  );
}

const describe = (event: RunEvent): string =>
  "nodeId" in event ? `${event.type} of node "${event.nodeId}", visit ${event.visit}` : event.type;
