/**
 * What comes over a connection, checked and in order: each event once, whatever breaks in between. Keeps `lastSeq`, which the
 * next hello tells, and says when the gap is filled.
 */
import { SpellError } from "../../src/protocol/spell-error.ts";
import type { ServerMessage, Snapshot, Welcome } from "../../src/protocol/down.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import { serverMessage } from "./message-shapes.ts";
import { checked } from "./shape.ts";

/** UTF-16 units between two acknowledgements: the server waits for one that says so now and then. */
const unitsPerAck = 1024 * 1024;

export interface InboxHost {
  /** A new event. */
  event(event: StampedEvent): void;
  /** Any other message, after what it does here. */
  message(message: Exclude<ServerMessage, { seq: number }>): void;
  welcomed(welcome: Welcome, isBehind: boolean): void;
  /** The gap is filled: from here on events are live. */
  caughtUp(): void;
  /** The gap is no longer kept: this is how things stand. */
  skipped(snapshot: Snapshot): void;
  ack(seq: number): void;
  fault(error: SpellError): void;
}

export class Inbox {
  readonly #host: InboxHost;
  #lastSeq: number | undefined;
  #unacknowledged = 0;

  constructor(host: InboxHost, lastSeq: number | undefined) {
    this.#host = host;
    this.#lastSeq = lastSeq;
  }

  /** Of the newest event; undefined until the first welcome. */
  get lastSeq(): number | undefined {
    return this.#lastSeq;
  }

  /** A connection has begun: nothing of it is to be acknowledged yet. */
  begin(): void {
    this.#unacknowledged = 0;
  }

  /** One frame: a message, or an array of them. What does not fit is told as a fault, and the rest is taken. */
  take(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return this.#host.fault(
        new SpellError("protocol_error", "The server sent a frame that is no JSON.", { cause: error }),
      );
    }
    for (const message of Array.isArray(value) ? value : [value]) this.#takeOne(message);
    this.#unacknowledged += text.length;
    if (this.#unacknowledged < unitsPerAck || this.#lastSeq === undefined) return;
    this.#unacknowledged = 0;
    this.#host.ack(this.#lastSeq);
  }

  #takeOne(value: unknown): void {
    const message = this.#checked(isGap(value) ? this.#fitting(value) : value);
    if (message === undefined) return;
    if ("seq" in message) return this.#event(message);
    if (message.type === "welcome") this.#welcome(message);
    else if (message.type === "replay") {
      for (const event of message.events ?? []) this.#event(event);
      if (message.snapshot !== undefined) {
        this.#lastSeq = message.snapshot.seq;
        this.#host.skipped(message.snapshot);
      }
      if (message.more !== true) this.#host.caughtUp();
    }
    this.#host.message(message);
  }

  /** Undefined for what does not fit, which is told. */
  #checked(value: unknown): ServerMessage | undefined {
    try {
      return checked(serverMessage, value, "A message of the server");
    } catch (error) {
      // Of a newer server, perhaps: asked for again it would not fit either.
      const { seq } = (value ?? {}) as { seq?: unknown };
      if (Number.isSafeInteger(seq)) this.#lastSeq = Math.max(this.#lastSeq ?? 0, seq as number);
      this.#host.fault(SpellError.from(error));
      return undefined;
    }
  }

  /** A gap without what does not fit: one event of a newer server is no reason to lose the others. */
  #fitting(gap: Gap): Gap {
    const known = this.#lastSeq;
    const events = gap.events.filter((event) => this.#checked(event) !== undefined);
    // The others before it are still to be taken.
    this.#lastSeq = known;
    return { ...gap, events };
  }

  #welcome(welcome: Welcome): void {
    const isBehind = this.#lastSeq !== undefined;
    this.#lastSeq ??= welcome.lastSeq;
    this.#host.welcomed(welcome, isBehind);
    if (!isBehind) this.#host.caughtUp();
  }

  #event(event: StampedEvent): void {
    if (event.seq <= (this.#lastSeq ?? 0)) return;
    this.#lastSeq = event.seq;
    this.#host.event(event);
  }
}

interface Gap {
  type: "replay";
  events: unknown[];
}

const isGap = (value: unknown): value is Gap => {
  const { type, events } = (value ?? {}) as Partial<Gap>;
  return type === "replay" && Array.isArray(events);
};
