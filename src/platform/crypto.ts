/** Random bytes and hashes, as base64url where the name says no other form. */
import { encodeBase64url } from "./base64url.ts";

/** @param bytes how many; 32 are beyond guessing */
export const randomToken = (bytes = 32): string =>
  encodeBase64url(crypto.getRandomValues(new Uint8Array(bytes)));

export const sha256 = async (text: string): Promise<string> => encodeBase64url(await digest(text));

export const sha256Hex = async (text: string): Promise<string> =>
  Array.from(await digest(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

const digest = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
