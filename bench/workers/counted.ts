/** Our own Worker, with everything counted that is billed. `GET /counted` tells, and begins anew. */
import type { Env } from "../../src/env.ts";
import { SpellManager as Manager } from "../../src/actor/spell-manager.ts";
import { SpellRunner as Runner } from "../../src/actor/spell-runner.ts";
import app from "../../src/worker.ts";

export * from "../../src/worker.ts";

/** What the table of `cost.ts` is made of. The Worker and its objects share an isolate here, and so this. */
interface Counts {
  requests: number;
  objectRequests: number;
  d1Queries: number;
  rowsRead: number;
  /** Those of indexes and alarms among them. */
  rowsWritten: number;
  /** ms in which an object had something to do, calls that overlap counted once each. */
  objectMs: number;
}
const none = (): Counts => ({
  requests: 0,
  objectRequests: 0,
  d1Queries: 0,
  rowsRead: 0,
  rowsWritten: 0,
  objectMs: 0,
});
let counts = none();

type Method = (...args: unknown[]) => unknown;

/** The same, with each method called through `call`. */
const through = <T extends object>(
  target: T,
  call: (name: string, method: Method, args: unknown[]) => unknown,
): T =>
  new Proxy(target, {
    get(it, name) {
      const value: unknown = Reflect.get(it, name, it);
      if (typeof value !== "function" || typeof name !== "string") return value;
      return (...args: unknown[]) =>
        call(name, (...given) => Reflect.apply(value, it, given) as unknown, args);
    },
  });

const isNamespace = (value: unknown): value is DurableObjectNamespace =>
  typeof value === "object" && value !== null && "getByName" in value;

const countedStub = <T extends object>(stub: T): T =>
  through(stub, (_name, method, args) => {
    counts.objectRequests += 1;
    return method(...args);
  });

const countedDatabase = (database: D1Database): D1Database =>
  through(database, (name, method, args) => {
    if (name === "prepare") counts.d1Queries += 1;
    return method(...args);
  });

const known = new WeakMap<object, Env>();

function countedEnv(env: Env): Env {
  let counted = known.get(env);
  if (counted !== undefined) return counted;
  const parts: Record<string, unknown> = { ...env };
  for (const [name, value] of Object.entries(parts))
    if (isNamespace(value))
      parts[name] = through(value, (_name, method, args) => countedStub(method(...args) as object));
  parts.DB = countedDatabase(env.DB);
  counted = parts as unknown as Env;
  known.set(env, counted);
  return counted;
}

/** A statement that may still be read, with what was counted of it. */
interface Statement {
  cursor: SqlStorageCursor<Record<string, SqlStorageValue>>;
  read: number;
  written: number;
}
/** By database, since only its own object may look at them: counted at its next statement. */
const recent = new WeakMap<object, Statement[]>();
const kept = 4;

function count(statements: readonly Statement[]): void {
  for (const one of statements) {
    counts.rowsRead += one.cursor.rowsRead - one.read;
    counts.rowsWritten += one.cursor.rowsWritten - one.written;
    one.read = one.cursor.rowsRead;
    one.written = one.cursor.rowsWritten;
  }
}

let isWatching = false;

/** Statements and alarms of every object, from the first one on. */
function watch({ storage }: DurableObjectState): void {
  if (isWatching) return;
  isWatching = true;
  const sql = Object.getPrototypeOf(storage.sql) as { exec: Method };
  const { exec } = sql;
  sql.exec = function counted(this: object, ...args: unknown[]) {
    const cursor = Reflect.apply(exec, this, args) as Statement["cursor"];
    const statements = [...(recent.get(this) ?? []), { cursor, read: 0, written: 0 }];
    count(statements);
    recent.set(this, statements.slice(-kept));
    return cursor;
  };
  const alarms = Object.getPrototypeOf(storage) as { setAlarm: Method };
  const { setAlarm } = alarms;
  alarms.setAlarm = function counted(this: unknown, ...args: unknown[]) {
    counts.rowsWritten += 1;
    return Reflect.apply(setAlarm, this, args);
  };
}

export class SpellRunner extends Runner {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx);
    super(ctx, countedEnv(env));
  }

  override async run(...args: Parameters<Runner["run"]>): ReturnType<Runner["run"]> {
    const started = performance.now();
    try {
      return await super.run(...args);
    } finally {
      counts.objectMs += performance.now() - started;
    }
  }
}

export class SpellManager extends Manager {
  constructor(ctx: DurableObjectState, env: Env) {
    watch(ctx);
    super(ctx, countedEnv(env));
  }
}

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== "/counted") {
      counts.requests += 1;
      return app.fetch(request, countedEnv(env), ctx);
    }
    const told = counts;
    counts = none();
    return Response.json(told);
  },
};
