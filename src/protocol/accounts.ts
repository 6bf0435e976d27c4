/** Signing up and in, and keys for programs. */
import * as z from "zod";

/** Kept in small letters. */
export const email = z
  .string()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an e-mail address")
  .transform((text) => text.toLowerCase());

/** Body of `POST /auth/signup`. */
export const signUpRequest = z.strictObject({
  email,
  password: z.string().min(8, "at least 8 characters").max(256),
});
/** Body of `POST /auth/login`: a password of any kind, since it is only compared. */
export const loginRequest = z.strictObject({ email, password: z.string().max(256) });
export const refreshRequest = z.strictObject({ refreshToken: z.string().max(200) });
/** `everywhere` ends all sign-ins of the user, not this one alone. */
export const logoutRequest = refreshRequest.extend({ everywhere: z.boolean().optional() });

export const signedIn = z.object({
  /** A JWT for the Authorization header. */
  accessToken: z.string(),
  /** Good once: each refresh gives another. */
  refreshToken: z.string(),
  /** Seconds that the access token is good for. */
  expiresIn: z.number().int().positive(),
});
export type SignedIn = z.infer<typeof signedIn>;

/** How one may sign in at this server. */
export const signInWays = z.object({
  /** By e-mail and password. */
  password: z.boolean(),
  /** New accounts can be made. */
  signup: z.boolean(),
  /** The user whom `POST /auth/local` signs in; only of a server on the machine itself. */
  local: z.string().optional(),
});
export type SignInWays = z.infer<typeof signInWays>;

/** Answer of `POST /auth/local`; it is asked again where the token has ended. */
export const localSignIn = signedIn.omit({ refreshToken: true });

/** What a key may be used for: routes by their tag in the OpenAPI document, or all of them but those of accounts and keys. */
export const scope = z.enum(["all", "runs", "runners", "spells", "services"]);
export type Scope = z.infer<typeof scope>;

/** Body of `POST /users/me/keys`. */
export const newApiKey = z.strictObject({
  name: z.string().min(1).max(200),
  /** All unless given. */
  scopes: z.array(scope).min(1).max(10).optional(),
  /** ms since 1970. */
  expiresAt: z.number().int().positive().optional(),
});
export type NewApiKey = z.infer<typeof newApiKey>;
export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  createdAt: z.number().int(),
  expiresAt: z.number().int().optional(),
});
export type ApiKey = z.infer<typeof apiKey>;
/** `key` is told this once, and kept as a hash. */
export const madeApiKey = apiKey.extend({ key: z.string() });
export type MadeApiKey = z.infer<typeof madeApiKey>;
export const apiKeyList = z.object({ data: z.array(apiKey) });

/** Of one user: keys, secrets, and tickets that are open at once, of which the oldest goes first. */
export const maxKeys = 100;
export const maxSecrets = 100;
export const maxTickets = 1000;
export const ticketLifetimeSeconds = 30;

/** As settings are written, so that a secret can stand for one: `OPENAI_API_KEY`. */
export const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, "capitals, digits and _, a capital first");
/** Body of `PUT /users/me/secrets/:name`. */
export const newSecret = z.strictObject({ value: z.string().min(1).max(8192) });
export const secretList = z.object({
  data: z.array(z.object({ name: z.string(), updatedAt: z.number().int() })),
});
