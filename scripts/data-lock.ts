/** One server at a time on a data folder: a file there names who serves from it, and the runtime that it started. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SpellError } from "../src/protocol/errors.ts";
import { makeDataDir } from "./data-dir.ts";
import { childrenOf, findProcess, isAlive, isStill, npmAncestors, type ProcessInfo } from "./processes.ts";

interface Holder extends ProcessInfo {
  url?: string;
  /** The npm that started it: when that is gone, the holder is about to stop. */
  ancestors: number[];
  /** Its workerd processes. */
  runtimes: ProcessInfo[];
}

export interface DataLock {
  /** Writes down where we serve, and which runtimes we have started: the next start ends them if we are killed. */
  record(url?: string): void;
  release(): void;
  /** Number of a runtime that an earlier start left behind and that was ended. */
  ended: number[];
}

const stoppingMs = 15_000;
const pollMs = 100;
const fileName = "server.json";

/**
 * Takes `dataDir`, which it creates.
 * @throws SpellError `conflict` while another process serves from it
 */
export async function lockData(dataDir: string): Promise<DataLock> {
  makeDataDir(dataDir);
  const path = join(dataDir, fileName);
  const own = findProcess(process.pid) ?? {
    pid: process.pid,
    parent: process.ppid,
    startedAt: "",
    command: "",
  };
  let holder: Holder = { ...own, ancestors: npmAncestors(), runtimes: [] };
  const ended: number[] = [];
  const deadline = Date.now() + stoppingMs;
  while (!create(path, holder)) {
    const text = read(path);
    if (text === undefined) continue;
    const other = parse(text);
    if (other !== undefined && isHeldBy(other)) {
      if (!isStopping(other) || Date.now() > deadline) throw inUse(dataDir, other);
      await sleep(pollMs);
      continue;
    }
    for (const runtime of other?.runtimes ?? []) if (await end(runtime)) ended.push(runtime.pid);
    takeAway(path, text);
  }
  return {
    ended,
    record(url) {
      const runtimes = childrenOf(process.pid).filter(({ command }) => /\bworkerd\b.* serve /.test(command));
      holder = { ...holder, runtimes, ...(url === undefined ? {} : { url }) };
      writeFileSync(`${path}.new`, JSON.stringify(holder));
      renameSync(`${path}.new`, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}

/** Ends what a killed process left behind in `dataDir`. True when nobody holds the folder (any more). */
export async function endLeftovers(dataDir: string): Promise<boolean> {
  const text = read(join(dataDir, fileName));
  const holder = text === undefined ? undefined : parse(text);
  // No file yet may mean: just being made.
  if (holder === undefined || isHeldBy(holder)) return false;
  for (const runtime of holder.runtimes) await end(runtime);
  return true;
}

const isHeldBy = (holder: Holder): boolean =>
  holder.startedAt === "" ? isAlive(holder.pid) : isStill(holder);
const isStopping = (holder: Holder): boolean => holder.ancestors.some((pid) => !isAlive(pid));

const inUse = (dataDir: string, { pid, url }: Holder): SpellError =>
  new SpellError(
    "conflict",
    `The data folder ${dataDir} is in use by process ${pid}${url === undefined ? "" : `, which serves ${url}`}. Stop it, or set DATA_DIR to another folder.`,
  );

/** Only when it is provably the process that was written down. */
async function end(runtime: ProcessInfo): Promise<boolean> {
  if (!isStill(runtime)) return false;
  process.kill(runtime.pid, "SIGKILL");
  // Its command line is gone before its port is free, so the start alone tells that it is still there.
  while (findProcess(runtime.pid)?.startedAt === runtime.startedAt) await sleep(pollMs);
  return true;
}

/** Whole or not at all, and only where there is none: a link does not replace. */
function create(path: string, holder: Holder): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes the file whose content was `stale`, not the one that another start may have put in its place meanwhile. */
function takeAway(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (read(aside) !== stale) linkSync(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined for what no start has written. */
function parse(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    return typeof value?.pid === "number" && Array.isArray(value.runtimes) && Array.isArray(value.ancestors)
      ? (value as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}
