/**
 * What every answer is sent with: https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
 * Answers in JSON begin as a copy of all of them, which takes half the time of setting one after the other.
 */
export const everyAnswer: readonly (readonly [name: string, value: string])[] = [
  // For what is no page: should a browser show it as one all the same, it can do nothing.
  [
    "content-security-policy",
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ["cross-origin-opener-policy", "same-origin"],
  // Pages that ALLOWED_ORIGINS names read by CORS, which this does not touch.
  ["cross-origin-resource-policy", "same-origin"],
  ["permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
  ["referrer-policy", "no-referrer"],
  // A value that a user wrote must never be taken for a page.
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  // Answers belong to one user, but for those that say otherwise.
  ["cache-control", "no-store"],
  ["vary", "Origin"],
];

/** The same for answers in JSON, to be copied. */
export const jsonHeaders = new Headers([
  ...everyAnswer.map(([name, value]): [string, string] => [name, value]),
  ["content-type", "application/json"],
]);

/** An answer that began with {@link jsonHeaders}; no other sets this one by itself. */
export const hasThem = (headers: Headers): boolean => headers.has("x-content-type-options");
