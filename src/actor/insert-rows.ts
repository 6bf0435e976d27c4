/** Many rows at once: a statement each took a third longer, and left a cursor each to be collected as garbage. */

/** In one statement, as the deployed database has it: https://developers.cloudflare.com/durable-objects/platform/limits/ */
const maxParameters = 100;

/** @param into a table and its columns, for all of which each row has a value */
export function insertRows(
  sql: SqlStorage,
  into: string,
  rows: readonly (readonly SqlStorageValue[])[],
): void {
  const [first] = rows;
  if (first === undefined) return;
  const marks = `(${first.map(() => "?").join(", ")})`;
  const most = Math.floor(maxParameters / first.length);
  for (let from = 0; from < rows.length; from += most) {
    const some = rows.slice(from, from + most);
    sql.exec(`INSERT INTO ${into} VALUES ${some.map(() => marks).join(", ")}`, ...some.flat());
  }
}
