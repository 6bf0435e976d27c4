/**
 * Lets go of the turns of a cycle that are over for good, so that a cycle of a hundred thousand turns keeps no more than some
 * hundred. Of each node the latest visit is kept, for those who read it later.
 */
import { Scope } from "./scope.ts";
import { Status, type Visit } from "./visit.ts";

/** Turns that are let go together: looked at less often, each costs less. */
const together = 256;

/**
 * Called where the turn `last` has come to rest. Nothing happens while anything but the turn after it is under way in the scope
 * around: that could lead back into a turn that seems to be over.
 */
export function letGo(last: Scope): void {
  const { parent, nextTurn, frame } = last;
  if (last.turn % together !== 0 || parent === null || nextTurn === null || nextTurn.active === 0) return;
  // What waits for several triggers is not under way, and may yet run, here or further in.
  if (frame.graph.waitsForSeveral) return;
  // The turn that has come to rest is still counted.
  if (parent.active !== 2) return;
  const visits: Visit[] = [];
  let turn = last;
  for (; turn.region === last.region && !turn.isKept; turn = turn.before as Scope) turn.addOwn(visits);
  if (turn.isKept || !visits.every(isOver)) {
    last.isKept = true;
    return;
  }
  const past = turn === parent ? new Scope(frame, parent, last.path) : turn;
  for (let at: Scope = last; at !== turn;) {
    const before = at.before as Scope;
    at.isPast = true;
    at.before = past;
    at.nextTurn = null;
    at = before;
  }
  nextTurn.before = past;
  // The oldest first, so that the latest stays.
  for (let i = visits.length - 1; i >= 0; i--) {
    const visit = visits[i] as Visit;
    forgetCauses(visit);
    past.set(visit.node, visit);
  }
}

const isOver = (visit: Visit): boolean => visit.status === Status.done;

/** In a past turn, or in an iteration or a turn within one? */
function isPast(scope: Scope | undefined): boolean {
  for (let at: Scope | null = scope ?? null; at !== null; at = at.parent) if (at.isPast) return true;
  return false;
}

/** None of the past turns is asked for as a cause any more, only what led into the cycle. */
function forgetCauses(visit: Visit): void {
  let entry = visit.cause;
  while (entry !== null && isPast(entry.scope)) entry = entry.cause;
  for (let at: Visit | null = visit; at !== null && at !== entry;) {
    const { cause }: Visit = at;
    at.cause = entry;
    at = cause;
  }
}
