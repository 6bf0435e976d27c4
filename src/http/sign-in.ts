/** How one signs in here, and the way without a password for whoever sits at the machine itself. */
import type { Env } from "../env.ts";
import { SpellError } from "../protocol/errors.ts";
import type { SignInWays } from "../protocol/accounts.ts";
import { signAccess } from "./access-token.ts";
import { audit } from "./audit.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App, problemAnswer } from "./route.ts";

export function addSignInRoutes(app: App): void {
  const tag = "auth";
  addRoute(
    app,
    {
      method: "get",
      path: "/auth/ways",
      summary: "Tell how one may sign in",
      tag,
      access: "public",
      responses: { 200: answer("The ways", "SignInWays") },
    },
    (c) => {
      const hasAccounts = Boolean(c.env.AUTH_SECRET);
      const local = localUser(c.env, c.req.raw);
      return json({
        password: hasAccounts,
        signup: hasAccounts && c.env.AUTH_SIGNUP !== "closed",
        ...(local === undefined ? {} : { local }),
      } satisfies SignInWays);
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/auth/local",
      summary: "Sign in without a password, on a server that `npm start` runs for this machine alone",
      tag,
      access: "public",
      responses: {
        200: answer("Signed in", "LocalSignIn"),
        403: problemAnswer("Not a server of this kind"),
      },
    },
    async (c) => {
      const user = localUser(c.env, c.req.raw);
      if (user === undefined)
        throw new SpellError("forbidden", "This server signs nobody in without a password or a token.");
      const answered = await signAccess(c.env, user);
      audit(c, user, { action: "signed.in" });
      return json(answered);
    },
  );
}

const loopbackHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What proxies say of whom they speak for. */
const proxyHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/**
 * By a loopback name alone: a name of another's that leads here would be a foreign page's own origin. Not through a proxy, behind
 * which anybody may be.
 */
function localUser(
  { LOCAL_USER: user }: Pick<Env, "LOCAL_USER">,
  { url, headers }: Request,
): string | undefined {
  const isLocal = loopbackHosts.has(new URL(url).hostname) && !proxyHeaders.some((name) => headers.has(name));
  return user && isLocal ? user : undefined;
}
