/**
 * Who has the thread for user code next. The objects of an isolate share one thread, and a call has it until it ends, so whoever
 * calls much and long would leave the others little: a user whose code has taken more than a share waits, while others are there.
 */
import type { Sandbox, SandboxRequest, SandboxResult } from "../../engine/sandbox.ts";

type Taken = (steps: number) => void;

/** Steps that a user may take at once; about a tenth of a second (see limits.ts). */
const burst = 50_000_000;
/** Steps that come back in a millisecond: a call that takes all its steps is paid for in two to three seconds. */
const stepsPerMs = 250_000;
/** Nobody owes more: what was taken while nobody else was there is not paid for later. */
const mostOwed = 1_000_000_000;
/** For how long others are taken to be there, after a run or a call of theirs. */
const presenceMs = 10_000;
/** Whether others are still there is looked at as often. */
const lookMs = 250;
/** A call that waits for the sandbox itself keeps the user's others back, but no longer: its object may have ended meanwhile. */
const busyMs = 1000;
const maxRemembered = 10_000;

interface Turn {
  left: number;
  /** When `left` was what it is. */
  at: number;
  seenAt: number;
  busyUntil: number;
}

export interface CodeTurnsOptions {
  sandbox: Sandbox;
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
}

export class CodeTurns {
  readonly #options: CodeTurnsOptions;
  readonly #turns = new Map<string, Turn>();

  constructor(options: CodeTurnsOptions) {
    this.#options = options;
  }

  /** The sandbox as that user has it: its calls give a Promise where they wait. */
  of(user: string): Sandbox {
    return { call: (request, taken = () => {}) => this.#call(user, request, taken) };
  }

  /** The user has work here. */
  seen(user: string): void {
    this.#turnOf(user).seenAt = this.#options.now();
  }

  #call(user: string, request: SandboxRequest, taken: Taken): SandboxResult | Promise<SandboxResult> {
    const turn = this.#turnOf(user);
    turn.seenAt = this.#options.now();
    return this.#mustWait(turn) ? this.#later(turn, request, taken) : this.#charged(turn, request, taken);
  }

  /** Each looks for itself: what belongs to another object cannot be waited for, as that may end at any time. */
  async #later(turn: Turn, request: SandboxRequest, taken: Taken): Promise<SandboxResult> {
    while (this.#mustWait(turn))
      await this.#options.wait(Math.max(1, Math.min(lookMs, -turn.left / stepsPerMs)));
    return this.#charged(turn, request, taken);
  }

  #charged(turn: Turn, request: SandboxRequest, taken: Taken): SandboxResult | Promise<SandboxResult> {
    const { now, sandbox } = this.#options;
    turn.busyUntil = now() + busyMs;
    return sandbox.call(request, (steps) => {
      turn.left = Math.max(-mostOwed, turn.left - steps);
      // The time of the call itself gives nothing back: deployed clocks stand still in it.
      turn.at = now();
      turn.busyUntil = 0;
      taken(steps);
    });
  }

  #mustWait(turn: Turn): boolean {
    const now = this.#options.now();
    turn.left = Math.min(burst, turn.left + Math.max(0, now - turn.at) * stepsPerMs);
    turn.at = now;
    const busyFor = turn.busyUntil - now;
    // A clock that was set back makes no wait longer.
    if (turn.left >= 0 && (busyFor <= 0 || busyFor > busyMs)) return false;
    for (const other of this.#turns.values())
      if (other !== turn && now - other.seenAt < presenceMs) return true;
    return false;
  }

  #turnOf(user: string): Turn {
    const known = this.#turns.get(user);
    if (known !== undefined) return known;
    const now = this.#options.now();
    if (this.#turns.size >= maxRemembered)
      for (const [name, turn] of this.#turns) if (now - turn.seenAt >= presenceMs) this.#turns.delete(name);
    const turn = { left: burst, at: now, seenAt: now, busyUntil: 0 };
    this.#turns.set(user, turn);
    return turn;
  }
}
