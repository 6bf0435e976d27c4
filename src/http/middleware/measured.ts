/** Counts each request, and says on the span of its invocation what it was. */
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { count, tellCounts } from "../../platform/counters.ts";
import { sampledSpan, traceparentOf } from "../../platform/trace.ts";
import { later } from "../later.ts";
import type { AppEnv } from "../route.ts";

export const measured: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { status } = c.res;
  const { method } = c.req;
  // As it was declared: a path would have ids in it, and be another for each.
  const matched = routePath(c, -1);
  const route = matched === "" || matched.includes("*") ? "other" : matched;
  count("requests", { method, route, status });
  const telling = tellCounts(c.env);
  if (telling !== undefined) later(c, telling);
  const span = sampledSpan();
  if (span === undefined) return;
  span.updateName?.(`${method} ${route}`);
  span.setAttributes({
    "http.request.method": method,
    "http.route": route,
    "http.response.status_code": status,
    "spellrunner.traceparent": traceparentOf(c.req.header("traceparent")),
  });
};
