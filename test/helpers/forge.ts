/** Tokens as an attacker writes them: any header, any payload, any signature, in parts. */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

type Part = string | Uint8Array | object;

/** A part of a token: bytes and texts as they are, anything else as JSON. */
const encode = (part: Part): string => {
  if (typeof part === "string") return Buffer.from(part).toString("base64url");
  if (part instanceof Uint8Array) return Buffer.from(part).toString("base64url");
  return Buffer.from(JSON.stringify(part)).toString("base64url");
};

export type Signer = (input: string) => string | Promise<string>;

/** `sign` gives the third part of what the first two are. */
export async function forge(header: Part, payload: Part, sign: Signer): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${await sign(input)}`;
}

export const unsigned: Signer = () => "";

export const hmac =
  (secret: string | Uint8Array, bits: 256 | 384 | 512 = 256): Signer =>
  (input) =>
    createHmac(`sha${bits}`, secret).update(input).digest("base64url");

const algorithms = {
  RS256: { name: "RSASSA-PKCS1-v1_5" },
  ES256: { name: "ECDSA", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
} as const;

export const signature =
  (algorithm: keyof typeof algorithms, { privateKey }: CryptoKeyPair): Signer =>
  async (input) => {
    const bytes = await crypto.subtle.sign(
      algorithms[algorithm],
      privateKey,
      new TextEncoder().encode(input),
    );
    return Buffer.from(bytes).toString("base64url");
  };
