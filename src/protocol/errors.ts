/** Failures as they travel: in events, and as the problems of HTTP. The class and the codes are in spell-error.ts. */
import * as z from "zod";
import { errorCodes } from "./spell-error.ts";

export {
  type ErrorCode,
  errorCodes,
  type ErrorKind,
  SpellError,
  type SpellErrorOptions,
  statusOf,
  titleOf,
} from "./spell-error.ts";

export const errorCode = z.enum(errorCodes);

/** One fault of a body: `path` as in `nodes.12.component`, empty for the whole. */
export const fieldFault = z.object({ path: z.string(), message: z.string() });
export type FieldFault = z.infer<typeof fieldFault>;

/** What a run or a node carries of its failure, in events and answers. */
export const errorInfo = z.object({
  code: errorCode,
  message: z.string(),
  nodeId: z.string().optional(),
  errorId: z.string().optional(),
  errors: z.array(fieldFault).optional(),
});
export type ErrorInfo = z.infer<typeof errorInfo>;

/** RFC 9457 `application/problem+json`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: errorCode,
  detail: z.string(),
  errors: z.array(fieldFault).optional(),
  runId: z.string().optional(),
  nodeId: z.string().optional(),
  errorId: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;

/** Of a stale write: `version` is the present one, also in the ETag. */
export const conflictProblem = problem.extend({ version: z.number().int().positive().optional() });
