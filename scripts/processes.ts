/** Looking at processes of this machine: who is alive, whose child, who listens on a port. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

export interface ProcessInfo {
  pid: number;
  parent: number;
  /** Tells a process from a later one of the same number. */
  startedAt: string;
  command: string;
}

/** Undefined for one that has ended, a zombie included. */
export function findProcess(pid: number): ProcessInfo | undefined {
  if (process.platform === "linux") return readProc(pid);
  return listByPs(["-p", String(pid)])[0];
}

export function childrenOf(pid: number): ProcessInfo[] {
  const all =
    process.platform === "linux"
      ? numericNames("/proc").flatMap((id) => readProc(id) ?? [])
      : listByPs(["-A"]);
  return all.filter(({ parent }) => parent === pid);
}

/** The same process as then, and alive. */
export const isStill = (then: Pick<ProcessInfo, "pid" | "startedAt" | "command">): boolean => {
  const now = findProcess(then.pid);
  return now !== undefined && now.startedAt === then.startedAt && now.command === then.command;
};

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const shells = new Set(["sh", "dash", "bash", "ash", "ksh", "zsh", "busybox"]);

/** The processes of the npm that started this one: npm itself, and the shell between, which passes no signal on. */
export function npmAncestors(): number[] {
  if (process.env.npm_lifecycle_event === undefined) return [];
  const parent = findProcess(process.ppid);
  if (parent === undefined) return [];
  const isShell = shells.has(basename(parent.command.split(" ")[0] ?? ""));
  return isShell ? [parent.pid, parent.parent] : [parent.pid];
}

/** Who listens on a TCP port, as far as this user may see. */
export function findListener(port: number): ProcessInfo | undefined {
  const pid = process.platform === "linux" ? listenerByProc(port) : listenerByLsof(port);
  return pid === undefined ? undefined : findProcess(pid);
}

function readProc(pid: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything, so fields are counted from the last bracket: state, parent, … start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent] = fields;
    if (state === "Z" || state === "X") return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(parent), startedAt: fields[19] ?? "", command };
  } catch {
    return undefined;
  }
}

function listByPs(which: string[]): ProcessInfo[] {
  return linesOf("ps", [...which, "-o", "pid=,ppid=,stat=,lstart=,command="]).flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line);
    if (match === null || match[3]?.startsWith("Z")) return [];
    return [
      { pid: Number(match[1]), parent: Number(match[2]), startedAt: match[4] ?? "", command: match[5] ?? "" },
    ];
  });
}

/** Numbers of /proc/net/tcp: the local address ends in the port in hex, state 0A listens, the tenth field is the inode. */
function listenerByProc(port: number): number | undefined {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => {
      const rows = attempt(() => readFileSync(table, "utf8").split("\n"), []);
      return rows.flatMap((row) => {
        const fields = row.trim().split(/\s+/);
        return (fields[1] ?? "").endsWith(ending) && fields[3] === "0A" ? [`socket:[${fields[9]}]`] : [];
      });
    }),
  );
  if (sockets.size === 0) return undefined;
  return numericNames("/proc").find((pid) =>
    numericNames(`/proc/${pid}/fd`).some((fd) =>
      sockets.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), "")),
    ),
  );
}

function listenerByLsof(port: number): number | undefined {
  const line = linesOf("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fp"]).find((text) =>
    text.startsWith("p"),
  );
  return line === undefined ? undefined : Number(line.slice(1));
}

const linesOf = (command: string, args: string[]): string[] =>
  attempt(
    () => execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n"),
    [],
  );

/** Empty for a folder that is gone or another user's. */
const numericNames = (folder: string): number[] =>
  attempt(() => readdirSync(folder), [] as string[]).flatMap((name) =>
    /^\d+$/.test(name) ? [Number(name)] : [],
  );

/** For looking at what may vanish meanwhile. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
