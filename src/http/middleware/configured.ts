/** A server that could not tell one user from another answers nobody. */
import type { MiddlewareHandler } from "hono";
import { authenticatorOf } from "../../platform/authenticator.ts";
import { failureOf, problem } from "../responses.ts";
import type { AppEnv } from "../route.ts";

/**
 * 503 `not_configured` on every route but /health until the settings are mended. A run's own `not_configured` is 422:
 * there the caller can act, here only the operator.
 */
export const requireConfiguration: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.path === "/health") return next();
  try {
    authenticatorOf(c.env);
  } catch (error) {
    return problem(failureOf(error), { status: 503, headers: { "retry-after": "60" } });
  }
  return next();
};
