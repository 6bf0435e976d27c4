/** Signing up, in and out: accounts of this server's own, beside issuers' tokens. */
import { AccountRepository } from "../db/accounts.ts";
import { now } from "../platform/clock.ts";
import { count } from "../platform/counters.ts";
import { hashPassword, isPassword } from "../platform/passwords.ts";
import {
  loginRequest,
  logoutRequest,
  refreshRequest,
  type SignedIn,
  signUpRequest,
} from "../protocol/accounts.ts";
import { SpellError } from "../protocol/errors.ts";
import { audit } from "./audit.ts";
import { countSignIn, countSignUp } from "./attempts.ts";
import { parseAs, readJson } from "./body.ts";
import { maxBodyBytes } from "./bounds.ts";
import { secretOf, signAccess } from "./access-token.ts";
import { json } from "./responses.ts";
import { addRoute, answer, type App, emptyAnswer, problemAnswer, type RouteContext } from "./route.ts";

export function addAccountRoutes(app: App): void {
  const tag = "auth";
  const refused = { 401: problemAnswer("Not that password, or not that token") };
  const tooMany = { 429: problemAnswer("Too many attempts") };
  addRoute(
    app,
    {
      method: "post",
      path: "/auth/signup",
      summary: "Make an account of this server's own",
      tag,
      access: "public",
      body: { schema: "SignUpRequest", required: true },
      responses: {
        201: answer("Signed up, and in", "SignedIn"),
        403: problemAnswer("Signing up is closed here"),
        409: problemAnswer("There is an account of this address"),
        ...tooMany,
      },
    },
    async (c) => {
      if (c.env.AUTH_SIGNUP === "closed")
        throw new SpellError("forbidden", "Signing up is closed here. Ask whoever runs this server.");
      secretOf(c.env);
      const { email, password } = await bodyOf(c, signUpRequest);
      await countSignUp(c);
      const userId = await accountsOf(c).create(email, await hashPassword(password), now());
      const answered = await signedIn(c, userId, await accountsOf(c).signIn(userId, now()));
      audit(c, userId, { action: "account.made" });
      return json(answered, 201);
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/auth/login",
      summary: "Sign in",
      tag,
      access: "public",
      body: { schema: "LoginRequest", required: true },
      responses: { 200: answer("Signed in", "SignedIn"), ...refused, ...tooMany },
    },
    async (c) => {
      const { email, password } = await bodyOf(c, loginRequest);
      const wasRight = await countSignIn(c, email);
      const account = await accountsOf(c).findByEmail(email);
      // Compared in any case: how long it takes tells nothing of who has an account.
      if (!(await isPassword(password, account?.password)) || account === undefined) {
        count("sign_ins", { result: "refused" });
        if (account !== undefined) audit(c, account.userId, { action: "sign_in.refused" });
        throw new SpellError("unauthorized", "There is no account of this address with this password.");
      }
      await wasRight();
      const answered = await signedIn(c, account.userId, await accountsOf(c).signIn(account.userId, now()));
      count("sign_ins", { result: "done" });
      audit(c, account.userId, { action: "signed.in" });
      return json(answered);
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/auth/refresh",
      summary:
        "Get the next access token. A refresh token is good once; one that comes again ends its sign-in",
      tag,
      access: "public",
      body: { schema: "RefreshRequest", required: true },
      responses: { 200: answer("The next tokens", "SignedIn"), ...refused },
    },
    async (c) => {
      const { refreshToken } = await bodyOf(c, refreshRequest);
      const next = await accountsOf(c).refresh(refreshToken, now());
      return json(await signedIn(c, next.userId, next.refreshToken));
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/auth/logout",
      summary: "End a sign-in, or all of the user's; access tokens end by themselves within 15 minutes",
      tag,
      access: "public",
      body: { schema: "LogoutRequest", required: true },
      responses: { 204: emptyAnswer("Ended") },
    },
    async (c) => {
      const { refreshToken, everywhere = false } = await bodyOf(c, logoutRequest);
      const userId = await accountsOf(c).signOut(refreshToken, everywhere);
      if (userId !== undefined) audit(c, userId, { action: "signed.out" });
      return new Response(null, { status: 204 });
    },
  );
}

const accountsOf = (c: RouteContext): AccountRepository => new AccountRepository(c.env.DB);

async function bodyOf<S extends Parameters<typeof parseAs>[0]>(
  c: RouteContext,
  schema: S,
): Promise<ReturnType<typeof parseAs<S>>> {
  return parseAs(schema, await readJson(c.req.raw, { maxBytes: maxBodyBytes.account }), "The body");
}

async function signedIn(c: RouteContext, userId: string, refreshToken: string): Promise<SignedIn> {
  return { ...(await signAccess(c.env, userId)), refreshToken };
}
