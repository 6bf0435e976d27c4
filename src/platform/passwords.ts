/** Passwords, as scrypt with a salt of their own: `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`. */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const cost = { logN: 15, r: 8, p: 3 };
const keyBytes = 32;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { logN, r, p } = cost;
  const hash = await derive(password, salt, logN, r, p);
  return ["scrypt", logN, r, p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Compares as long for a hash that is none: who asks learns nothing of whether there is an account. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, logN, r, p, salt, hash] = (stored ?? "").split("$");
  const expected = Buffer.from(hash ?? "", "base64url");
  const given = await derive(
    password,
    Buffer.from(salt ?? "", "base64url"),
    Number(logN ?? cost.logN),
    Number(r ?? cost.r),
    Number(p ?? cost.p),
  );
  return expected.length === given.length && timingSafeEqual(given, expected);
}

function derive(password: string, salt: Uint8Array, logN: number, r: number, p: number): Promise<Buffer> {
  // One text may be written in several ways that look alike.
  const text = password.normalize("NFKC");
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** logN, r, p, maxmem: 64 * 1024 * 1024 };
    scrypt(text, salt, keyBytes, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
