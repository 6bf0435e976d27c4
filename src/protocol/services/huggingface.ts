/** The Hugging Face service: any model of theirs, its own JSON in and out. */
import * as z from "zod";
import { json, jsonObject, type Json, type JsonObject } from "../values.ts";
import type { ServiceCall } from "./call.ts";

/** The arguments of `infer`, as they come over HTTP. */
export const inferRequest = z.strictObject({
  /** `owner/name`. */
  model: z.string().min(1).max(200),
  inputs: json,
  parameters: jsonObject.optional(),
});
export type InferRequest = z.infer<typeof inferRequest>;

export interface HuggingfaceService {
  /** The model's answer as it gave it. Waits for a model that is being loaded. */
  infer(call: ServiceCall, model: string, inputs: Json, parameters?: JsonObject): Promise<Json>;
}
