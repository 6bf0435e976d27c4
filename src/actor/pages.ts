/**
 * Many rows, read some at a time, each page to its end. A cursor that is left before its end stays open until it is collected as garbage:
 * until then every write looks at it, and the database's log cannot begin anew.
 */

/** A row of the journal has up to 256 KB. */
const pageRows = 16;

/**
 * @param read the rows behind `last`, from the first where there is none; fewer than `limit` where no more are to come
 * @param limit rows of a page
 */
export function* inPages<R>(
  read: (limit: number, last: R | undefined) => R[],
  limit: number = pageRows,
): Generator<R> {
  let page: R[];
  let last: R | undefined;
  do {
    page = read(limit, last);
    last = page.at(-1);
    yield* page;
  } while (page.length === limit);
}
