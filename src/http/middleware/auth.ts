/** Who is asking: the verified user of a request. */
import type { MiddlewareHandler } from "hono";
import { identify } from "../../platform/identify.ts";
import { requireScope } from "../../platform/scopes.ts";
import { SpellError } from "../../protocol/errors.ts";
import { requireRate } from "../rates.ts";
import type { AppEnv } from "../route.ts";

/**
 * Sets `identity`, or ends the request with 401, with 403 for a program's key that is not for routes of this kind.
 * @param tag of the route in the OpenAPI document
 */
export const authenticateFor =
  (tag: string): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const token = bearerToken(c.req.header("authorization"));
    if (token === undefined)
      throw new SpellError("unauthorized", "This needs a token: `Authorization: Bearer <token>`.");
    const identity = await identify(c.env, token);
    requireScope(identity.scopes, tag);
    await requireRate(c.env, "USER_RATE", identity.userId);
    c.set("identity", identity);
    await next();
  };

/** @throws SpellError `unauthorized` for a header of another kind */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
  if (token !== undefined) return token;
  throw new SpellError("unauthorized", "The Authorization header is not of the form `Bearer <token>`.");
}
