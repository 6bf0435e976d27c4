/** What can be taken back and done again: lists of changes, one an action of the author's. */
import type { SpellDocument } from "../../lib/index.ts";
import { applyChanges, type Change, inverted, stillFitting } from "../core/changes.ts";

interface Step {
  changes: readonly Change[];
  /** Steps of one gesture, as of typing into one field, are one. */
  gesture: string | undefined;
  at: number;
}

const maxSteps = 200;
const gestureMs = 1500;

export class History {
  #past: Step[] = [];
  #future: Step[] = [];

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  record(changes: readonly Change[], gesture: string | undefined, at: number): void {
    const last = this.#past.at(-1);
    this.#future = [];
    if (last !== undefined && gesture !== undefined && last.gesture === gesture && at - last.at < gestureMs) {
      const joined = join(last.changes, changes);
      this.#past[this.#past.length - 1] = { changes: joined, gesture, at };
    } else this.#past = [...this.#past, { changes, gesture, at }].slice(-maxSteps);
  }

  /** The document before the last step; null where there is none. Members that others changed since stay as they are. */
  undo(document: SpellDocument): { document: SpellDocument; skipped: number } | null {
    return this.#move(document, this.#past, this.#future, inverted);
  }

  redo(document: SpellDocument): { document: SpellDocument; skipped: number } | null {
    return this.#move(document, this.#future, this.#past, (changes) => [...changes]);
  }

  #move(
    document: SpellDocument,
    from: Step[],
    to: Step[],
    direction: (changes: readonly Change[]) => Change[],
  ): { document: SpellDocument; skipped: number } | null {
    const step = from.pop();
    if (step === undefined) return null;
    to.push({ ...step, gesture: undefined });
    const wanted = direction(step.changes);
    const changes = stillFitting(document, wanted);
    return { document: applyChanges(document, changes), skipped: wanted.length - changes.length };
  }
}

/** The first one's before, the last one's after. */
function join(first: readonly Change[], then: readonly Change[]): Change[] {
  const byPath = new Map(first.map((change) => [change.path.join("\0"), change]));
  for (const change of then) {
    const key = change.path.join("\0");
    byPath.set(key, { ...change, before: byPath.has(key) ? byPath.get(key)?.before : change.before });
  }
  return [...byPath.values()];
}
