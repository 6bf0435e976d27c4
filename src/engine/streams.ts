/** Nodes that stream: each item opens an iteration, the next comes when that is over, so a slow branch holds the stream back. */
import type { NodeItem } from "../protocol/events.ts";
import type { Json, JsonObject } from "../protocol/values.ts";
import type { Visit } from "./visit.ts";

export interface StreamsHost {
  readonly runId: string;
  /** Does `first` between turns, unless the visit was given up. */
  turn(visit: Visit, first: () => void): void;
  item(visit: Visit, record: NodeItem): void;
  end(visit: Visit, count: number): void;
  fail(visit: Visit, thrown: unknown): void;
}

/** Values that may wait to be taken. */
const maxPushed = 10_000;

interface Inbox {
  values: Json[];
  isClosed: boolean;
  /** No iteration is under way. */
  isReady: boolean;
}

export class Streams {
  readonly #host: StreamsHost;
  readonly #inboxes = new Map<Visit, Inbox>();
  readonly #taken = new Map<Visit, () => void>();

  constructor(host: StreamsHost) {
    this.#host = host;
  }

  open(visit: Visit, stream: AsyncIterable<JsonObject> | "pushed"): void {
    if (stream === "pushed") {
      this.#inboxes.set(visit, { values: [], isClosed: false, isReady: true });
      return;
    }
    // Items that the records already have are not told again.
    const known = visit.items?.length ?? 0;
    this.#read(visit, stream, known).catch((thrown: unknown) =>
      this.#host.turn(visit, () => this.#host.fail(visit, thrown)),
    );
  }

  push(source: string, value: Json): boolean {
    let isTaken = false;
    for (const [visit, inbox] of this.#inboxes) {
      if (inbox.isClosed || !isFor(visit, source) || inbox.values.length >= maxPushed) continue;
      inbox.values.push(value);
      isTaken = true;
      this.#serve(visit, inbox);
    }
    return isTaken;
  }

  close(source: string): boolean {
    let isFound = false;
    for (const [visit, inbox] of this.#inboxes) {
      if (!isFor(visit, source)) continue;
      inbox.isClosed = true;
      isFound = true;
      this.#serve(visit, inbox);
    }
    return isFound;
  }

  itemEnded(visit: Visit): void {
    this.#taken.get(visit)?.();
    const inbox = this.#inboxes.get(visit);
    if (inbox === undefined) return;
    inbox.isReady = true;
    this.#serve(visit, inbox);
  }

  async #read(visit: Visit, stream: AsyncIterable<JsonObject>, known: number): Promise<void> {
    let count = 0;
    const { signal } = visit;
    const isOver = (): boolean => visit.underway === null || signal?.isCancelled === true;
    for await (const outputs of stream) {
      count += 1;
      if (count <= known) continue;
      if (isOver()) return;
      const over = new Promise<void>((resolve) => this.#taken.set(visit, resolve));
      this.#host.turn(visit, () => this.#host.item(visit, this.#record(visit, count, outputs)));
      await (signal === null ? over : Promise.race([over, signal.cancelled]));
      if (isOver()) return;
    }
    this.#taken.delete(visit);
    this.#host.turn(visit, () => this.#host.end(visit, count));
  }

  #serve(visit: Visit, inbox: Inbox): void {
    if (!inbox.isReady) return;
    const [value, ...rest] = inbox.values;
    if (value !== undefined) {
      inbox.values = rest;
      inbox.isReady = false;
      const item = (visit.items?.length ?? 0) + 1;
      this.#host.turn(visit, () =>
        this.#host.item(visit, this.#record(visit, item, { value, index: item - 1 })),
      );
    } else if (inbox.isClosed) {
      this.#inboxes.delete(visit);
      this.#host.turn(visit, () => this.#host.end(visit, visit.items?.length ?? 0));
    }
  }

  #record(visit: Visit, item: number, outputs: JsonObject): NodeItem {
    const { nodeId, visit: name } = visit;
    return { type: "node.item", runId: this.#host.runId, nodeId, visit: name, item, outputs, waited: true };
  }
}

const isFor = (visit: Visit, source: string): boolean =>
  visit.nodeId === source || visit.node.plan.name === source || visit.node.plan.data.name === source;
