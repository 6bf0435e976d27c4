/** A runner's own state, each of whose SQL statements is seen first: to count, to measure, or to fail it. */

export interface Statement {
  sql: string;
  values: unknown[];
  /** From 1. */
  n: number;
}

/** What holds a row in production: https://developers.cloudflare.com/durable-objects/platform/limits/ */
export const maxRowBytes = 2_000_000;

/** @param see throws what the storage is to fail with */
export function watchedState(
  state: DurableObjectState,
  see: (statement: Statement) => void,
): DurableObjectState {
  let n = 0;
  const sql = over(state.storage.sql, {
    exec: (text: string, ...values: unknown[]) => {
      see({ sql: text, values, n: (n += 1) });
      return state.storage.sql.exec(text, ...(values as SqlStorageValue[]));
    },
  });
  const storage = over(state.storage, { sql });
  return over(state, { storage });
}

/** What a statement binds, in bytes as SQLite has it: an upper bound of its row. */
export const bytesOf = ({ values }: Pick<Statement, "values">): number => {
  let bytes = 0;
  for (const value of values)
    if (typeof value === "string") bytes += new TextEncoder().encode(value).length;
    else if (value instanceof ArrayBuffer) bytes += value.byteLength;
    else bytes += 8;
  return bytes;
};

function over<T extends object>(target: T, own: Record<string, unknown>): T {
  return new Proxy(target, {
    get(_, name): unknown {
      if (typeof name === "string" && name in own) return own[name];
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  });
}
