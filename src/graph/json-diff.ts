/** The RFC 6902 patch from one JSON value to another. Lists are replaced whole: finding what moved in a long one takes the square of its length. */
import { escapeToken } from "../protocol/json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { isSameJson } from "./same-json.ts";

/** @returns null where the patch would take more than `maxLength` characters of JSON */
export function diffJson(before: Json, after: Json, maxLength: number): JsonObject[] | null {
  const operations: JsonObject[] = [];
  let length = 2;
  const put = (operation: JsonObject): boolean => {
    operations.push(operation);
    length += JSON.stringify(operation).length + 1;
    return length <= maxLength;
  };
  /** False when it has become too long. */
  const walk = (from: Json, to: Json, path: string): boolean => {
    if (!isJsonObject(from) || !isJsonObject(to))
      return isSameJson(from, to) || put({ op: "replace", path, value: to });
    for (const key of Object.keys(from))
      if (!Object.hasOwn(to, key) && !put({ op: "remove", path: `${path}/${escapeToken(key)}` }))
        return false;
    for (const [key, value] of Object.entries(to)) {
      const inner = `${path}/${escapeToken(key)}`;
      const known = Object.hasOwn(from, key) ? from[key] : undefined;
      if (known === undefined ? !put({ op: "add", path: inner, value }) : !walk(known, value, inner))
        return false;
    }
    return true;
  };
  return walk(before, after, "") ? operations : null;
}
