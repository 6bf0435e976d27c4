/** The audit log over HTTP: what was done in one's own name, and the way for routes to write into it. */
import { AuditLog, type Audited } from "../db/audit.ts";
import { later } from "./later.ts";
import { pageQuery, queryAs } from "./request.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App, type RouteContext } from "./route.ts";

/** Behind the answer, which does not wait for it. */
export function audit(c: RouteContext, userId: string, entry: Omit<Audited, "from">): void {
  // Set by the platform in front of a deployed Worker; elsewhere anybody could.
  const from = c.req.header("cf-connecting-ip")?.slice(0, 45);
  later(c, new AuditLog(c.env.DB).add(userId, { ...entry, from }));
}

export function addAuditRoute(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/users/me/audit",
      summary: "List what was done in your name within 90 days, newest first",
      tag: "auth",
      access: "user",
      query: pageQuery,
      responses: { 200: answer("One page", "AuditPage") },
    },
    async (c) => json(await new AuditLog(c.env.DB).list(c.var.identity.userId, queryAs(c, pageQuery))),
  );
}
