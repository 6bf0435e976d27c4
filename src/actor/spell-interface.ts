/** What a spell takes and gives, by the names of its nodes. */
import { startNames } from "../engine/index.ts";
import type { Plan } from "../protocol/plan.ts";
import type { SpellInterface } from "../protocol/services.ts";

export function interfaceOf({
  graphs: [graph],
}: Plan): Pick<SpellInterface, "inputs" | "outputs" | "triggers"> {
  const namesOf = (places: readonly number[] = []): string[] =>
    places.flatMap((place) => graph?.nodes[place]?.name ?? []);
  return {
    inputs: [...new Set(namesOf(graph?.inputs))],
    outputs: [...new Set(namesOf(graph?.outputs))],
    triggers: graph === undefined ? [] : startNames(graph),
  };
}
