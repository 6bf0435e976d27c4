/** Listeners by the type of what they hear. */

export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** Calls `listener` each time; what this gives ends it. */
  on<T extends keyof Events>(type: T, listener: (value: Events[T]) => void): () => void {
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all);
    // A wrapper of its own, so that the same function may listen twice and each is ended by itself.
    const entry = (value: Events[T]): void => listener(value);
    all.add(entry);
    return () => void all.delete(entry);
  }

  once<T extends keyof Events>(type: T, listener: (value: Events[T]) => void): () => void {
    const off = this.on(type, (value) => {
      off();
      listener(value);
    });
    return off;
  }

  /** A listener that throws keeps no other from hearing; the first error is thrown when all have. */
  emit<T extends keyof Events>(type: T, value: Events[T]): void {
    const failures: unknown[] = [];
    // A copy: one that is added meanwhile hears the next.
    for (const listener of Array.from(this.#listeners.get(type) ?? []))
      try {
        (listener as (given: Events[T]) => void)(value);
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  }

  clear(): void {
    this.#listeners.clear();
  }
}
