/**
 * What idle connections cost: 10 000 over 1 000 spells, awake and hibernated, against an object that accepts WebSockets and keeps
 * nothing. They come in batches, each of which sleeps before the next is opened: what awake objects took goes back to the
 * allocator and not to the kernel, and so is used again. What each batch adds is what its sleeping connections keep. At the end
 * all objects are woken at once.
 */
import { echoes } from "./drawn.ts";
import {
  ask,
  awakeOf,
  bothSides,
  endPart,
  hibernated,
  memoryOf,
  type Part,
  startPart,
  sum,
} from "./idle/part.ts";
import { fileLimit, openFiles } from "./process-time.ts";
import { report, type Row } from "./report.ts";
import type { Side } from "./sides.ts";

const spells = 1000;
const connectionsEach = 10;
const batches = 10;
/** The first fill what V8 and the allocator take in advance. */
const warmUp = 2;
const aimKb = 20;

/** The runtime holds each accepted connection by two files, and has three open for the database of each object that is awake. */
const filesAConnection = 2 + 3 / connectionsEach;
/** Of a runtime by itself. */
const filesBeside = 200;

const connections = spells * connectionsEach;
const room = Math.floor((fileLimit() - filesBeside) / filesAConnection);
if (room < connections / batches)
  throw new Error(
    `A process may have ${fileLimit()} files open, which is too few here. Raise it by ulimit -n.`,
  );

/** More than one where a runtime may not have so many files open. */
const runtimes = Math.ceil(connections / room);
/** The spells of each batch that are the part's of that number. */
const batchesOf = (part: number): string[][] =>
  Array.from({ length: batches }, (_batch, batch) =>
    Array.from({ length: spells / batches }, (_spell, i) => `idle-${batch}-${i}`).filter(
      (_id, i) => i % runtimes === part,
    ),
  );

/** Bytes of all runtimes of a side, before and after a batch slept. */
interface Reading {
  connections: number;
  awake: number;
  asleep: number;
}

async function openBatches(parts: readonly Part[]): Promise<Record<Side, Reading[]>> {
  await hibernated(parts);
  const readings: Record<Side, Reading[]> = { spell: [], bare: [] };
  for (const side of bothSides)
    readings[side].push({ connections: 0, awake: Number.NaN, asleep: memoryOf(parts, side) });
  for (let batch = 0; batch < batches; batch++) {
    const awake = { spell: 0, bare: 0 };
    let open = 0;
    for (const side of bothSides) {
      const counts = parts.map((part) =>
        ask(part, side, { spells: part.batches[batch] ?? [], connectionsEach }),
      );
      open = sum(await Promise.all(counts));
      awake[side] = memoryOf(parts, side);
    }
    const wanted = ((batch + 1) * connections) / batches;
    if (open !== wanted * bothSides.length)
      throw new Error(`Of ${wanted * bothSides.length} connections ${open} are open.`);
    await hibernated(parts);
    for (const side of bothSides)
      readings[side].push({ connections: wanted, awake: awake[side], asleep: memoryOf(parts, side) });
  }
  return readings;
}

/** Bytes when every object is awake, by a hello to each. */
async function wakeAll(parts: readonly Part[], side: Side): Promise<number> {
  await Promise.all(parts.map((part) => ask(part, side, { spells: part.batches.flat() })));
  const awake = awakeOf(parts, side);
  if (awake !== spells) throw new Error(`Of ${spells} objects only ${awake} are awake at once.`);
  return memoryOf(parts, side);
}

/** Of the line through points by least squares. */
function slopeOf(points: readonly { x: number; y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    sum(points.map(of)) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  return (
    sum(points.map((point) => (point.x - x) * (point.y - y))) / sum(points.map((point) => (point.x - x) ** 2))
  );
}

/** Bytes a connection. */
interface Kept {
  asleep: number;
  /** With what the first batches took in advance. */
  overall: number;
  awake: number;
}

/** @param allAwake bytes when all were woken after the last batch */
function keptOf(readings: readonly Reading[], allAwake: number): Kept {
  const settled = readings.slice(warmUp);
  const asleep = slopeOf(settled.map((reading) => ({ x: reading.connections, y: reading.asleep })));
  const first = readings[0]?.asleep ?? Number.NaN;
  const last = readings.at(-1)?.asleep ?? Number.NaN;
  return {
    asleep,
    overall: (last - first) / connections,
    awake: asleep + (allAwake - last) / connections,
  };
}

const kb = (bytes: number): string => (bytes / 1000).toFixed(1);
const mb = (bytes: number): number => Math.round(bytes / 1e6);

const parts: Part[] = [];
try {
  for (let i = 0; i < runtimes; i++) parts.push(await startPart(batchesOf(i)));
  await Promise.all(
    parts.map(async ({ sides, batches: ids }) => {
      for (const id of ids.flat()) await sides.save(id, echoes(10));
    }),
  );
  const readings = await openBatches(parts);
  const kept = {
    spell: keptOf(readings.spell, await wakeAll(parts, "spell")),
    bare: keptOf(readings.bare, await wakeAll(parts, "bare")),
  };
  const rowOf = (side: Side): Row => ({
    object: side,
    connections,
    objects: spells,
    runtimes,
    "files of a runtime": Math.max(...parts.map(({ pids }) => openFiles(pids[side]).length)),
    "hibernated, KB a connection": kb(kept[side].asleep),
    "awake, KB a connection": kb(kept[side].awake),
  });
  const difference = kept.spell.asleep - kept.bare.asleep;
  report({
    name: "idle",
    question: "Idle connections: memory each, awake and hibernated",
    tables: [
      { rows: bothSides.map(rowOf) },
      {
        title: "On top of the runtime's own",
        rows: [
          {
            "hibernated, KB a connection": kb(difference),
            aim: `below ${aimKb}`,
            met: difference < aimKb * 1000 ? "yes" : "no",
            "hibernated, with the first batches": kb(kept.spell.overall - kept.bare.overall),
            "awake, KB a connection": kb(kept.spell.awake - kept.bare.awake),
          },
        ],
      },
      {
        title: "Batch by batch",
        rows: readings.spell.map((spell, i) => {
          const bare = readings.bare[i];
          const shown = (bytes = Number.NaN): string | number => (Number.isNaN(bytes) ? "" : mb(bytes));
          return {
            connections: spell.connections,
            "spell awake, MB": shown(spell.awake),
            "spell hibernated, MB": shown(spell.asleep),
            "bare awake, MB": shown(bare?.awake),
            "bare hibernated, MB": shown(bare?.asleep),
          };
        }),
      },
    ],
    notes: [
      `Memory is what is resident and the runtime's own (RssAnon), of all runtimes of a side; nothing forces a collection. Each connection has said hello and had its answer. Hibernated: no object has its database open any more, and all connections are open. A connection's share is the slope over the batches after the first ${warmUp}, which fill what V8 and the allocator take in advance. Awake: at the end one connection of each spell says hello, so that all ${spells} objects are awake at once.`,
      `A process may have ${fileLimit()} files open here. The runtime takes two for each connection that it has accepted, and three for the database of each object while that is awake: hence ${runtimes} of them a side, each with its part of the connections and spells.`,
    ],
    packages: ["workerd"],
  });
} finally {
  await Promise.all(parts.map(endPart));
}
