/** What a process of this machine has taken: its processor, its memory, and its files. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Of the kernel's table of processes; 100 on all that Node runs on. */
const ticksPerSecond = 100;

/** µs of processor that a process has taken, all its threads; NaN where the system has no /proc. */
export function processorUs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

/** Bytes that are resident and its own; NaN where the system has no /proc. */
export function memoryBytes(pid: number): number {
  try {
    const kib = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib) * 1024;
  } catch {
    return Number.NaN;
  }
}

/** How many files each process may have open. */
export function fileLimit(): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
}

/** What a process has open: paths of files, `socket:[…]` and the like. */
export function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}
