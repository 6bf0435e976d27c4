/** Within the process of a tab: where it looks, and what has arrived. */

export interface TabPlace {
  url: string;
  token: string;
  spellId: string;
  /** That a run visits. */
  nodes: number;
}

export interface Arrived {
  /** Of which each node's result is there. */
  runs: number;
  results: number;
  /** What the connection brought them in. */
  frames: number;
}

export class Tally {
  readonly #nodes: number;
  readonly #arrived: Arrived = { runs: 0, results: 0, frames: 0 };
  /** The nodes of each run that is not whole yet. */
  readonly #begun = new Map<string, Set<string>>();
  #wanted = Number.POSITIVE_INFINITY;

  constructor({ nodes }: TabPlace) {
    this.#nodes = nodes;
    process.on("message", ({ runs }: { runs: number }) => {
      this.#wanted = runs;
      this.#tell();
    });
  }

  frame(): void {
    this.#arrived.frames += 1;
  }

  /** A node's result has arrived. */
  take(runId: string, nodeId: string): void {
    this.#arrived.results += 1;
    const nodes = this.#begun.get(runId) ?? new Set();
    this.#begun.set(runId, nodes.add(nodeId));
    if (nodes.size < this.#nodes) return;
    this.#begun.delete(runId);
    this.#arrived.runs += 1;
    this.#tell();
  }

  #tell(): void {
    if (this.#arrived.runs < this.#wanted) return;
    this.#wanted = Number.POSITIVE_INFINITY;
    process.send?.(this.#arrived);
  }
}

export const placeGiven = (): Promise<TabPlace> =>
  new Promise((resolve) => process.once("message", (place) => resolve(place as TabPlace)));

export function isOpen(): void {
  process.send?.("open");
  // Nobody asks any longer.
  process.once("disconnect", () => process.exit(0));
}
