/** Schemas for what editors stored in a node: numbers and switches as texts, null for what was cleared. */
import * as z from "zod";

export const storedNumber = z.union([z.number(), z.string()]).nullish();
export const storedText = z.union([z.string(), z.number(), z.boolean()]).nullish();
export const storedFlag = z.union([z.boolean(), z.string(), z.number()]).nullish();

export const isOn = (flag: z.infer<typeof storedFlag>): boolean =>
  flag === true || flag === "true" || flag === 1;

export const textIn = (text: z.infer<typeof storedText>): string => (text == null ? "" : String(text));
