/** The protocol's version and what changed in each. A test fails when the messages change and this does not. */

export const PROTOCOL_VERSION = 1;

/** `hash` is the SHA-256 of the JSON Schemas of `up` and `down`, as `test/protocol/version.test.ts` makes it. */
export const history: readonly { version: number; hash: string; change: string }[] = [
  {
    version: 1,
    hash: "5ac836988352cc6679ebe8c521738d2259ec48290ccdb832f53394a1169f6e42",
    change: "The first.",
  },
];
