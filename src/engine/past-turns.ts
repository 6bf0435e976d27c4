/**
 * Lets go of the turns of a cycle that are over for good, so that a cycle of a hundred thousand turns keeps no more than one of
 * a few. Of each node the latest visit is kept, for those who read it later.
 */
import { Scope } from "./scope.ts";
import { Status, type Visit } from "./visit.ts";

/** Turns that are let go together: looked at less often, each costs less. */
const together = 32;

/**
 * Called where the turn `last` has come to rest. Nothing happens while anything but the turn after it is under way in the scope
 * around: that could lead back into a turn that seems to be over.
 */
export function letGo(last: Scope): void {
  const { parent, nextTurn } = last;
  if (last.turn % together !== 0 || parent === null || nextTurn === null || nextTurn.active === 0) return;
  // The turn that has come to rest is still counted.
  if (parent.active !== 2) return;
  const turns: Scope[] = [];
  let before: Scope | null = last;
  for (; before !== null && before !== parent && before.region === last.region; before = before.before)
    turns.push(before);
  const visits: Visit[] = [];
  for (const turn of turns.toReversed())
    for (const visit of turn.owned()) {
      // What waits for further triggers may yet run, and what has several causes has no one way back.
      if (visit.status !== Status.done || visit.causes !== null) return;
      visits.push(visit);
    }
  const past = before === null || before === parent ? new Scope(last.frame, parent, last.path) : before;
  const over = new Set(turns);
  for (const visit of visits) {
    // None of them is asked for as a cause any more, only what led into the cycle.
    for (let { cause } = visit; cause !== null && over.has(cause.scope as Scope);)
      visit.cause = cause = cause.cause;
    past.set(visit.node, visit);
  }
  for (const turn of turns) {
    turn.before = past;
    turn.nextTurn = null;
  }
  nextTurn.before = past;
}
