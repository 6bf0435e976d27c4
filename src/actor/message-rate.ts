/** How many messages a connection may send: a bucket that refills. Lives in memory: a hibernating connection is not fast. */
export class MessageRate {
  /** Messages at once. */
  static readonly burst = 1000;
  static readonly perSecond = 200;
  /** Messages over the rate after which the connection is closed. */
  static readonly patience = 20_000;
  /** UTF-16 units of frames that a connection may have waiting; a client that waits for answers has one or two. */
  static readonly maxWaiting = 8 * 1024 * 1024;

  readonly #buckets = new WeakMap<object, { left: number; at: number; over: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A hello reads the journal: it counts as this many messages. */
  static readonly helloCost = 200;

  /** `first` is the first of a row that is over the rate: it is worth an answer. */
  take(connection: object, cost = 1): "ok" | "first" | "over" | "hopeless" {
    const at = this.#now();
    let bucket = this.#buckets.get(connection);
    if (bucket === undefined)
      this.#buckets.set(connection, (bucket = { left: MessageRate.burst, at, over: 0 }));
    bucket.left = Math.min(
      MessageRate.burst,
      bucket.left + ((at - bucket.at) / 1000) * MessageRate.perSecond,
    );
    bucket.at = at;
    if (bucket.left >= cost) {
      bucket.left -= cost;
      bucket.over = 0;
      return "ok";
    }
    bucket.over += 1;
    if (bucket.over === 1) return "first";
    return bucket.over > MessageRate.patience ? "hopeless" : "over";
  }
}
