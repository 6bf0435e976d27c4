/** Which pages may talk to this server. Programs send no Origin and are let through: the token alone decides there. */
import type { MiddlewareHandler } from "hono";
import { SpellError } from "../../protocol/errors.ts";
import type { AppEnv } from "../route.ts";

const allowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
const allowedHeaders =
  "authorization, content-type, accept, if-match, if-none-match, idempotency-key, last-event-id, prefer";
const exposedHeaders =
  "allow, etag, location, retry-after, www-authenticate, idempotency-replayed, preference-applied";

/**
 * Also keeps foreign pages from opening WebSockets, for which browsers ask no permission. Not hono's `cors`: that lets a
 * foreign page's request through and only hides its answer. No cookie is ever set, so no credentials are allowed.
 */
export const checkOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  const origin = c.req.header("origin");
  if (origin === undefined) return next();
  if (!isAllowed(origin, c.req.url, c.env.ALLOWED_ORIGINS))
    throw new SpellError(
      "forbidden",
      "Pages of this origin may not use this server. Its operator can add the origin to ALLOWED_ORIGINS.",
    );
  if (c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined)
    return new Response(null, {
      status: 204,
      headers: {
        ...allow(origin),
        "access-control-allow-methods": allowedMethods,
        "access-control-allow-headers": allowedHeaders,
        "access-control-max-age": "600",
      },
    });
  await next();
  // The answer to an upgrade is the actor's own and has nothing for CORS.
  if (c.res.status === 101) return;
  for (const [name, value] of Object.entries(allow(origin))) c.res.headers.set(name, value);
};

const allow = (origin: string): Record<string, string> => ({
  "access-control-allow-origin": origin,
  "access-control-expose-headers": exposedHeaders,
});

function isAllowed(origin: string, requestUrl: string, setting: string | undefined): boolean {
  if (origin === new URL(requestUrl).origin) return true;
  const allowed = (setting ?? "").split(",").map((entry) => entry.trim().replace(/\/$/, ""));
  return allowed.includes(origin);
}
