/**
 * Secrets at rest: AES-256-GCM under a key that is derived from the Worker's own secret, bound to whose they are and what they are
 * called, so that no row can stand in for another. `<key id>.<iv>.<cipher>`: what an earlier secret sealed is still read by it.
 */
import { SpellError } from "../protocol/errors.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { sha256 } from "./crypto.ts";

export interface SecretKeys {
  /** Default: AUTH_SECRET. */
  SECRETS_KEY?: string | undefined;
  /** The one before, until all secrets are sealed anew: that happens as they are read. */
  SECRETS_KEY_OLD?: string | undefined;
  AUTH_SECRET?: string | undefined;
}

const ivBytes = 12;
const keyIdLength = 8;

/** @param context whose it is, and its name: the same when it is opened */
export async function seal(keys: SecretKeys, context: readonly string[], text: string): Promise<string> {
  const { key, id } = await keyOf(currentOf(keys));
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const data = new TextEncoder().encode(text);
  const cipher = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: bytesOf(context) },
    key,
    data,
  );
  return [id, encodeBase64url(iv), encodeBase64url(new Uint8Array(cipher))].join(".");
}

export interface Opened {
  text: string;
  /** Sealed by the key before: to be sealed anew. */
  isOld: boolean;
}

/** @throws SpellError `not_configured` where no key that there is has sealed it */
export async function open(keys: SecretKeys, context: readonly string[], sealed: string): Promise<Opened> {
  const [id, iv, cipher] = sealed.split(".");
  const candidates = [currentOf(keys), keys.SECRETS_KEY_OLD, keys.AUTH_SECRET];
  for (const [i, material] of candidates.entries()) {
    if (material === undefined || material === "") continue;
    const known = await keyOf(material);
    if (known.id !== id) continue;
    try {
      const data = await crypto.subtle.decrypt(
        {
          name: "AES-GCM",
          iv: decodeBase64url(iv ?? "") ?? new Uint8Array(),
          additionalData: bytesOf(context),
        },
        known.key,
        decodeBase64url(cipher ?? "") ?? new Uint8Array(),
      );
      return { text: new TextDecoder().decode(data), isOld: i > 0 };
    } catch {
      break;
    }
  }
  throw new SpellError(
    "not_configured",
    "A secret cannot be opened by the keys that this server has. Save it again, or set SECRETS_KEY_OLD to the key of before.",
  );
}

/** @throws SpellError `not_configured` */
function currentOf({ SECRETS_KEY: own, AUTH_SECRET: fallback }: SecretKeys): string {
  const material = own || fallback;
  if (material) return material;
  throw new SpellError("not_configured", "Secrets need a key. Set SECRETS_KEY to at least 32 random bytes.");
}

const derived = new Map<string, Promise<{ key: CryptoKey; id: string }>>();

function keyOf(material: string): Promise<{ key: CryptoKey; id: string }> {
  let found = derived.get(material);
  if (found === undefined) derived.set(material, (found = derive(material)));
  return found;
}

async function derive(material: string): Promise<{ key: CryptoKey; id: string }> {
  const text = new TextEncoder();
  const base = await crypto.subtle.importKey("raw", text.encode(material), "HKDF", false, ["deriveKey"]);
  const parameters = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: text.encode("spellrunner secrets"),
  };
  const key = await crypto.subtle.deriveKey(parameters, base, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  return { key, id: (await sha256(`secrets key id ${material}`)).slice(0, keyIdLength) };
}

const bytesOf = (context: readonly string[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(new TextEncoder().encode(JSON.stringify(context)));
