/** What stands behind `--input`, `--state`, `--timeout` and `--hours`. */
import { SpellError } from "../../src/protocol/errors.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";

const howTo = "Write `--input key=text`, or `--input key:=json` for anything but text.";

/**
 * `key=text` gives a text, `key:=json` any JSON; the first `=` divides.
 * @throws SpellError `bad_request` that names the argument
 */
export function parseInputs(args: readonly string[]): JsonObject {
  const inputs = new Map<string, Json>();
  for (const arg of args) {
    const end = arg.indexOf("=");
    if (end === -1) throw usage(`--input ${quote(arg)} has no \`=\`. ${howTo}`);
    const isJson = end > 0 && arg[end - 1] === ":";
    const key = arg.slice(0, isJson ? end - 1 : end);
    if (key === "") throw usage(`--input ${quote(arg)} has no name before the \`=\`. ${howTo}`);
    if (inputs.has(key)) throw usage(`--input ${quote(key)} is given twice.`);
    const text = arg.slice(end + 1);
    inputs.set(key, isJson ? parseJson(text, `--input ${quote(key)}`) : text);
  }
  return Object.fromEntries(inputs);
}

/** @throws SpellError `bad_request` for what is no JSON object */
export function parseObject(text: string, what: string): JsonObject {
  const value = parseJson(text, what);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw usage(`${what} must be a JSON object, as in \`{"key": 1}\`.`);
}

/** @throws SpellError `bad_request` for what is no number above 0, or no whole one where `isWhole` */
export function parsePositive(text: string, what: string, isWhole: boolean): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0 && (!isWhole || Number.isInteger(value)))
    return value;
  throw usage(`${what} must be a ${isWhole ? "whole " : ""}number above 0, but is ${quote(text)}.`);
}

function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw usage(`${what} is not JSON: ${error instanceof Error ? error.message : "unreadable"}.`);
  }
}

const usage = (message: string): SpellError => new SpellError("bad_request", message);
const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
