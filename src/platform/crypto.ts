/** Random bytes, hashes and macs, as base64url where the name says no other form. */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { encodeBase64url } from "./base64url.ts";

/** @param bytes how many; 32 are beyond guessing */
export const randomToken = (bytes = 32): string =>
  encodeBase64url(crypto.getRandomValues(new Uint8Array(bytes)));

export const sha256 = async (content: string | Uint8Array): Promise<string> =>
  encodeBase64url(await digest(content));

export const sha256Hex = async (text: string): Promise<string> =>
  Array.from(await digest(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

const digest = async (content: string | Uint8Array): Promise<Uint8Array> => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
};

/** HMAC-SHA256 of a text, its first 128 bits. */
export const macOf = (secret: string, text: string): string =>
  createHmac("sha256", secret).update(text).digest().subarray(0, 16).toString("base64url");

export const isMac = (mac: string, secret: string, text: string): boolean =>
  isSameText(mac, macOf(secret, text));

/** Compared in a time that tells nothing but the length. */
export function isSameText(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
