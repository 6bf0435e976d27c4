/** Milliseconds since 1970. On a deployed Worker it stands still between I/O, so never measure pure work with it. */
export const now = (): number => Date.now();
