/** Tells nodes in flight that their run has ended. Not an AbortSignal: that does not cross RPC, a function does. */
export class CancelSignal {
  #isCancelled = false;
  #deferred: PromiseWithResolvers<void> | null = null;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Resolves when cancelled, else never. */
  get cancelled(): Promise<void> {
    if (this.#isCancelled) return Promise.resolve();
    this.#deferred ??= Promise.withResolvers<void>();
    return this.#deferred.promise;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#deferred?.resolve();
  }
}
