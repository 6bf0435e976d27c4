/** The engine against an interpreter that was written from the rules alone (`reference/`). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { type ProgramOptions, randomProgram } from "../helpers/random-programs.ts";
import { randomSpell } from "../helpers/random-spells.ts";
import { planOf, run } from "../helpers/spells.ts";
import { settle, workshop } from "../helpers/workshop.ts";
import { compare, type Scenario, visitOf } from "./reference/compare.ts";

const inputs = { list: ["a", { b: [1] }] };
/** The same cases each time: a search for new ones is made by hand, with other seeds and more runs. */
const seed = 20_261_123;
const choices = fc.array(fc.nat(7), { minLength: 1, maxLength: 12 });

/**
 * Is a value read from a node that a cycle of triggers runs again? Which of its visits a reader in another scope sees is said
 * for turns alone (README), so programs with such reads are left to the tests of the rules that there are.
 */
function readsFromCycle({ edges }: SpellDocument): boolean {
  const wires = Object.values(edges);
  const next = new Map<string, string[]>();
  for (const { from, to } of wires)
    if (to[1] === "trigger" || to[1] === "act1") next.set(from[0], [...(next.get(from[0]) ?? []), to[0]]);
  const isInCycle = (node: string): boolean => {
    const seen = new Set<string>();
    const rest = [...(next.get(node) ?? [])];
    for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
      if (at === node) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      rest.push(...(next.get(at) ?? []));
    }
    return false;
  };
  return wires.some(({ from, to }) => to[1] !== "trigger" && to[1] !== "act1" && isInCycle(from[0]));
}

/** Runs both and expects them to agree; counts how the runs ended. */
class Agreement {
  compared = 0;
  completed = 0;
  failed = 0;
  /** Cases that were left where the rules leave a question open. */
  left = 0;

  async expect(scenario: Scenario): Promise<void> {
    const { engine, reference, open } = await compare(scenario);
    if (open.length > 0 && JSON.stringify(engine) !== JSON.stringify(reference)) {
      this.left += 1;
      return;
    }
    expect(engine).toEqual(reference);
    this.compared += 1;
    const end = JSON.stringify(engine.at(-1)?.end);
    if (end.includes("run.completed")) this.completed += 1;
    if (end.includes("node_failed")) this.failed += 1;
  }
}

const programs = (options?: ProgramOptions): fc.Arbitrary<SpellDocument> =>
  randomProgram(options).filter((drawn) => !readsFromCycle(drawn));

describe("engine and reference agree on outputs, state, and all visits in their order", () => {
  it("of spells wired at random, their answers in any order", async () => {
    const agreement = new Agreement();
    await fc.assert(
      fc.asyncProperty(randomSpell(10), choices, async (drawn, answers) =>
        agreement.expect({ drawn, choices: answers, inputs, maxVisits: 60 }),
      ),
      { numRuns: 500, seed },
    );
    expect(agreement.completed).toBeGreaterThan(100);
    expect(agreement.failed).toBeGreaterThan(10);
    expect(agreement.left).toBeLessThan(25);
  });

  it("of spells with two starts, from either", async () => {
    const agreement = new Agreement();
    const drawing = randomSpell(8, { isStartedTwice: true });
    const trigger = fc.constantFrom(undefined, "other");
    await fc.assert(
      fc.asyncProperty(drawing, choices, trigger, async (drawn, answers, started) =>
        agreement.expect({ drawn, choices: answers, inputs, trigger: started, maxVisits: 60 }),
      ),
      { numRuns: 200, seed },
    );
    expect(agreement.completed).toBeGreaterThan(50);
  });

  it("of nested loops, cycles, choices, joins and sub-spells", async () => {
    const agreement = new Agreement();
    await fc.assert(
      fc.asyncProperty(programs(), choices, async (drawn, answers) =>
        agreement.expect({ drawn, choices: answers, inputs, maxVisits: 400 }),
      ),
      { numRuns: 500, seed },
    );
    expect(agreement.completed).toBeGreaterThan(450);
  });

  it("of programs as large as people draw them", async () => {
    const agreement = new Agreement();
    const drawing = programs({ depth: "medium" });
    await fc.assert(
      fc.asyncProperty(drawing, choices, async (drawn, answers) =>
        agreement.expect({ drawn, choices: answers, inputs, maxVisits: 400 }),
      ),
      { numRuns: 100, seed },
    );
    expect(agreement.compared).toBeGreaterThan(80);
  });
});

describe("visits", () => {
  /** Every visit of a run whose nodes answer in this order. */
  async function visitsOf(drawn: SpellDocument, answers: readonly number[]): Promise<string[]> {
    const { catalogue, pending } = workshop();
    const { execution, events } = run(planOf(drawn, { catalogue }), { catalogue, inputs });
    for (let n = 0; pending.length > 0; n++) {
      const [answered] = pending.splice((answers[n % answers.length] ?? 0) % pending.length, 1);
      answered?.resolve();
      await settle();
    }
    expect(execution.end?.type).toBe("run.completed");
    return events.flatMap(visitOf).toSorted();
  }

  it("with their names and outputs do not depend on the order of answers", async () => {
    // Where no state is written or read, and no node is read that a trigger may reach before or after.
    const drawing = randomProgram({
      depth: "medium",
      steps: ["Step", "Slow", "Spell:plain"],
      values: ["Value", "SlowValue"],
      joins: [null, "Step", "Or Gate", "Slow"],
      choices: [],
      isPure: true,
    });
    await fc.assert(
      fc.asyncProperty(drawing, choices, choices, async (drawn, some, others) => {
        expect(await visitsOf(drawn, some)).toEqual(await visitsOf(drawn, others));
      }),
      { numRuns: 200, seed },
    );
  });
});
