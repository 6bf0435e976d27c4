/** The editor's page, from the assets that are deployed with the Worker. Its paths are none of the API's. */
import type { Env } from "../env.ts";
import { SpellError } from "../protocol/errors.ts";
import type { App } from "./route.ts";

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** Its own scripts alone; React Flow and CodeMirror set styles as they run. Not every browser takes its own WebSockets for `'self'`. */
const policyAt = ({ protocol, host }: URL): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${protocol === "https:" ? "wss" : "ws"}://${host}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");

/** Named by their content, so that another build has other names. */
const forGood = "public, max-age=31536000, immutable";

/** Not in the OpenAPI document: these are for browsers. */
export function addPageRoutes(app: App): void {
  app.get("/", (c) => asset(c.env, c.req.url, "/index.html", "no-cache"));
  app.get("/icon.svg", (c) => asset(c.env, c.req.url, "/icon.svg", "public, max-age=86400"));
  app.get("/assets/:name", (c) => asset(c.env, c.req.url, `/assets/${c.req.param("name")}`, forGood));
}

/** @throws SpellError `not_found` for what is no part of the page, or where no page was built */
async function asset(
  { ASSETS }: Pick<Env, "ASSETS">,
  url: string,
  path: string,
  caching: string,
): Promise<Response> {
  const type = types[path.slice(path.lastIndexOf(".") + 1)];
  const found = type === undefined ? undefined : await ASSETS?.fetch(new URL(path, url));
  if (type === undefined || found === undefined || !found.ok)
    throw new SpellError(
      "not_found",
      `The page has no part \`${path.slice(0, 200)}\`. \`npm run build\` builds it.`,
    );
  return new Response(found.body, {
    headers: {
      "content-security-policy": policyAt(new URL(url)),
      "content-type": type,
      "cache-control": caching,
    },
  });
}
