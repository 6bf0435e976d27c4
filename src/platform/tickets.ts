/**
 * Tickets: what opens one WebSocket from a page that can send no header, so that no long-lived token stands in a URL.
 * `<base64url of the user id>.<32 random bytes>`; the user's SpellManager keeps the hash and takes it back once.
 */
import { decodeText, encodeText } from "./base64url.ts";
import { randomToken, sha256 } from "./crypto.ts";

/** 32 bytes are 43 characters; a user id is an issuer and a subject. */
const shape = /^([A-Za-z0-9_-]{1,4096})\.[A-Za-z0-9_-]{43}$/;

/** A new ticket with the hash that is to be kept of it. */
export async function makeTicket(userId: string): Promise<{ ticket: string; hash: string }> {
  const ticket = `${encodeText(userId)}.${randomToken(32)}`;
  return { ticket, hash: await sha256(ticket) };
}

/** Whose ticket it claims to be, true only once that user's manager has consumed the hash; null when it is no ticket. */
export async function readTicket(ticket: string): Promise<{ userId: string; hash: string } | null> {
  const encoded = shape.exec(ticket)?.[1];
  const userId = encoded === undefined ? null : decodeText(encoded);
  return userId === null ? null : { userId, hash: await sha256(ticket) };
}
