/** Tells nodes in flight that their run has ended. Not an AbortSignal: that does not cross RPC, a function does. */
export class CancelSignal {
  #isCancelled = false;
  #deferred: PromiseWithResolvers<void> | null = null;
  #listeners: Set<() => void> | null = null;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Resolves when cancelled, else never. */
  get cancelled(): Promise<void> {
    if (this.#isCancelled) return Promise.resolve();
    this.#deferred ??= Promise.withResolvers<void>();
    return this.#deferred.promise;
  }

  /** Calls `listener` when cancelled, unless what this gives is called first: a promise would keep all who ever waited. */
  onCancel(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#deferred?.resolve();
    for (const listener of this.#listeners ?? []) listener();
    this.#listeners = null;
  }
}
