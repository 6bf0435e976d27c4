/**
 * RFC 6902 patches, applied for strangers. Not by the library rfc6902, which is exact about well-meant patches (our tests compare
 * the two) but writes through prototypes (`/nodes/toString/x`), misses keys called `constructor`, and overflows the stack in
 * `test` with two long lists.
 */
import { SpellError } from "../protocol/errors.ts";
import { escapeToken, unescapeToken } from "../protocol/json-pointer.ts";
import { maxSpellBytes } from "../protocol/spell.ts";
import { isJsonObject, type Json, type JsonObject } from "../protocol/values.ts";
import { maxTreeDepth } from "./json-tree.ts";
import { isSameJson } from "./same-json.ts";

export type JsonPatch = readonly JsonObject[];

/** Characters and values that the operations of one patch may handle together; `copy` alone could double a document 10 000 times. */
const maxWork = 4 * maxSpellBytes;

/** Why an operation fails; told with its number and path. */
class Fault extends Error {}

/**
 * The document with the patch applied. It is changed in place, and of no use when this throws.
 * @throws SpellError `bad_request` that names the operation, its path and the fault; `too_large` for more work than a patch may cause
 */
export function applyPatch(document: Json, patch: JsonPatch): Json {
  const patching = new Patching(document);
  for (const [index, operation] of patch.entries())
    try {
      patching.apply(operation);
    } catch (thrown) {
      if (thrown instanceof Fault) throw refusal(index, operation, thrown.message);
      throw thrown;
    }
  return patching.document;
}

class Patching {
  document: Json;
  #work = 0;

  constructor(document: Json) {
    this.document = document;
  }

  apply(operation: JsonObject): void {
    const path = pointerOf(operation, "path");
    switch (operation.op) {
      case "add":
        return this.#add(path, this.#copy(valueOf(operation)));
      case "remove":
        return this.#remove(path);
      case "replace": {
        const value = this.#copy(valueOf(operation));
        this.#get(path);
        this.#checkDepth(path, value);
        return this.#set(path, value);
      }
      case "move":
        return this.#move(pointerOf(operation, "from"), path);
      case "copy":
        return this.#add(path, this.#copy(this.#get(pointerOf(operation, "from"))));
      case "test":
        if (!isSameJson(this.#get(path), valueOf(operation), (count) => this.#spend(count)))
          throw new Fault("the value there is another one");
        return;
      default:
        throw new Fault("`op` is none of add, remove, replace, move, copy, test");
    }
  }

  #move(from: readonly string[], path: readonly string[]): void {
    const value = this.#get(from);
    if (from.every((token, i) => token === path[i])) {
      if (from.length === path.length) return;
      throw new Fault("a value cannot be moved into itself");
    }
    this.#remove(from);
    this.#add(path, value);
  }

  #add(path: readonly string[], value: Json): void {
    this.#checkDepth(path, value);
    const key = path.at(-1);
    const holder = this.#holder(path);
    if (!Array.isArray(holder) || key === undefined) return this.#set(path, value);
    const index = key === "-" ? holder.length : indexOf(key);
    if (index > holder.length) throw new Fault(`the list there has ${holder.length} items`);
    this.#spend((holder.length - index) >> 4);
    holder.splice(index, 0, value);
  }

  #remove(path: readonly string[]): void {
    const key = path.at(-1);
    if (key === undefined) throw new Fault("the whole document cannot be removed");
    this.#get(path);
    const holder = this.#holder(path);
    if (Array.isArray(holder)) {
      this.#spend(holder.length >> 4);
      holder.splice(indexOf(key), 1);
    } else delete (holder as JsonObject)[key];
  }

  /** Writes a member, or an item that is there. */
  #set(path: readonly string[], value: Json): void {
    const key = path.at(-1);
    if (key === undefined) {
      this.document = value;
      return;
    }
    const holder = this.#holder(path);
    if (Array.isArray(holder)) holder[indexOf(key)] = value;
    else if (isJsonObject(holder)) holder[key] = value;
    else throw new Fault("nothing can be put into what is there");
  }

  #holder(path: readonly string[]): Json {
    return this.#get(path.slice(0, -1));
  }

  /** What is at a path, by own keys alone. */
  #get(path: readonly string[]): Json {
    let value = this.document;
    for (const [i, token] of path.entries()) {
      const found = childOf(value, token);
      if (found === undefined) throw new Fault(`there is nothing at ${toPointer(path.slice(0, i + 1))}`);
      value = found;
    }
    return value;
  }

  /** A value of its own: what a later operation changes in it is changed nowhere else. */
  #copy(value: Json): Json {
    if (typeof value === "string") this.#spend(value.length);
    this.#spend(1);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#copy(item));
    const copy: JsonObject = {};
    for (const [key, inner] of Object.entries(value)) {
      checkKey(key);
      this.#spend(key.length);
      copy[key] = this.#copy(inner);
    }
    return copy;
  }

  #checkDepth(path: readonly string[], value: Json): void {
    if (path.length + this.#depth(value) > maxTreeDepth)
      throw new Fault(`the document would be nested deeper than ${maxTreeDepth} levels`);
  }

  #depth(value: Json): number {
    this.#spend(1);
    if (typeof value !== "object" || value === null) return 0;
    let depth = 0;
    for (const inner of Array.isArray(value) ? value : Object.values(value))
      depth = Math.max(depth, this.#depth(inner));
    return depth + 1;
  }

  #spend(count: number): void {
    this.#work += count;
    if (this.#work > maxWork)
      throw new SpellError(
        "too_large",
        "This patch copies, moves or compares more than one may. Nothing was changed; send it in parts.",
      );
  }
}

function valueOf(operation: JsonObject): Json {
  const { value } = operation;
  if (value === undefined) throw new Fault("`value` is missing");
  return value;
}

/** The keys of a JSON pointer: https://www.rfc-editor.org/rfc/rfc6901 */
function pointerOf(operation: JsonObject, field: "path" | "from"): string[] {
  const text = operation[field];
  if (typeof text !== "string") throw new Fault(`\`${field}\` is missing`);
  if (text === "") return [];
  if (!text.startsWith("/") || /~(?![01])/.test(text))
    throw new Fault(`\`${field}\` is no JSON pointer, such as /nodes/12/data`);
  const tokens = text.slice(1).split("/").map(unescapeToken);
  for (const token of tokens) checkKey(token);
  return tokens;
}

const toPointer = (tokens: readonly string[]): string =>
  tokens.map((token) => `/${escapeToken(token)}`).join("");

function checkKey(key: string): void {
  if (key === "__proto__") throw new Fault('the key "__proto__" is not taken');
}

function childOf(value: Json, token: string): Json | undefined {
  if (Array.isArray(value)) return isIndex(token) ? value[Number(token)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

/** No sign, no leading zero; far above any length there is. */
const isIndex = (token: string): boolean => /^(0|[1-9]\d{0,9})$/.test(token);

function indexOf(token: string): number {
  if (!isIndex(token)) throw new Fault("a list has items by number alone");
  return Number(token);
}

function refusal(index: number, operation: JsonObject, why: string): SpellError {
  const shown = (value: Json | undefined): string =>
    typeof value === "string" ? (value.length > 200 ? `${value.slice(0, 200)}…` : value) : "?";
  const message = `Operation ${index} of the patch (${shown(operation.op)} at "${shown(operation.path)}") cannot be applied: ${why.slice(0, 400)}. Nothing was changed.`;
  return new SpellError("bad_request", message, {
    errors: [{ path: `patch.${index}`, message: why.slice(0, 400) }],
  });
}
