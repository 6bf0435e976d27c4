/**
 * The two events that each visit writes, as the journal holds them: nearly all of it. They are put together by hand, since
 * JSON.stringify takes longer for them than a pure node for its work, and have their JSON only when somebody asks for it: most runs
 * are watched by nobody. Taken are those that say nothing but what every visit says.
 */
import type { JournalEvent, NodeCompleted, NodeStarted } from "../protocol/events.ts";
import type { JsonObject } from "../protocol/values.ts";

/** An event as it is written and told. */
export interface EncodedEvent {
  seq: number;
  /** ms since 1970 */
  at: number;
  /** JSON of the event with `seq` and `at`. */
  json: string;
  /** Characters of the whole event without its stamp, with what was put apart. */
  length: number;
  /** Something of it was put apart. */
  isShortened?: boolean;
}

/** What stands before the type of an event, in all that is written. */
export const stampOf = (seq: number, at: number): string => `"seq":${seq},"at":${at},`;

/** Names of nodes and sockets as JSON: few, and the same in every run. */
const quotedNames = new Map<string, string>();
const maxNames = 20_000;

function quoted(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  if (quotedNames.size >= maxNames) quotedNames.clear();
  const json = JSON.stringify(name);
  quotedNames.set(name, json);
  return json;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "[]";
  return names.length === 1 ? `[${quoted(names[0] as string)}]` : JSON.stringify(names);
}

const digits = (count: number): number => (count < 10 ? 1 : String(count).length);

// Ids of runs and names of visits are our own, and have nothing that JSON would escape.
const ofVisit = (runId: string, nodeId: string, visit: string, attempt: number): string =>
  `"runId":"${runId}","nodeId":${nodeId},"visit":"${visit}","attempt":${attempt}`;

const startJson = (stamp: string, ofIt: string): string => `{${stamp}"type":"node.started",${ofIt}}`;
const endJson = (stamp: string, ofIt: string, outputs: string, fired: string, ms: number): string =>
  `{${stamp}"type":"node.completed",${ofIt},"outputs":${outputs},"fired":${fired},"ms":${ms}}`;

/** Characters of an event about nothing, but for its two digits. */
const leastStart = startJson("", ofVisit("", "", "", 0)).length - 1;
const leastEnd = endJson("", ofVisit("", "", "", 0), "", "", 0).length - 2;

export class StartEvent implements EncodedEvent {
  readonly seq: number;
  readonly at: number;
  readonly length: number;
  readonly runId: string;
  /** JSON */
  readonly nodeId: string;
  readonly visit: string;
  readonly attempt: number;

  /** @param nodeId JSON */
  constructor(seq: number, at: number, runId: string, nodeId: string, visit: string, attempt: number) {
    this.seq = seq;
    this.at = at;
    this.runId = runId;
    this.nodeId = nodeId;
    this.visit = visit;
    this.attempt = attempt;
    this.length = leastStart + runId.length + nodeId.length + visit.length + digits(attempt);
  }

  get json(): string {
    const { seq, at, runId, nodeId, visit, attempt } = this;
    return startJson(stampOf(seq, at), ofVisit(runId, nodeId, visit, attempt));
  }
}

export class EndEvent implements EncodedEvent {
  readonly seq: number;
  readonly at: number;
  readonly length: number;
  readonly runId: string;
  /** JSON */
  readonly nodeId: string;
  readonly visit: string;
  readonly attempt: number;
  /** JSON */
  readonly fired: string;
  readonly ms: number;
  /** JSON */
  readonly outputs: string;

  /** @param nodeId JSON, as are `fired` and `outputs` */
  constructor(
    seq: number,
    at: number,
    runId: string,
    nodeId: string,
    visit: string,
    attempt: number,
    fired: string,
    ms: number,
    outputs: string,
  ) {
    this.seq = seq;
    this.at = at;
    this.runId = runId;
    this.nodeId = nodeId;
    this.visit = visit;
    this.attempt = attempt;
    this.fired = fired;
    this.ms = ms;
    this.outputs = outputs;
    const own = outputs.length + fired.length + String(ms).length;
    this.length = leastEnd + runId.length + nodeId.length + visit.length + digits(attempt) + own;
  }

  get json(): string {
    const { seq, at, runId, nodeId, visit, attempt, outputs, fired, ms } = this;
    return endJson(stampOf(seq, at), ofVisit(runId, nodeId, visit, attempt), outputs, fired, ms);
  }

  /** Ends the visit that began with `start`, right behind it and at the same time. */
  endsAtOnce(start: EncodedEvent): start is StartEvent {
    return (
      start instanceof StartEvent &&
      start.seq + 1 === this.seq &&
      start.at === this.at &&
      start.nodeId === this.nodeId &&
      start.visit === this.visit &&
      start.attempt === this.attempt &&
      start.runId === this.runId
    );
  }
}

const isPlainStart = (event: JournalEvent): event is NodeStarted =>
  event.type === "node.started" && event.waited === undefined;

const isPlainEnd = (event: JournalEvent): event is NodeCompleted =>
  event.type === "node.completed" &&
  event.iterations === undefined &&
  event.again === undefined &&
  event.state === undefined &&
  event.logs === undefined &&
  event.usage === undefined &&
  event.waited === undefined;

/** Outputs above it go the way of all events, where large values are put apart. */
const maxPlainOutputs = 16 * 1024;

/** Longer texts are quicker by JSON.stringify. */
const maxFlatText = 100;
// oxlint-disable-next-line no-control-regex -- these are what JSON escapes
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * JSON of values that have none inside, as most nodes give them: a call of JSON.stringify takes longer than all of this. Undefined for
 * others.
 */
export function flatJson(values: JsonObject): string | undefined {
  let json = "";
  for (const name in values) {
    const value = values[name];
    let text: string;
    if (typeof value === "string") {
      if (value.length > maxFlatText || escaped.test(value)) return undefined;
      text = `"${value}"`;
    } else if (typeof value === "number" && Number.isFinite(value)) text = String(value);
    else if (typeof value === "boolean") text = value ? "true" : "false";
    else return undefined;
    json += json === "" ? `${quoted(name)}:${text}` : `,${quoted(name)}:${text}`;
  }
  return `{${json}}`;
}

/** Undefined for what is no plain event of a visit, and for one whose values want a closer look. */
export function visitEvent(event: JournalEvent, seq: number, at: number): EncodedEvent | undefined {
  if (isPlainStart(event)) {
    const { runId, nodeId, visit, attempt } = event;
    return new StartEvent(seq, at, runId, quoted(nodeId), visit, attempt);
  }
  if (!isPlainEnd(event)) return undefined;
  const outputs = flatJson(event.outputs) ?? JSON.stringify(event.outputs);
  if (outputs.length > maxPlainOutputs || outputs.includes('"$value"')) return undefined;
  const { runId, nodeId, visit, attempt, fired, ms } = event;
  return new EndEvent(seq, at, runId, quoted(nodeId), visit, attempt, listed(fired), ms, outputs);
}
