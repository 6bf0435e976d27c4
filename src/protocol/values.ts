/** JSON values as they travel, and the references that stand for values too large for a frame. */
import * as z from "zod";

export { isValueRef } from "./value-ref.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const json: z.ZodType<Json> = z.json();
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

/** An object of JSON: no list, not null. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value of more than this many bytes of JSON travels as a {@link valueRef}. */
export const maxInlineValueBytes = 256 * 1024;
/** No frame is larger than this, in either direction. */
export const maxFrameBytes = 1024 * 1024;

/** Stands for a value above 256 KB; the value itself is at `GET …/runs/:runId/values/:id`. */
export const valueRef = z.object({
  $value: z.object({ id: z.string(), bytes: z.number().int().nonnegative(), preview: z.string() }),
});
export type ValueRef = z.infer<typeof valueRef>;
