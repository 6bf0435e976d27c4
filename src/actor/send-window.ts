/**
 * How much was sent to a connection that it may not have taken yet. The runtime does not tell what lies in a socket's buffer, so
 * this goes by what the client acknowledges (`ack {seq}`) and, until it has done so once, by a rate that any client can take.
 */

/** UTF-16 units that may be under way to a client that acknowledges. */
export const maxUnacknowledged = 16 * 1024 * 1024;
/** The same for one that never did; the least that a client is trusted to take in a second. */
export const maxTrusted = 32 * 1024 * 1024;
export const trustedPerSecond = 4 * 1024 * 1024;

/** Marks are that far apart, so that there are few of them. */
const markLength = 64 * 1024;

export class SendWindow {
  /** What was sent up to which event; only while the client acknowledges. */
  readonly #marks: { seq: number; sent: number }[] = [];
  #sent = 0;
  #taken = 0;
  #acknowledges = false;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** Notes what is sent. False when it is more than may be under way: the connection is too slow. */
  take(length: number, now: number): boolean {
    this.#sent += length;
    if (this.#acknowledges) return this.#sent - this.#taken <= maxUnacknowledged;
    const trusted = (Math.max(0, now - this.#at) / 1000) * trustedPerSecond;
    this.#at = now;
    this.#taken = Math.min(this.#sent, this.#taken + trusted);
    return this.#sent - this.#taken <= maxTrusted;
  }

  /** All that was sent so far goes up to that event. */
  mark(seq: number): void {
    const sent = this.#sent;
    // Without acknowledgements only the newest counts, should the first one come.
    if (!this.#acknowledges) this.#marks.length = 0;
    const isNear = sent - (this.#marks.at(-2)?.sent ?? this.#taken) < markLength;
    if (isNear) this.#marks.pop();
    this.#marks.push({ seq, sent });
  }

  /** The client has taken everything up to that event. */
  acknowledge(seq: number): void {
    this.#acknowledges = true;
    while (this.#marks[0] !== undefined && this.#marks[0].seq <= seq)
      this.#taken = Math.max(this.#taken, this.#marks.shift()?.sent ?? 0);
  }
}
