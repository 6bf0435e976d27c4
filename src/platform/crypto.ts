/** Random bytes and hashes, both as base64url. */
import { encodeBase64url } from "./base64url.ts";

/** @param bytes how many; 32 are beyond guessing */
export const randomToken = (bytes = 32): string =>
  encodeBase64url(crypto.getRandomValues(new Uint8Array(bytes)));

export async function sha256(text: string): Promise<string> {
  return encodeBase64url(
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))),
  );
}
