/** Many rows at once: a statement each took a third longer, and left a cursor each to be collected as garbage. */

/** In one statement, as the deployed database has it: https://developers.cloudflare.com/durable-objects/platform/limits/ */
const maxParameters = 100;

const texts = new Map<string, string>();

/** @param into a table and its columns, for all of which each row has a value */
export function insertRows(
  sql: SqlStorage,
  into: string,
  rows: readonly (readonly SqlStorageValue[])[],
): void {
  const width = rows[0]?.length ?? 1;
  const most = Math.floor(maxParameters / width);
  for (let from = 0; from < rows.length; from += most) {
    const some = rows.slice(from, from + most);
    const key = `${some.length} ${into}`;
    let text = texts.get(key);
    if (text === undefined) {
      const row = `(${Array.from({ length: width }, () => "?").join(", ")})`;
      texts.set(key, (text = `INSERT INTO ${into} VALUES ${some.map(() => row).join(", ")}`));
    }
    sql.exec(text, ...some.flat());
  }
}
