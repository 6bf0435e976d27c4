/**
 * A backup as a file: `spellrunner-backup@1`, one JSON value a line, so that it is written and read without being held whole.
 * The first line says whose it is, the last how many of each kind went before: a file without it was cut off.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import * as z from "zod";
import { SpellError } from "../../../src/protocol/errors.ts";
import { spellDocument } from "../../../src/protocol/spell.ts";
import type { JsonObject } from "../../../src/protocol/values.ts";

/** What the rows are of, in the order in which they are restored: agents last, since they hear what is recorded. */
export const rowKinds = {
  document: "documents",
  entity: "entities",
  event: "events",
  agent: "agents",
} as const;
export type RowKind = keyof typeof rowKinds;

export const head = z.object({
  format: z.literal("spellrunner-backup@1"),
  /** ISO 8601. */
  at: z.string(),
  user: z.string(),
});
export type Head = z.infer<typeof head>;

const anyRow = z.object({ id: z.string() }).catchall(z.json());
const line = z.discriminatedUnion("kind", [
  /** One version; those of a spell follow each other, oldest first. */
  z.object({ kind: z.literal("spell"), id: z.string(), document: spellDocument }),
  /** Of documents; documents name it by this id. */
  z.object({ kind: z.literal("store"), id: z.string(), name: z.string() }),
  z.object({ kind: z.enum(["document", "entity", "event", "agent"]), row: anyRow }),
  /** Its name alone: no route tells a value. */
  z.object({ kind: z.literal("secret"), name: z.string() }),
  z.object({ kind: z.literal("end"), counts: z.record(z.string(), z.number()) }),
]);
export type Line = z.infer<typeof line>;

/** How many of each kind. */
export type Counts = Record<string, number>;

export const count = (counts: Counts, kind: string): void => void (counts[kind] = (counts[kind] ?? 0) + 1);

/**
 * The lines behind the head, as they are read; the last one is not among them.
 * @throws SpellError `bad_request` for what is no backup, or not the whole of one
 */
export async function* readBackup(path: string): AsyncGenerator<Line, void, undefined> {
  const counts: Counts = {};
  let place = 0;
  let end: Counts | undefined;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    place += 1;
    if (text === "") continue;
    if (place === 1) {
      parsed(head, text, path, place);
      continue;
    }
    if (end !== undefined) throw broken(path, place, "there is more behind the end");
    const value = parsed(line, text, path, place);
    if (value.kind === "end") end = value.counts;
    else {
      count(counts, value.kind);
      yield value;
    }
  }
  if (end === undefined) throw broken(path, place, "the end is missing: the file was cut off");
  const kinds = new Set([...Object.keys(end), ...Object.keys(counts)]);
  for (const kind of kinds)
    if (end[kind] !== counts[kind])
      throw broken(
        path,
        place,
        `it has ${counts[kind] ?? 0} lines of the kind "${kind}", and tells of ${end[kind] ?? 0}`,
      );
}

function parsed<T>(schema: z.ZodType<T>, text: string, path: string, place: number): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken(path, place, "this is not JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw broken(path, place, `${issue?.path.join(".") || "the line"}: ${issue?.message}`);
}

const broken = (path: string, place: number, reason: string): SpellError =>
  new SpellError("bad_request", `${path} is no whole backup, line ${place}: ${reason}.`);

/** What of a row is its author's: ids and times are given by the server that keeps it. */
export function authored(kind: RowKind, row: JsonObject): JsonObject {
  const { id: _id, createdAt: _created, updatedAt: _updated, isRunning: _running, ...data } = row;
  // A document's file is its upload, which no backup has.
  if (kind === "document") delete data.fileId;
  return data;
}
