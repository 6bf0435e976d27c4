/** Whether one more connection may open: the manager knows how many the user's other runners have. */
import { describeError, log } from "../platform/log.ts";
import { SpellError } from "../protocol/errors.ts";
import { limitSettings, type UserLimits } from "./user-limits.ts";

export interface AdmissionOptions {
  limits: () => UserLimits;
  /** Connections that are open here. */
  open: () => number;
  /** Asks the manager for so many. */
  admit: (connections: number) => Promise<boolean>;
}

export class Admission {
  readonly #options: AdmissionOptions;
  /** Those that are being asked for. */
  #arriving = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** `rate_limited` when the user has as many as he may; else null, and one is to be opened in the same turn. */
  async refusal(): Promise<SpellError | null> {
    const { limits, open, admit } = this.#options;
    const { connections } = limits();
    if (connections === Number.POSITIVE_INFINITY) return null;
    this.#arriving += 1;
    try {
      if (await admit(open() + this.#arriving)) return null;
    } catch (error) {
      // A limit is not worth a tab that cannot connect.
      log.warn("the manager did not say whether a connection may open", { error: describeError(error) });
      return null;
    } finally {
      this.#arriving -= 1;
    }
    return new SpellError(
      "rate_limited",
      `You have ${connections} connections, as many as you may (${limitSettings.connections}). Close a tab first.`,
      { retryAfter: 5 },
    );
  }
}
