/** What the engine bench asks of an engine, and the work that all of them do. */

/**
 * The graphs, each of `n` nodes or visits that add one to a number or take the largest of some:
 * `chain`: each node triggers the next and hands it its number; `data`: the same without triggers, pulled from its end;
 * `fan`: one node to n − 2 to one, which adds up; `diamond`: one to two to one, again and again, the joins taking the larger
 * number and adding one; `loop`: a cycle of two nodes, one that counts and one that decides whether to go on.
 */
export const shapes = ["chain", "data", "fan", "diamond", "loop"] as const;
export type Shape = (typeof shapes)[number];

/** The number that every engine must give. */
export function expected(shape: Shape, n: number): number {
  if (shape === "chain" || shape === "data") return n;
  if (shape === "fan") return 2 * (n - 2);
  return shape === "diamond" ? 1 + 2 * diamonds(n) : Math.floor(n / 2);
}

/** Three nodes each, behind one node to begin with. */
export const diamonds = (n: number): number => Math.floor((n - 1) / 3);

export interface Outcome {
  value: number;
  /** What the engine told of its nodes. */
  events: readonly unknown[];
  /** What else lives as long as the run does, so that its memory is measured, too. */
  kept?: unknown;
}

export interface Loaded {
  run(): Outcome | Promise<Outcome>;
}

export interface Peer {
  readonly name: string;
  /** Its package, for the version. */
  readonly package?: string;
  /** Runs without telling of its nodes. */
  readonly isBare?: true;
  /** The name of the engine that can do just as much, so that this one need not be tried. */
  readonly triedAs?: string;
  /** Why it cannot draw a shape at all. */
  lacks?(shape: Shape): string | undefined;
  /** The graph in the engine's own format. */
  build(shape: Shape, n: number): unknown;
  /** From that format to what can be run. */
  load(built: unknown): Loaded | Promise<Loaded>;
}
