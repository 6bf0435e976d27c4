/** The Worker on a runtime of our own, without a development proxy: for `npm start`, the CLI, and the benches. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from "miniflare";
import { SpellError } from "../src/protocol/errors.ts";
import { editorDir } from "./build-editor.ts";
import { type BuiltWorker, buildWorker, modulesOf } from "./build-worker.ts";
import { type DataLock, endLeftovers, lockData } from "./data-lock.ts";
import { migrate } from "./migrate.ts";
import { findListener, type ProcessInfo } from "./processes.ts";
import { projectDir } from "./project.ts";
import { takeSignals } from "./signals.ts";

export interface RuntimeOptions {
  /** Created where it is missing. Without one the data are in a temporary folder, removed at the end. */
  dataDir?: string;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: a free one. */
  port?: number;
  /** Settings of the Worker; those of wrangler.toml are below them. */
  vars: Record<string, string>;
  /** Default: built from the sources as they are. */
  build?: BuiltWorker;
  /** Workers that its bindings name. */
  beside?: V4WorkerOptions[];
  /** A line that the Worker wrote to its console. Default: errors to stderr. */
  onLog?: (level: string, message: string) => void;
  /** Lets a debugger or profiler attach, see {@link Runtime.inspectorUrl}. */
  inspect?: boolean;
  /** Exit code after SIGINT, SIGTERM or SIGHUP; default 128 and the signal's number. */
  exitCode?: number;
}

export interface Runtime {
  /** Without a slash at the end. */
  url: string;
  /** Where a debugger attaches, if that was asked for. */
  inspectorUrl?: string;
  /** Numbers of runtimes that a killed start had left on the same data and that were ended. */
  ended: readonly number[];
  /** Ends the runtime. What it has answered is on disk. */
  close(): Promise<void>;
}

const temporaryPrefix = "spellrunner-";

/**
 * Starts the Worker. Until `close()`, a signal closes it and ends the process, a second one at once.
 * @throws SpellError `conflict` when the port or the data folder is taken, `bad_request` when the Worker cannot be built
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const isTemporary = options.dataDir === undefined;
  if (isTemporary) await removeLeftovers();
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), temporaryPrefix));
  let lock: DataLock | undefined;
  let miniflare: Miniflare | undefined;
  const leave = (): void => {
    lock?.release();
    if (isTemporary) rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  const signals = takeSignals({
    stop: () => close(),
    leave,
    ...(options.exitCode === undefined ? {} : { exitCode: options.exitCode }),
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= end());
  const end = async (): Promise<void> => {
    await miniflare?.dispose().catch(() => {});
    leave();
    signals.release();
  };
  try {
    lock = await lockData(dataDir);
    const build = options.build ?? (await buildWorker());
    const host = options.host ?? "127.0.0.1";
    await requireFreePort(host, options.port ?? 0);
    // A signal may have come meanwhile: nothing may be started that nobody would end.
    if (closing !== undefined) await new Promise(() => {});
    miniflare = signals.keepFrom(
      () => new Miniflare(miniflareOptions(options, build, dataDir, () => lock?.record())),
    );
    await miniflare.ready;
    const url = (await miniflare.unsafeGetDirectURL()).href.replace(/\/$/, "");
    lock.record(url);
    for (const binding of Object.keys(build.options.d1Databases))
      await migrate(await miniflare.getD1Database(binding), build.migrations);
    const inspector =
      options.inspect === true ? { inspectorUrl: (await miniflare.getInspectorURL()).href } : {};
    return { url, ...inspector, ended: lock.ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function miniflareOptions(
  { host = "127.0.0.1", port = 0, vars, beside = [], onLog = errorsOnly, inspect = false }: RuntimeOptions,
  build: BuiltWorker,
  dataDir: string,
  onRestart: () => void,
) {
  const page = existsSync(editorDir) ? { ASSETS: { disk: { path: editorDir, writable: false } } } : {};
  const worker = {
    ...build.options,
    serviceBindings: { ...build.options.serviceBindings, ...page },
    bindings: { ...build.vars, ...vars },
    modules: modulesOf(build),
    modulesRoot: build.modulesDir,
    rootPath: projectDir,
    // Requests go to the Worker itself: by way of the simulator's own, each would take half as much processor again.
    unsafeDirectSockets: [{ host, port }],
  } as V4WorkerOptions;
  return convertV4MiniflareOptions({
    // The simulator's own door, which nobody is told of.
    host: "127.0.0.1",
    port: 0,
    ...(inspect ? { inspectorPort: 0 } : {}),
    // Otherwise Miniflare would fetch a sample of request metadata from the network.
    cf: false,
    logRequests: false,
    handleStructuredLogs: ({ level, message }) => onLog(level, message),
    resourcePersistencePath: join(dataDir, "storage"),
    // The runtime is started again after a crash and then has another process number.
    unsafeHandleRuntimeRestart: onRestart,
    workers: [worker, ...beside],
  });
}

function errorsOnly(level: string, message: string): void {
  if (level === "error") process.stderr.write(`${message}\n`);
}

/** Folders of earlier calls that were killed before they could tidy up. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (name.startsWith(temporaryPrefix) && (await endLeftovers(path)))
      rmSync(path, { recursive: true, force: true });
  }
}

/** A process that was just ended lets go of its port a moment later. */
const freeingMs = 2000;

/** @throws SpellError `conflict` that says what listens there */
async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const deadline = Date.now() + freeingMs;
  for (;;) {
    const code = await tryToListen(host, port);
    if (code === undefined) return;
    if (code !== "EADDRINUSE")
      throw new SpellError(
        "not_configured",
        `Port ${port} on ${host} cannot be listened on (${code}). Set HOST or PORT.`,
      );
    const holder = findListener(port);
    if (holder !== undefined || Date.now() > deadline)
      throw new SpellError("conflict", `Port ${port} on ${host} is taken by ${describeHolder(holder)}`);
    await sleep(100);
  }
}

/** The code of what goes wrong. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function describeHolder(holder: ProcessInfo | undefined): string {
  if (holder === undefined) return "another program. Stop it, or set PORT to another number.";
  const command = holder.command.length > 160 ? `${holder.command.slice(0, 160)}…` : holder.command;
  const isRuntime = /\bworkerd\b/.test(holder.command);
  const advice = isRuntime
    ? `If a server that was killed left it behind, \`kill ${holder.pid}\` ends it. Else set PORT to another number.`
    : "Stop it, or set PORT to another number.";
  return `process ${holder.pid} (${command}). ${advice}`;
}
