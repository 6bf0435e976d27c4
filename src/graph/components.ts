/** Strongly connected components and the nesting of cycles, over plain index lists and without recursion. */

/**
 * Tarjan's algorithm on an explicit stack.
 * @param nodes the nodes to look at; edges that leave them are ignored
 * @returns the components that are cycles (several nodes, or one with an edge to itself)
 */
export function cyclesOf(
  nodes: readonly number[],
  next: readonly (readonly number[] | undefined)[],
): number[][] {
  let size = 0;
  for (const node of nodes) if (node >= size) size = node + 1;
  const inside = new Uint8Array(size);
  for (const node of nodes) inside[node] = 1;
  /** 0 where a node was not met yet. */
  const index = new Int32Array(size);
  const low = new Int32Array(size);
  const edge = new Int32Array(size);
  const isOpen = new Uint8Array(size);
  const open: number[] = [];
  const stack: number[] = [];
  const found: number[][] = [];
  let count = 0;
  const enter = (node: number): void => {
    count += 1;
    index[node] = low[node] = count;
    isOpen[node] = 1;
    open.push(node);
    stack.push(node);
  };
  const lower = (node: number, value: number): void => {
    if (value < (low[node] as number)) low[node] = value;
  };
  for (const root of nodes) {
    if (index[root] !== 0) continue;
    enter(root);
    while (stack.length > 0) {
      const node = stack.at(-1) as number;
      const at = edge[node] as number;
      edge[node] = at + 1;
      const target = next[node]?.[at];
      if (target !== undefined) {
        if (inside[target] !== 1) continue;
        if (index[target] === 0) enter(target);
        else if (isOpen[target] === 1) lower(node, index[target] as number);
        continue;
      }
      stack.pop();
      const parent = stack.at(-1);
      if (parent !== undefined) lower(parent, low[node] as number);
      if (low[node] !== index[node]) continue;
      const members: number[] = [];
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        isOpen[member] = 0;
        members.push(member);
        if (member === node) break;
      }
      if (members.length > 1 || next[node]?.includes(node)) found.push(members.toSorted((x, y) => x - y));
    }
  }
  return found;
}

export interface Nesting {
  /** For each node the cycles around it, outermost first; absent outside any. */
  regions: (number[] | undefined)[];
  count: number;
}

/** Deeper nestings are not told apart: their turns count as turns of the cycle at this depth. */
const maxNesting = 32;

/**
 * Nests trigger cycles: each strongly connected component is a region; taking away the edges into its entry
 * (the node that the starts reach first) leaves the regions inside it.
 */
export function nestCycles(
  size: number,
  next: readonly (readonly number[])[],
  starts: readonly number[],
): Nesting {
  const rank = ranks(size, next, starts);
  const regions: (number[] | undefined)[] = Array.from({ length: size });
  let count = 0;
  let level: { nodes: number[]; next: readonly (readonly number[])[] }[] = [
    { nodes: Array.from({ length: size }, (_, i) => i), next },
  ];
  for (let depth = 0; depth < maxNesting && level.length > 0; depth++) {
    const deeper: typeof level = [];
    for (const part of level)
      for (const members of cyclesOf(part.nodes, part.next)) {
        const region = count++;
        let entry = members[0] ?? 0;
        for (const member of members) {
          (regions[member] ??= []).push(region);
          if ((rank[member] ?? size) < (rank[entry] ?? size)) entry = member;
        }
        if (members.length === 1) continue;
        const inner: number[][] = [];
        for (const member of members)
          inner[member] = (part.next[member] ?? []).filter((target) => target !== entry);
        deeper.push({ nodes: members, next: inner });
      }
    level = deeper;
  }
  return { regions, count };
}

/** Breadth-first rank from the starts; what they do not reach comes last, in order. */
function ranks(size: number, next: readonly (readonly number[])[], starts: readonly number[]): number[] {
  const rank: number[] = Array.from({ length: size }, () => -1);
  const queue = [...starts];
  let count = 0;
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i] ?? 0;
    if (rank[node] !== -1) continue;
    rank[node] = count++;
    for (const target of next[node] ?? []) if (rank[target] === -1) queue.push(target);
  }
  for (let i = 0; i < size; i++) if (rank[i] === -1) rank[i] = count++;
  return rank;
}
