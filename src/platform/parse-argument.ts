/** What callers send, checked against the protocol's schemas. */
import type * as z from "zod";
import { SpellError } from "../protocol/errors.ts";

/**
 * The parsed argument.
 * @param service whose it is, for the message
 * @param name of the argument, first part of each path in the error
 * @throws SpellError `bad_request` with the path of each fault
 */
export function parseArgument<T>(service: string, name: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    path: [name, ...issue.path.map(String)].join("."),
    message: issue.message,
  }));
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw new SpellError("bad_request", `${service}: ${first?.path}: ${first?.message}${more}`, { errors });
}
