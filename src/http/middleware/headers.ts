/** Headers that every answer has, whatever made it: answers of routes, problems, the page, preflights, the upgrade. */
import type { MiddlewareHandler } from "hono";
import { everyAnswer, hasThem } from "../answer-headers.ts";
import type { AppEnv } from "../route.ts";

export const addHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!hasThem(headers)) for (const [name, value] of everyAnswer) add(headers, name, value);
  if (c.req.url.startsWith("https:"))
    headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
};

/** The page brings its own policy, and answers that are not of one user say how long they are good for. */
const own = new Set(["content-security-policy", "cache-control"]);

function add(headers: Headers, name: string, value: string): void {
  if (name === "vary") headers.append(name, value);
  else if (!own.has(name) || !headers.has(name)) headers.set(name, value);
}
