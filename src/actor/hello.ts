/** The answer to `hello`: welcome, then the gap, in one turn, so that no event comes between. */
import type { Snapshot, Welcome } from "../protocol/down.ts";
import type { StampedEvent } from "../protocol/events.ts";
import { isRunEnded } from "../protocol/events.ts";
import { maxFrameBytes } from "../protocol/values.ts";
import { batchesOf } from "./connections.ts";
import type { JournalStore } from "./journal-store.ts";
import type { Disclosure } from "./published/disclosure.ts";

/** Runs that a snapshot tells of, the newest first. */
const snapshotRuns = 20;
/** A larger gap is told as a snapshot: all of it would lie in memory until the client has read it. */
const maxGapBytes = 16 * 1024 * 1024;
const maxSnapshotBytes = maxFrameBytes - 16 * 1024;

/** Frames in answer to a hello. */
export function* helloFrames(
  welcome: Welcome,
  lastSeq: number | undefined,
  journal: JournalStore,
  disclosure: Pick<Disclosure, "json">,
  recent: (runs: number) => string[],
): Generator<string> {
  yield JSON.stringify(welcome);
  if (lastSeq === undefined) return;
  const isKept = lastSeq <= welcome.lastSeq && lastSeq >= journal.keptAfter();
  if (!isKept || journal.bytesAfter(lastSeq) > maxGapBytes) {
    yield JSON.stringify({
      type: "replay",
      snapshot: snapshotOf(welcome.lastSeq, recent(snapshotRuns), (runId) =>
        jsonOf(journal, disclosure, 0, runId),
      ),
    });
    return;
  }
  let previous: string[] = [];
  for (const batch of batchesOf(jsonOf(journal, disclosure, lastSeq), maxFrameBytes - 1024)) {
    if (previous.length > 0) yield replayFrame(previous, true);
    previous = batch;
  }
  yield replayFrame(previous, false);
}

/** The events after that one as they are told. */
function* jsonOf(
  journal: JournalStore,
  disclosure: Pick<Disclosure, "json">,
  after: number,
  runId?: string,
): Generator<string> {
  for (const event of journal.after(after, runId)) {
    const json = disclosure.json(event);
    if (json !== undefined) yield json;
  }
}

const replayFrame = (events: readonly string[], more: boolean): string =>
  `{"type":"replay","events":[${events.join(",")}]${more ? ',"more":true' : ""}}`;

/** How runs stand, for a client whose `lastSeq` this runner never gave, or whose gap is no longer kept. */
function snapshotOf(
  seq: number,
  runIds: readonly string[],
  eventsOf: (runId: string) => Iterable<string>,
): Snapshot {
  const runs: Snapshot["runs"] = [];
  let bytes = 0;
  for (const runId of runIds) {
    const run = runSnapshot(runId, eventsOf(runId));
    let size = JSON.stringify(run).length * 3;
    if (size > maxSnapshotBytes / 4) {
      // How its nodes stand matters more than what they gave, which the run's events still say.
      for (const node of Object.values(run.nodes)) delete node.outputs;
      size = JSON.stringify(run).length * 3;
    }
    bytes += size;
    if (bytes > maxSnapshotBytes) break;
    runs.push(run);
  }
  return { seq, runs };
}

function runSnapshot(runId: string, events: Iterable<string>): Snapshot["runs"][number] {
  const found: Snapshot["runs"][number] = { runId, status: "queued", inputs: {}, nodes: {} };
  for (const json of events) {
    const event = JSON.parse(json) as StampedEvent;
    if (event.type === "run.queued" || event.type === "run.started") {
      found.inputs = event.inputs;
      if (event.type === "run.started") found.status = "running";
    } else if (isRunEnded(event)) {
      found.status = event.type.slice(4) as typeof found.status;
      if (event.outputs !== undefined) found.outputs = event.outputs;
    } else if (event.type === "node.started")
      found.nodes[event.nodeId] = { visit: event.visit, status: "running" };
    else if (event.type === "node.completed")
      found.nodes[event.nodeId] = { visit: event.visit, status: "completed", outputs: event.outputs };
    else if (event.type === "node.failed")
      found.nodes[event.nodeId] = { visit: event.visit, status: "failed" };
  }
  return found;
}
