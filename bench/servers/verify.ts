/** Tokens, as our own server takes them: verified by jose, and remembered. */
import { jwtVerify } from "jose";

const key = new TextEncoder().encode(process.env.AUTH_SECRET);
const known = new Map<string, string>();

/** The user, or undefined for what is no token. */
export async function userOf(header: string | undefined): Promise<string | undefined> {
  const token = header?.replace(/^Bearer /, "") ?? "";
  const user = known.get(token);
  if (user !== undefined) return user;
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] });
    known.set(token, payload.sub ?? "");
    return payload.sub;
  } catch {
    return undefined;
  }
}
