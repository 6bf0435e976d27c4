/** The settings of a language model as the nodes of three years kept them, as a request has them. */
import * as z from "zod";
import type { NodeContext } from "../../engine/component.ts";
import type { CompletionRequest } from "../../protocol/services.ts";
import type { Json, JsonObject } from "../../protocol/values.ts";
import { numberSetting } from "../given.ts";
import { storedNumber } from "../schemas.ts";
import { failed } from "../inputs.ts";

/** Snake case since 2023, camel case before. */
export const samplingData = {
  temperature: storedNumber,
  max_tokens: storedNumber,
  maxTokens: storedNumber,
  top_p: storedNumber,
  topP: storedNumber,
  frequency_penalty: storedNumber,
  frequencyPenalty: storedNumber,
  presence_penalty: storedNumber,
  presencePenalty: storedNumber,
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
};

export type Sampling = Omit<CompletionRequest, "prompt" | "model">;

const names = {
  maxTokens: ["max_tokens", "maxTokens"],
  temperature: ["temperature"],
  topP: ["top_p", "topP"],
  frequencyPenalty: ["frequency_penalty", "frequencyPenalty"],
  presencePenalty: ["presence_penalty", "presencePenalty"],
} as const;

/** What is set, of `settings` before `data`. A limit of no tokens is no limit. */
export function samplingOf(context: NodeContext, data: JsonObject, settings: JsonObject = {}): Sampling {
  const found: Sampling = {};
  for (const [field, keys] of Object.entries(names)) {
    const [key, value] = firstSet([settings, data], keys);
    const number = numberSetting(context, key, value);
    if (number === undefined) continue;
    if (field !== "maxTokens") found[field as "temperature"] = number;
    else if (Math.trunc(number) > 0) found.maxTokens = Math.trunc(number);
  }
  const [, stop] = firstSet([settings, data], ["stop"]);
  const stops = stopsOf(context, stop);
  return stops.length === 0 ? found : { ...found, stop: stops };
}

function firstSet(
  places: readonly JsonObject[],
  keys: readonly string[],
): [key: string, value: Json | undefined] {
  for (const place of places)
    for (const key of keys) {
      const value = Object.hasOwn(place, key) ? place[key] : undefined;
      if (value !== undefined && value !== null && value !== "") return [key, value];
    }
  return [keys[0] ?? "", undefined];
}

/** Of a list as it is; of text the parts between commas, where the two characters `\n` are a line end. */
export function stopsOf(context: NodeContext, stop: Json | undefined): string[] {
  if (stop === undefined || stop === null) return [];
  const parts = typeof stop === "string" ? stop.split(",").map((part) => part.trim()) : stop;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string"))
    throw failed(context, `"stop" must be a text or a list of texts.`);
  return parts.map((part) => part.replaceAll(String.raw`\n`, "\n")).filter((part) => part !== "");
}
