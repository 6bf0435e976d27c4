/** Which trigger cycles a drawing has, and how they nest. */

export interface Cycle {
  readonly nodes: ReadonlySet<string>;
  /** How many cycles are around it. */
  readonly depth: number;
  /** Where it is entered from outside. */
  readonly entries: readonly string[];
}

type Arrow = readonly [from: string, to: string];

/**
 * A cycle is a greatest set of nodes that all reach each other by triggers. It begins where it is entered from outside: of several
 * such nodes, at the first of `nodes`. Without the arrows that lead back there, what still is a cycle is one within it.
 */
export function cyclesOf(nodes: readonly string[], arrows: readonly Arrow[], depth = 0): Cycle[] {
  const inside = new Set(nodes);
  const own = arrows.filter(([from, to]) => inside.has(from) && inside.has(to));
  const found: Cycle[] = [];
  const seen = new Set<string>();
  for (const node of nodes) {
    if (seen.has(node)) continue;
    const members = new Set([...reachable(node, own)].filter((other) => reachable(other, own).has(node)));
    members.forEach((member) => seen.add(member));
    if (members.size === 0) continue;
    const entries = nodes.filter(
      (member) => members.has(member) && arrows.some(([from, to]) => to === member && !members.has(from)),
    );
    found.push({ nodes: members, depth, entries });
    const [entry] = entries;
    if (entry === undefined) continue;
    const rest = arrows.filter(([from, to]) => !(members.has(from) && to === entry));
    found.push(
      ...cyclesOf(
        nodes.filter((member) => members.has(member)),
        rest,
        depth + 1,
      ),
    );
  }
  return found;
}

/** What triggers lead to from here, in one step or more. */
function reachable(start: string, arrows: readonly Arrow[]): Set<string> {
  const found = new Set<string>();
  const todo = [start];
  for (let node = todo.pop(); node !== undefined; node = todo.pop())
    for (const [from, to] of arrows)
      if (from === node && !found.has(to)) {
        found.add(to);
        todo.push(to);
      }
  return found;
}
