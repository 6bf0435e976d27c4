/** What was done in a user's name: `GET /users/me/audit`. */
import * as z from "zod";

export const auditAction = z.enum([
  "account.made",
  "signed.in",
  "sign_in.refused",
  "signed.out",
  /** A refresh token came a second time: somebody else has it, too, and its sign-in was ended. */
  "sign_in.reused",
  "ticket.made",
  "key.made",
  "key.removed",
  "secret.set",
  "secret.removed",
  "spell.created",
  "spell.published",
  "spell.unpublished",
  "spell.deleted",
  "agent.started",
  "agent.stopped",
]);
export type AuditAction = z.infer<typeof auditAction>;

/** Never a value: names and ids alone. */
export const auditEntry = z.object({
  id: z.string(),
  /** ms since 1970. */
  at: z.number().int(),
  action: auditAction,
  /** Of the key, spell or agent its id, of the secret its name. */
  target: z.string().optional(),
  /** The address that it came from, where the platform tells it. */
  from: z.string().optional(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** Newest first. */
export const auditPage = z.object({ data: z.array(auditEntry), nextCursor: z.string().optional() });
export type AuditPage = z.infer<typeof auditPage>;
