/** Before anything is looked at: how often an address asks. A page of an allowed origin may read that it was too often. */
import type { MiddlewareHandler } from "hono";
import { addressOf } from "../address-of.ts";
import { requireRate } from "../rates.ts";
import type { AppEnv } from "../route.ts";

export const limitAddresses: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.env.RATE_LIMITS === "on") await requireRate(c.env, "ADDRESS_RATE", addressOf(c.req.raw.headers));
  await next();
};
