/** A database in trouble: the real one, whose queries fail, hang, or are done without anybody hearing of it. */

/** What becomes of a query: it goes through; an error in its place; an error in the place of its answer; no answer ever. */
export type Trouble = { is: "fine" } | { is: "refused" | "lost"; message: string } | { is: "stalled" };

const fine: Trouble = { is: "fine" };

const methods = ["run", "all", "first", "raw", "batch"] as const;

/** @param troubleOf of the n-th query (from 1) */
export function troubled(db: D1Database, troubleOf: (n: number) => Trouble): D1Database & { asked: number } {
  let asked = 0;
  const meet = async <T>(query: () => Promise<T>): Promise<T> => {
    const trouble = troubleOf((asked += 1));
    if (trouble.is === "stalled") return new Promise<never>(() => {});
    if (trouble.is === "refused") throw new Error(trouble.message);
    const answer = await query();
    if (trouble.is === "lost") throw new Error(trouble.message);
    return answer;
  };
  // Batches take the statements themselves, so these are kept by what stands for them.
  const real = new WeakMap<object, D1PreparedStatement>();
  const statement = (inner: D1PreparedStatement): D1PreparedStatement => {
    const outer = new Proxy(inner, {
      get(target, name): unknown {
        const value: unknown = Reflect.get(target, name);
        if (name === "bind") return (...values: unknown[]) => statement(target.bind(...values));
        if (methods.includes(name as "run"))
          return (...args: unknown[]) =>
            meet(() => Reflect.apply(value as () => Promise<unknown>, target, args));
        return value;
      },
    });
    real.set(outer, inner);
    return outer;
  };
  return {
    get asked() {
      return asked;
    },
    prepare: (sql: string) => statement(db.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) =>
      meet(() => db.batch(statements.map((one) => real.get(one) ?? one))),
  } as unknown as D1Database & { asked: number };
}

export const always = (trouble: Trouble) => (): Trouble => trouble;
/** Meets the n-th query alone. */
export const atQuery =
  (n: number, trouble: Trouble) =>
  (at: number): Trouble =>
    at === n ? trouble : fine;
