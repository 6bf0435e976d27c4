/** Nodes that stream: each item opens an iteration, the next comes when that is over, so a slow branch holds the stream back. */
import { SpellError } from "../protocol/spell-error.ts";
import type { NodeItem } from "../protocol/events.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { Underway } from "./underway.ts";
import type { Visit } from "./visit.ts";

export interface StreamsHost {
  readonly runId: string;
  /** Does `first` between turns, unless the attempt was given up. */
  turn(underway: Underway, first: () => void): void;
  item(visit: Visit, record: NodeItem): void;
  end(visit: Visit, count: number): void;
  fail(visit: Visit, thrown: unknown): void;
}

/** Values that may wait to be taken. */
const maxPushed = 10_000;

interface Inbox {
  underway: Underway;
  values: Json[];
  isClosed: boolean;
}

export class Streams {
  readonly #host: StreamsHost;
  readonly #inboxes = new Map<Visit, Inbox>();
  /** What waits for the end of an item's iteration. */
  readonly #waiting = new Map<Visit, { item: number; go: () => void }>();
  /** Items whose iterations are under way. */
  readonly #open = new Map<Visit, number>();

  constructor(host: StreamsHost) {
    this.#host = host;
  }

  open(underway: Underway, stream: AsyncIterable<JsonObject> | "pushed"): void {
    const { visit } = underway;
    if (stream === "pushed") {
      // What was pushed to an attempt that failed is for the next.
      const inbox = { underway, values: this.#inboxes.get(visit)?.values ?? [], isClosed: false };
      this.#inboxes.set(visit, inbox);
      this.#serve(inbox);
      return;
    }
    // Items that the records already have are not told again.
    const known = visit.items?.length ?? 0;
    this.#read(underway, stream, known).catch((thrown: unknown) =>
      this.#host.turn(underway, () => this.#host.fail(visit, thrown)),
    );
  }

  /** @throws SpellError `overloaded` when too many values wait */
  push(source: string, value: Json): boolean {
    let isTaken = false;
    for (const inbox of this.#inboxesOf(source)) {
      if (inbox.isClosed) continue;
      if (inbox.values.length >= maxPushed)
        throw new SpellError(
          "overloaded",
          `${maxPushed} values wait in the stream "${source}" already: its branch is slower than what is pushed.`,
          { retryAfter: 1 },
        );
      inbox.values.push(value);
      isTaken = true;
      this.#serve(inbox);
    }
    return isTaken;
  }

  close(source: string): boolean {
    const inboxes = this.#inboxesOf(source);
    for (const inbox of inboxes) {
      inbox.isClosed = true;
      this.#serve(inbox);
    }
    return inboxes.length > 0;
  }

  itemEnded(visit: Visit, item: number): void {
    if (this.#open.get(visit) === item) this.#open.delete(visit);
    const waiting = this.#waiting.get(visit);
    if (waiting?.item === item) waiting.go();
    const inbox = this.#inboxes.get(visit);
    if (inbox !== undefined) this.#serve(inbox);
  }

  #inboxesOf(source: string): Inbox[] {
    const found: Inbox[] = [];
    for (const [visit, inbox] of this.#inboxes)
      if (visit.frame.isOver) this.#inboxes.delete(visit);
      else if (inbox.underway.isOpen && isFor(visit, source)) found.push(inbox);
    return found;
  }

  async #read(underway: Underway, stream: AsyncIterable<JsonObject>, known: number): Promise<void> {
    const { visit } = underway;
    let count = 0;
    for await (const outputs of stream) {
      count += 1;
      if (!underway.isOpen) return;
      if (count <= known) continue;
      const item = count;
      await new Promise<void>((go) => {
        const off = underway.over.onCancel(go);
        this.#waiting.set(visit, {
          item,
          go: () => {
            off();
            go();
          },
        });
        this.#host.turn(underway, () => this.#tell(visit, item, outputs));
      });
      if (!underway.isOpen) return;
    }
    this.#waiting.delete(visit);
    this.#host.turn(underway, () => this.#host.end(visit, count));
  }

  #serve(inbox: Inbox): void {
    const { underway, values } = inbox;
    const { visit } = underway;
    if (this.#open.has(visit) || !underway.isOpen) return;
    const value = values.shift();
    if (value !== undefined) {
      const item = (visit.items?.length ?? 0) + 1;
      this.#open.set(visit, item);
      this.#host.turn(underway, () => this.#tell(visit, item, { value, index: item - 1 }));
    } else if (inbox.isClosed) {
      this.#inboxes.delete(visit);
      this.#host.turn(underway, () => this.#host.end(visit, visit.items?.length ?? 0));
    }
  }

  #tell(visit: Visit, item: number, outputs: JsonObject): void {
    const { nodeId, visit: name } = visit;
    this.#host.item(visit, {
      type: "node.item",
      runId: this.#host.runId,
      nodeId,
      visit: name,
      item,
      outputs,
      waited: true,
    });
  }
}

const isFor = (visit: Visit, source: string): boolean =>
  visit.nodeId === source || visit.node.plan.name === source || visit.node.plan.data.name === source;
