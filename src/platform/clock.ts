const ended = Promise.resolve();

/** What this turn began at; undefined between turns. */
let turn: number | undefined;

const endTurn = (): void => {
  turn = undefined;
};

/**
 * Milliseconds since 1970, the same all through a turn, as on a deployed Worker between I/O. Asked of the platform once a turn: each
 * look is a call out of JavaScript, and the journal of a run of pure nodes takes dozens.
 */
export function now(): number {
  if (turn === undefined) {
    turn = Date.now();
    // Not queueMicrotask, which is a call out of JavaScript, too.
    void ended.then(endTurn);
  }
  return turn;
}

/** Milliseconds since 1970. Where the runtime's clock goes on within a turn (it does locally) it shows what pure work takes. */
export const exactNow = (): number => Date.now();
