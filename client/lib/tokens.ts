/** The token that a client shows: a fixed one, or what `getToken` gives, asked for again when it is used up. */
import { SpellError } from "../../src/protocol/spell-error.ts";

/** @param options `refresh`: the last one given is used up, or about to be */
export type GetToken = (options: { refresh: boolean }) => string | Promise<string>;

export class Tokens {
  readonly #fixed: string | undefined;
  readonly #getToken: GetToken | undefined;
  #current: Promise<string> | null = null;
  /** One refresh serves all that ask while it goes on. */
  #refreshing: Promise<string> | null = null;

  /** @throws SpellError `not_configured` without either */
  constructor({ token, getToken }: { token?: string | undefined; getToken?: GetToken | undefined }) {
    if (token === undefined && getToken === undefined)
      throw new SpellError("not_configured", "A client needs `token`, or `getToken` where tokens end.");
    this.#fixed = token;
    this.#getToken = getToken;
  }

  /** A fixed token that is refused is refused for good. */
  get canRefresh(): boolean {
    return this.#getToken !== undefined;
  }

  get(): Promise<string> {
    if (this.#getToken === undefined) return Promise.resolve(this.#fixed as string);
    return (this.#current ??= this.#ask(this.#fixed === undefined ? undefined : this.#fixed));
  }

  /** Another one than `used`; a refresh under way, or done since, is taken. */
  async refresh(used: string): Promise<string> {
    if (this.#getToken === undefined) return this.#fixed as string;
    if (this.#refreshing === null) {
      const present = await this.get().catch(() => used);
      if (present !== used) return present;
    }
    this.#refreshing ??= this.#renew();
    return this.#refreshing;
  }

  async #renew(): Promise<string> {
    const next = Promise.resolve(this.#getToken?.({ refresh: true }) ?? "");
    try {
      const token = await next;
      this.#current = Promise.resolve(token);
      return token;
    } finally {
      this.#refreshing = null;
    }
  }

  #ask(first: string | undefined): Promise<string> {
    const asked = (async () => first ?? (await this.#getToken?.({ refresh: false })) ?? "")();
    // What failed is asked again by whoever needs it next.
    asked.catch(() => {
      if (this.#current === asked) this.#current = null;
    });
    return asked;
  }
}
