/** What every call to a service carries. */
import * as z from "zod";

/**
 * First argument of every service method. Only bound Workers reach a service, so `userId` is trusted.
 * `cancelled` resolves when the caller no longer wants the answer (an AbortSignal does not cross RPC).
 */
export const serviceCall = z.object({
  userId: z.string(),
  runId: z.string().optional(),
  nodeId: z.string().optional(),
  visit: z.string().optional(),
  /** The same on every attempt of one effect: `<runId>:<nodeId>:<visit>`, further calls of a visit `…:2`, `…:3`. */
  idempotencyKey: z.string().optional(),
  /** ms since 1970 after which the answer is of no use. */
  deadlineAt: z.number().optional(),
  /** Of a run that another one asked the spells service for: how many such runs are around it. */
  depth: z.number().int().nonnegative().optional(),
  /** W3C Trace Context of the run's request, for what the service asks outside. */
  traceparent: z.string().max(100).optional(),
  cancelled: z.custom<() => Promise<void>>((value) => typeof value === "function").optional(),
});
export type ServiceCall = z.infer<typeof serviceCall>;
