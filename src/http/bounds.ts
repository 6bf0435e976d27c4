/** How large what comes over HTTP may be. */
import { maxFileBytes } from "../protocol/services.ts";
import { maxSpellBytes } from "../protocol/spell.ts";

/** Characters. What is longer does not come through Cloudflare either. */
export const maxUrlLength = 16_384;
/** Characters of one header's value; a token has 16 384 at most. */
export const maxHeaderLength = 20_480;
/** Characters of all names and values. */
export const maxHeadersLength = 65_536;

/** Bytes of bodies, by what they are of. */
export const maxBodyBytes = {
  account: 4096,
  key: 4096,
  secret: 64 * 1024,
  spell: maxSpellBytes,
  run: 8 * 1024 * 1024,
  service: 8 * 1024 * 1024,
  hook: 1024 * 1024,
  /** With what a form adds around the file. */
  upload: maxFileBytes + 64 * 1024,
} as const;
