/** JSON out of what a language model says. */
import { isJsonObject, type Json } from "../../protocol/values.ts";
import { parsedJson } from "../given.ts";

/** Models like to put JSON in a fence, or a sentence before it. Undefined where there is none. */
export function jsonIn(text: string): Json | undefined {
  const whole = parsedJson(text.trim());
  if (whole !== undefined) return whole;
  const fenced = /```[a-z]*\s*\n([\s\S]*?)```/i.exec(text)?.[1];
  const inFence = fenced === undefined ? undefined : parsedJson(fenced.trim());
  if (inFence !== undefined) return inFence;
  for (const [open, close] of [
    ["{", "}"],
    ["[", "]"],
  ] as const) {
    const found = parsedJson(text.slice(text.indexOf(open), text.lastIndexOf(close) + 1));
    if (typeof found === "object") return found;
  }
  return undefined;
}

/** What is wrong with an answer that should be a JSON object or list; undefined when nothing is. */
export function faultOf(answer: string): string | undefined {
  const value = jsonIn(answer);
  if (value === undefined) return "It is not valid JSON.";
  return Array.isArray(value) || isJsonObject(value) ? undefined : "It is neither an object nor a list.";
}
