/** Whatever goes wrong becomes a problem: thrown errors, unknown routes, wrong methods. */
import type { ErrorHandler, NotFoundHandler } from "hono";
import { failureOf, problem } from "../responses.ts";
import type { App, AppEnv } from "../route.ts";

export const onError: ErrorHandler<AppEnv> = (thrown) => problem(failureOf(thrown));

/** 405 with Allow where the path is known under other methods, else 404. */
export function notFoundIn(app: App): NotFoundHandler<AppEnv> {
  let patterns: { method: string; pattern: RegExp }[] | undefined;
  return (c) => {
    patterns ??= app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`) }));
    const { path, method } = c.req;
    const methods = new Set(
      patterns.filter(({ pattern }) => pattern.test(path)).map((route) => route.method),
    );
    if (methods.has("GET")) methods.add("HEAD");
    const quoted = `\`${method} ${path.slice(0, 200)}\``;
    if (methods.size === 0)
      return problem({ code: "not_found", message: `There is no route for ${quoted}.` });
    const allow = [...methods].join(", ");
    return problem(
      { code: "bad_request", message: `${quoted} is not allowed; this path takes ${allow}.` },
      { status: 405, title: "Method not allowed", headers: { allow } },
    );
  };
}
