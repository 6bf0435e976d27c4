/**
 * JSON of an event. The two that each visit writes are put together by hand: that takes less than half of the time of
 * JSON.stringify, and the encoding of a run of pure nodes costs more than the run. Every other event, and every member that those
 * two seldom have, is left to it.
 */
import type { JournalEvent, NodeCompleted, NodeStarted } from "../protocol/events.ts";

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

/** What both begin with. Ids of runs and names of visits are our own, and have nothing that JSON would escape. */
const beginning = ({ type, runId, nodeId, visit, attempt }: NodeStarted | NodeCompleted): string =>
  `{"type":"${type}","runId":"${runId}","nodeId":${quoted(nodeId)},"visit":"${visit}","attempt":${attempt}`;

function firedJson(fired: readonly string[]): string {
  if (fired.length === 0) return "[]";
  return fired.length === 1 ? `[${quoted(fired[0] as string)}]` : JSON.stringify(fired);
}

const isPlain = (event: NodeCompleted): boolean =>
  event.iterations === undefined &&
  event.again === undefined &&
  event.state === undefined &&
  event.logs === undefined &&
  event.usage === undefined &&
  event.waited === undefined;

export function eventJson(event: JournalEvent): string {
  if (event.type === "node.started" && event.waited === undefined) return `${beginning(event)}}`;
  if (event.type === "node.completed" && isPlain(event))
    return `${beginning(event)},"outputs":${JSON.stringify(event.outputs)},"fired":${firedJson(event.fired)},"ms":${event.ms}}`;
  return JSON.stringify(event);
}
