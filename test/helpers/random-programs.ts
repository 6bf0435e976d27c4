/** Random spells that are built of blocks, as people build them: every loop and cycle is entered at one place and ends. */
import fc from "fast-check";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { kinds, subSpells } from "./random-spells.ts";
import { type DrawnNode, spell } from "./spells.ts";

export type Block =
  | { is: "step"; kind: string; reads: number[] }
  | { is: "value"; kind: string; reads: number[] }
  | { is: "sequence"; blocks: Block[] }
  | { is: "fan"; branches: Block[]; join: string | null }
  | { is: "choice"; kind: string; first: Block; second: Block; every: number }
  | { is: "loop"; body: Block }
  | { is: "cycle"; body: Block; times: number; asksFirst: boolean };

export interface ProgramOptions {
  /** How deep blocks stand in blocks; small when absent. */
  depth?: "small" | "medium";
  /** Components of the steps that triggers run. */
  steps?: readonly string[];
  /** Components that are evaluated for their data. */
  values?: readonly string[];
  joins?: readonly (string | null)[];
  choices?: readonly string[];
  /** Read data nodes and loops alone, so that no visit depends on whether a trigger came before its reader. */
  isPure?: true;
}

const block = (options: ProgramOptions): fc.Arbitrary<Block> => {
  const reads = fc.array(fc.nat(50), { maxLength: 2 });
  const choices = options.choices ?? ["Coin", "Boolean Gate", "Switch", "In Range"];
  const steps = options.steps ?? [
    "Step",
    "Slow",
    "Echo",
    "State Write",
    "Output",
    "Spell:plain",
    "Spell:turning",
  ];
  const values = options.values ?? ["Value", "SlowValue", "Dial", "State Read"];
  return fc.letrec<{ block: Block }>((tie) => ({
    block: fc.oneof(
      { depthSize: options.depth ?? "small", withCrossShrink: true },
      {
        weight: 4,
        arbitrary: fc.record({ is: fc.constant("step"), kind: fc.constantFrom(...steps), reads }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ is: fc.constant("value"), kind: fc.constantFrom(...values), reads }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          is: fc.constant("sequence"),
          blocks: fc.array(tie("block"), { minLength: 1, maxLength: 4 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          is: fc.constant("fan"),
          branches: fc.array(tie("block"), { minLength: 2, maxLength: 3 }),
          join: fc.constantFrom(
            ...(options.joins ?? [null, "Step", "Or Gate", "Wait For All", "Exclusive Gate"]),
          ),
        }),
      },
      ...(choices.length === 0
        ? []
        : [
            {
              weight: 1,
              arbitrary: fc.record({
                is: fc.constant("choice"),
                kind: fc.constantFrom(...choices),
                first: tie("block"),
                second: tie("block"),
                every: fc.integer({ min: 2, max: 3 }),
              }),
            },
          ]),
      { weight: 2, arbitrary: fc.record({ is: fc.constant("loop"), body: tie("block") }) },
      {
        weight: 2,
        arbitrary: fc.record({
          is: fc.constant("cycle"),
          body: tie("block"),
          times: fc.integer({ min: 1, max: 3 }),
          asksFirst: options.isPure === true ? fc.constant(true) : fc.boolean(),
        }),
      },
    ),
  })).block;
};

/** Spells built of blocks. Their input `list` is a list. */
export const randomProgram = (options: ProgramOptions = {}): fc.Arbitrary<SpellDocument> =>
  block(options).map((drawn) => new Draft(options.isPure === true).document(drawn));

class Draft {
  readonly #isPure: boolean;
  readonly #nodes: Record<string, DrawnNode> = {
    start: "Trigger In",
    list: "Universal Input:list",
    dial: { is: "Dial", data: { every: 2 } },
  };
  readonly #wires = new Set<string>();
  /** Data that later nodes may read. */
  readonly #sources: string[] = ["list.output"];
  #count = 0;

  constructor(isPure: boolean) {
    this.#isPure = isPure;
  }

  document(drawn: Block): SpellDocument {
    this.#draw(drawn, ["start.trigger"]);
    return spell(this.#nodes, [...this.#wires].join("\n"), { spells: subSpells });
  }

  /** Draws a block behind trigger outputs and gives its own. */
  #draw(drawn: Block, from: readonly string[]): string[] {
    switch (drawn.is) {
      case "step":
        return this.#node(drawn.kind, from, drawn.reads);
      case "value":
        this.#node(drawn.kind, [], drawn.reads);
        return [...from];
      case "sequence": {
        let ends = [...from];
        for (const next of drawn.blocks) ends = this.#draw(next, ends);
        return ends;
      }
      case "fan": {
        const ends = drawn.branches.flatMap((branch) => this.#draw(branch, from));
        return drawn.join === null ? ends : this.#node(drawn.join, ends, []);
      }
      case "choice": {
        const [first = "", second = ""] = this.#node(drawn.kind, from, [], { every: drawn.every });
        return [...this.#draw(drawn.first, [first]), ...this.#draw(drawn.second, [second])];
      }
      case "loop": {
        const outside = this.#sources.length;
        const [act = "", done = ""] = this.#node("ForEach", from, []);
        this.#draw(drawn.body, [act]);
        if (this.#isPure) this.#sources.length = outside;
        return [done];
      }
      case "cycle": {
        if (drawn.asksFirst) {
          const [again = "", over = ""] = this.#node("Turn", from, [], { times: drawn.times });
          const head = again.slice(0, again.indexOf("."));
          for (const end of this.#draw(drawn.body, [again])) this.#wires.add(`${end} > ${head}.trigger`);
          return [over];
        }
        const [head = ""] = this.#node("Step", from, []);
        const [again = "", over = ""] = this.#node("Repeat", this.#draw(drawn.body, [head]), [], {
          times: drawn.times,
        });
        this.#wires.add(`${again} > ${head.slice(0, head.indexOf("."))}.trigger`);
        return [over];
      }
      default:
        return [];
    }
  }

  /** Gives its trigger outputs. */
  #node(name: string, from: readonly string[], reads: readonly number[], data = {}): string[] {
    const kind = kinds[name];
    if (kind === undefined) throw new Error(`There is no kind ${name}.`);
    const id = String((this.#count += 1));
    this.#nodes[id] = {
      is: name === "Output" ? `Output:o${id}` : (name.split(":")[0] as string),
      data: { every: 2, times: 2, ...kind.data, ...data },
      ...(kind.inputs === undefined ? {} : { inputs: kind.inputs }),
      ...(kind.outputs === undefined ? {} : { outputs: kind.outputs }),
    };
    const takes = kind.takes ?? [];
    for (const [i, end] of from.entries()) {
      const socket = takes[i % Math.max(1, takes.length)] ?? "";
      this.#wires.add(`${end} > ${id}.${socket === "*" ? `t${i}` : socket}`);
    }
    for (const socket of kind.needs ?? []) this.#wires.add(`${this.#fed(socket)} > ${id}.${socket}`);
    const inputs = kind.reads ?? [];
    for (const [i, n] of reads.entries())
      if (inputs.length > 0)
        this.#wires.add(`${this.#sources[n % this.#sources.length]} > ${id}.${inputs[i % inputs.length]}`);
    if (!this.#isPure || from.length === 0 || name === "ForEach")
      for (const output of kind.gives ?? []) this.#sources.push(`${id}.${output}`);
    return (kind.fires ?? []).map((socket) => `${id}.${socket}`);
  }

  #fed(socket: string): string {
    return socket === "boolean" ? "dial.flag" : socket === "input" ? "dial.number" : "list.output";
  }
}
