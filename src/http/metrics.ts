/** `GET /admin/metrics`: what was counted, as Prometheus reads it. For the operator alone, by a token of its own. */
import { isSameText } from "../platform/crypto.ts";
import { type CounterName, type Delta, keeperOf, tellCounts } from "../platform/counters.ts";
import { SpellError } from "../protocol/errors.ts";
import { askActor } from "./actors.ts";
import { bearerToken } from "./middleware/auth.ts";
import { addRoute, type App, problemAnswer, type RouteContext } from "./route.ts";

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
const contentType = "text/plain; version=0.0.4; charset=utf-8";

const help: Readonly<Record<CounterName, string>> = {
  requests: "HTTP requests answered, by method, route and status.",
  problems: "Problem answers, by code.",
  runs: "Runs that ended, by status.",
  sign_ins: "Sign-ins by password, by result.",
};

export function addMetricsRoute(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/admin/metrics",
      summary: "Get what was counted in this deployment, for Prometheus; needs `ADMIN_TOKEN`",
      tag: "server",
      access: "own",
      responses: {
        200: {
          description: "Counters since the first deployment; each isolate adds its own every ten seconds",
          content: { "text/plain": { schema: { type: "string" } } },
        },
        401: problemAnswer("Not the operator's token"),
        404: problemAnswer("No ADMIN_TOKEN is set here"),
      },
    },
    async (c) => {
      requireOperator(c);
      await tellCounts(c.env, true);
      const counted = await askActor(
        () => keeperOf(c.env),
        async (book) => (book === undefined ? [] : await book.read()),
        "read",
      );
      return new Response(exposition(counted), {
        headers: { "content-type": contentType, "cache-control": "no-store" },
      });
    },
  );
}

function requireOperator(c: RouteContext): void {
  const { ADMIN_TOKEN: expected } = c.env;
  if (!expected) throw new SpellError("not_found", "There is no route for `GET /admin/metrics`.");
  const given = bearerToken(c.req.header("authorization"));
  if (given === undefined || !isSameText(given, expected))
    throw new SpellError("unauthorized", "This needs the operator's token (ADMIN_TOKEN).");
}

function exposition(counted: readonly Delta[]): string {
  const lines: string[] = [];
  for (const name of Object.keys(help) as CounterName[]) {
    const metric = `spellrunner_${name}_total`;
    lines.push(`# HELP ${metric} ${help[name]}`, `# TYPE ${metric} counter`);
    for (const [counter, labels, value] of counted)
      if (counter === name) lines.push(`${metric}{${labelsOf(labels)}} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

const labelsOf = (json: string): string =>
  Object.entries(JSON.parse(json) as Record<string, string | number>)
    .map(([name, value]) => `${name}=${JSON.stringify(String(value))}`)
    .join(",");
