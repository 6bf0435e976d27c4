/** Keeps events small: values too large for a row or a frame go apart and are referred to by `$value`. */
import { SpellError } from "../protocol/errors.ts";
import type { JournalEvent, RunEvent } from "../protocol/events.ts";
import {
  isValueRef,
  type Json,
  type JsonObject,
  maxFrameBytes,
  maxInlineValueBytes,
  type ValueRef,
} from "../protocol/values.ts";
import type { Chunks } from "./chunks.ts";

const encoder = new TextEncoder();

/** True when the UTF-8 of `text` surely fits; encodes only where the number of characters leaves it open. */
export const fits = (text: string, bytes: number): boolean =>
  text.length * 3 <= bytes || (text.length <= bytes && encoder.encode(text).length <= bytes);

/** Where a value stands in an event. */
interface Place {
  holder: Record<string, Json | undefined>;
  key: string;
  /** All members together: put apart only where that of single ones is not enough. */
  isWhole?: true;
}

const holders = ["inputs", "outputs", "state"] as const;

/** Below this a reference would take as much room as its value. */
const worthwhileBytes = 2048;

/** Every place of an event at which a value may be replaced. */
function placesOf(event: JournalEvent): Place[] {
  const places: Place[] = [];
  const fields = event as unknown as Record<string, Json | undefined>;
  const members = (holder: JsonObject): void => {
    for (const key of Object.keys(holder)) places.push({ holder, key });
  };
  if (event.type === "node.completed") {
    members(event.outputs);
    places.push({ holder: fields, key: "outputs", isWhole: true });
    if (event.iterations !== undefined) members(event.iterations.outputs);
    const { state } = event;
    if (state !== undefined) places.push({ holder: state, key: "patch", isWhole: true });
    if (Array.isArray(state?.patch))
      for (const operation of state.patch)
        if (operation.op === "add") places.push({ holder: operation, key: "value" });
  } else
    for (const name of holders)
      if (fields[name] !== undefined) {
        members(fields[name] as JsonObject);
        places.push({ holder: fields, key: name, isWhole: true });
      }
  for (const name of ["prompt", "data"])
    if (fields[name] !== undefined) places.push({ holder: fields, key: name });
  return places;
}

/** A copy whose places can be written without touching what the run still reads. */
function ownPlaces<T extends JournalEvent>(event: T): T {
  const copy = { ...event } as T & Record<string, unknown>;
  const fields = copy as Record<string, unknown>;
  if (copy.type === "node.completed") {
    fields.outputs = { ...(event as { outputs: JsonObject }).outputs };
    const { iterations, state } = event as Extract<RunEvent, { type: "node.completed" }>;
    if (iterations !== undefined) fields.iterations = { ...iterations, outputs: { ...iterations.outputs } };
    if (state !== undefined)
      fields.state = {
        patch: Array.isArray(state.patch) ? state.patch.map((operation) => ({ ...operation })) : state.patch,
      };
    return copy;
  }
  for (const name of holders)
    if (fields[name] !== undefined) fields[name] = { ...(fields[name] as JsonObject) };
  return copy;
}

/** True when an event holds, of a user's own making, what looks like one of our references. */
const hasLookalike = (event: JournalEvent): boolean =>
  placesOf(event).some(({ holder, key }) => isValueRef(holder[key]));

/** An event as it is told has the value of that id: at one of its places, or within one that was put apart as a whole. */
export function refersTo(event: JournalEvent, id: string, chunks: Pick<Chunks, "get">): boolean {
  return placesOf(event).some(({ holder, key, isWhole }) => {
    const value = holder[key];
    if (!isValueRef(value)) return false;
    if (value.$value.id === id) return true;
    const whole: unknown = isWhole === true ? JSON.parse(chunks.get(value.$value.id) ?? "{}") : {};
    return Object.values(whole as JsonObject).some((member) => isValueRef(member) && member.$value.id === id);
  });
}

export class LargeValues {
  readonly #chunks: Chunks;

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  /**
   * JSON of an event, 256 KB of it where values can be put apart; `seq` names those.
   * `length` is that of the whole event. A user's value that looks like a reference is put apart too, so every reference in a journal is ours.
   * @throws SpellError `too_large` for an event that stays too large for a frame
   */
  encode(event: JournalEvent, seq: number): { json: string; length: number } {
    const text = JSON.stringify(event);
    const { length } = text;
    const isSmall = fits(text, maxInlineValueBytes);
    if (isSmall && (!text.includes('"$value"') || !hasLookalike(event))) return { json: text, length };
    const short = JSON.stringify(this.#shortened(event, seq, text));
    if (fits(short, maxFrameBytes - 1024)) return { json: short, length };
    throw new SpellError(
      "too_large",
      "A node gave more in one record than fits, even with its values put apart: fewer or shorter names are needed.",
    );
  }

  /** Puts apart what is large, the largest first, until the rest fits; each value is measured once. */
  #shortened(event: JournalEvent, seq: number, text: string): JournalEvent {
    const copy = ownPlaces(event);
    const runId = "runId" in event ? event.runId : "";
    let bytes = encoder.encode(text).length;
    let count = 0;
    const putApart = ({ holder, key }: Place): void => {
      const json = JSON.stringify(holder[key]);
      const ref = this.#putApart(`${seq}-${(count += 1)}`, runId, json);
      holder[key] = ref;
      bytes += JSON.stringify(ref).length - ref.$value.bytes;
    };
    const places = placesOf(copy);
    const lookalikes = places.filter(({ holder, key }) => isValueRef(holder[key]));
    for (const place of lookalikes) putApart(place);
    const sized = places
      .filter((place) => !lookalikes.includes(place) && place.isWhole !== true)
      .map((place) => ({ place, size: encoder.encode(JSON.stringify(place.holder[place.key])).length }))
      .toSorted((a, b) => b.size - a.size);
    for (const { place, size } of sized) {
      if (size < worthwhileBytes || (size <= maxInlineValueBytes && bytes <= maxInlineValueBytes)) break;
      putApart(place);
    }
    // Thousands of small values: all of them together, as one.
    for (const place of places)
      if (place.isWhole && bytes > maxInlineValueBytes && !lookalikes.includes(place)) putApart(place);
    return copy;
  }

  #putApart(id: string, runId: string, json: string): ValueRef {
    this.#chunks.put(id, runId, json);
    return { $value: { id, bytes: encoder.encode(json).length, preview: json.slice(0, 200) } };
  }

  /** The event as the engine wrote it: every reference replaced by its value. */
  restore<T extends JournalEvent>(event: T): T {
    if (!JSON.stringify(event).includes('"$value"')) return event;
    const copy = ownPlaces(event);
    // Wholes first: a whole that was put apart may itself hold references.
    for (const place of placesOf(copy)) if (place.isWhole) this.#fill(place);
    for (const place of placesOf(copy)) this.#fill(place);
    return copy;
  }

  #fill(place: Place): void {
    const value = place.holder[place.key];
    if (!isValueRef(value)) return;
    const json = this.#chunks.get(value.$value.id);
    if (json !== null) place.holder[place.key] = JSON.parse(json) as Json;
  }
}
