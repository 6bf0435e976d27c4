/** Passwords, as scrypt with a salt of their own: `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`. */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { SpellError } from "../protocol/errors.ts";

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const cost = { logN: 15, r: 8, p: 3 };
const keyBytes = 32;

/** Between two derivations: others get the thread, which each takes for a tenth of a second or more. */
const restMs = 50;
const lookMs = 15;
/** Looks at the same holder: its request must have ended meanwhile, and nobody waits for it. */
const mostLooks = 200;
const patience = 1500;

/** Who derives now: one at a time in an isolate, or a flood of sign-ins would leave runs nothing of it. */
let holder: object | undefined;

/**
 * Looks for itself and counts its looks: requests cannot wait for each other, and clocks jump.
 * @returns to be called at the end
 * @throws SpellError `overloaded` when too many are before it
 */
async function turn(): Promise<() => Promise<void>> {
  let seen = holder;
  let looks = 0;
  for (let all = 0; ; all++) {
    if (holder === undefined || looks >= mostLooks) break;
    if (all > patience)
      throw new SpellError("overloaded", "Too many people sign in at once. Try again.", { retryAfter: 5 });
    looks = holder === seen ? looks + 1 : 0;
    seen = holder;
    await scheduler.wait(lookMs);
  }
  const mine = (holder = {});
  return async () => {
    await scheduler.wait(restMs);
    if (holder === mine) holder = undefined;
  };
}

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

async function derive(
  password: string,
  salt: Uint8Array,
  logN: number,
  r: number,
  p: number,
): Promise<Buffer> {
  const end = await turn();
  // One text may be written in several ways that look alike.
  const text = password.normalize("NFKC");
  try {
    return await new Promise((resolve, reject) => {
      const options = { N: 2 ** logN, r, p, maxmem: 64 * 1024 * 1024 };
      scrypt(text, salt, keyBytes, options, (error, key) => (error === null ? resolve(key) : reject(error)));
    });
  } finally {
    await end();
  }
}
