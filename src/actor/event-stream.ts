/**
 * A run's events as server-sent events, to the terminal one. Read from the journal as the reader takes them, so however
 * long the run and slow the reader, little lies in memory; news only wakes it.
 */
import { isRunEnded } from "../protocol/events.ts";
import type { EncodedEvent } from "./journal-store.ts";

/** Bytes, about, that are made ready at once; few at first, so that the first event is on its way before the others are made. */
const batchLength = 64 * 1024;
const firstLength = 1024;

const encoder = new TextEncoder();
const typeOf = (json: string): string => /"type":"([a-z.]+)"/.exec(json)?.[1] ?? "message";

export interface EventStreamOptions {
  /** Events of the run after `seq`, in order. */
  read: (seq: number) => Iterable<EncodedEvent>;
  /** JSON of an event as it is told; undefined for one that is not. */
  tell: (event: EncodedEvent) => string | undefined;
  /** The last event that the reader has. */
  after: number;
  /** The run may still have events to come. */
  isOpen: () => boolean;
  /** Calls `wake` for every commit of the run until the function that it gives is called. */
  listen: (wake: () => void) => () => void;
}

/** Ends after the terminal event, or at once where a run that has ended has none after `after`. */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { read, tell, after, isOpen, listen } = options;
  let last = after;
  let length = firstLength;
  let wake: () => void = () => {};
  const stop = listen(() => wake());
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          let text = "";
          let isOver = false;
          for (const event of read(last)) {
            const { seq } = event;
            const type = typeOf(event.json);
            const json = tell(event);
            if (json !== undefined) text += `event: ${type}\nid: ${seq}\ndata: ${json}\n\n`;
            last = seq;
            isOver = isRunEnded({ type });
            if (text.length >= length) break;
          }
          if (text !== "") {
            controller.enqueue(encoder.encode(text));
            length = batchLength;
          }
          if (isOver || (text === "" && !isOpen())) {
            stop();
            controller.close();
            return;
          }
          if (text !== "") return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
      cancel: () => {
        stop();
        wake();
      },
    },
    // Nothing ahead of the reader: what is made ahead is made before what was read is sent.
    { highWaterMark: 0 },
  );
}
