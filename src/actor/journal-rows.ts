/**
 * The body of a journal's row: a line for each event, as JSON with its stamp. A visit that ended as soon as it began takes one line
 * for both events, which begins with a plus and leaves out what the lines before it say: a seventh of the bytes, so that a run costs
 * less to write and more runs are kept. Read again, it gives the same two events, byte for byte, as connections were sent.
 */
import { EndEvent, type EncodedEvent, StartEvent } from "./visit-events.ts";

/** A row's body; far below the 2 MB at which the deployed database refuses. */
const maxRowBytes = 256 * 1024;

export interface RowToWrite {
  first: number;
  last: number;
  body: string;
}

/** Rows of the events of one run's turn, in their order. */
export function* rowsOf(runId: string, events: readonly EncodedEvent[]): Generator<RowToWrite> {
  let lines: string[] = [];
  let bytes = 0;
  let first = 0;
  let previous: EncodedEvent | null = null;
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as EncodedEvent;
    const end: EndEvent | undefined =
      lines.length === 0 ? undefined : endAtOnce(runId, previous, event, events[i + 1]);
    const line = end === undefined ? event.json : visitLine(end);
    // An upper bound that needs no encoding: three bytes a UTF-16 unit.
    const size = line.length * 3 + 1;
    if (previous !== null && lines.length > 0 && bytes + size > maxRowBytes) {
      yield { first, last: previous.seq, body: lines.join("\n") };
      lines = [];
      bytes = 0;
    }
    // A row begins with an event as JSON, whose stamp the lines behind it go by.
    const isShared: boolean = end !== undefined && lines.length > 0;
    if (lines.length === 0) first = event.seq;
    lines.push(isShared ? line : event.json);
    bytes += size;
    previous = isShared && end !== undefined ? end : event;
    if (isShared) i += 1;
  }
  if (previous !== null) yield { first, last: previous.seq, body: lines.join("\n") };
}

/** The end of a visit that may share a line with its start. */
function endAtOnce(
  runId: string,
  previous: EncodedEvent | null,
  start: EncodedEvent,
  end: EncodedEvent | undefined,
): EndEvent | undefined {
  if (!(end instanceof EndEvent) || !end.endsAtOnce(start)) return undefined;
  const isNext = previous !== null && previous.seq + 1 === start.seq && previous.at === start.at;
  return isNext && start.runId === runId ? end : undefined;
}

/** The number says where the outputs begin, so that they need not be parsed. */
function visitLine({ nodeId, visit, attempt, fired, ms, outputs }: EndEvent): string {
  const head = `[${nodeId},"${visit}",${attempt},${fired},${ms}]`;
  return `+${head.length}${head}${outputs}`;
}

const isVisitLine = (line: string): boolean => line.startsWith("+");

/** The events of a row, in their order. */
export function* eventsIn(runId: string, body: string): Generator<EncodedEvent> {
  let seq = 0;
  let at = 0;
  for (const line of body.split("\n")) {
    if (isVisitLine(line)) {
      const start = line.indexOf("[");
      const behind = start + Number(line.slice(1, start));
      const [nodeId, visit, attempt, fired, ms] = JSON.parse(line.slice(start, behind)) as Head;
      const node = JSON.stringify(nodeId);
      yield new StartEvent((seq += 1), at, runId, node, visit, attempt);
      const firedJson = JSON.stringify(fired);
      yield new EndEvent((seq += 1), at, runId, node, visit, attempt, firedJson, ms, line.slice(behind));
    } else {
      [seq, at] = stampIn(line);
      yield { seq, at, json: line, length: line.length };
    }
  }
}
type Head = [nodeId: string, visit: string, attempt: number, fired: string[], ms: number];

/** When the last event of a row happened, in ms since 1970: a line that is no JSON has the time of the last one that is. */
export const lastAtIn = (body: string): number => stampIn(body, body.lastIndexOf("\n{") + 1)[1];

/** The event as JSON that a row ends with, where its last line is one. */
export const lastJsonIn = (body: string): string => body.slice(body.lastIndexOf("\n") + 1);

/** How many visits ended in a row's lines that are no JSON, and the lines that are. */
export function tallyIn(body: string): { visits: number; lines: string[] } {
  const lines: string[] = [];
  let visits = 0;
  for (let from = 0, to = 0; to !== -1; from = to + 1) {
    to = body.indexOf("\n", from);
    if (body[from] === "+") visits += 1;
    else lines.push(body.slice(from, to === -1 ? undefined : to));
  }
  return { visits, lines };
}

/** Every event begins with `{"seq":1,"at":2,`. */
function stampIn(text: string, from = 0): [seq: number, at: number] {
  const found = /\{"seq":(\d+),"at":(\d+),/y;
  found.lastIndex = from;
  const match = found.exec(text);
  return [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
}
