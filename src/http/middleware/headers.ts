/** Headers that every answer has, whatever made it: answers of routes, problems, the page, preflights, the upgrade. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "../route.ts";

/** For what is no page: should a browser show it as one all the same, it can do nothing. The page brings its own. */
const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html */
const securedBy = (isEncrypted: boolean): MiddlewareHandler<AppEnv> =>
  secureHeaders({
    crossOriginOpenerPolicy: "same-origin",
    // Pages that ALLOWED_ORIGINS names read by CORS, which this does not touch.
    crossOriginResourcePolicy: "same-origin",
    permissionsPolicy: { camera: false, geolocation: false, microphone: false, payment: false, usb: false },
    referrerPolicy: "no-referrer",
    // A value that a user wrote must never be taken for a page.
    xContentTypeOptions: true,
    xFrameOptions: "DENY",
    strictTransportSecurity: isEncrypted && "max-age=31536000; includeSubDomains",
    // What only old browsers know, or nothing here asks for.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    removePoweredBy: false,
  });

const [encrypted, plain] = [securedBy(true), securedBy(false)];

export const addHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await (c.req.url.startsWith("https:") ? encrypted : plain)(c, next);
  const { headers } = c.res;
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", nothing);
  // Answers belong to one user, but for those that say otherwise.
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  headers.append("vary", "Origin");
};
