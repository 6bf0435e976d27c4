/** Runs a spell on the engine and on the reference side by side, answer by answer. */
import type { RunEvent } from "../../../src/protocol/events.ts";
import type { SpellDocument } from "../../../src/protocol/spell.ts";
import type { JsonObject } from "../../../src/protocol/values.ts";
import { planOf, run } from "../../helpers/spells.ts";
import { behaviours, settle, slowComponents, workshop } from "../../helpers/workshop.ts";
import { Reference } from "./interpreter.ts";

export interface Scenario {
  drawn: SpellDocument;
  /** Which of the pending nodes answers next; taken in turn. */
  choices: readonly number[];
  inputs: JsonObject;
  trigger?: string | undefined;
  maxVisits: number;
}

/** What is compared at each place where the run waits, and at its end. */
export interface Rest {
  /** `node visit outputs ▶fired`, in their order. */
  visits: string[];
  pending: string[];
  end: unknown;
  state: unknown;
}

export interface Comparison {
  engine: Rest[];
  reference: Rest[];
  /** Where the rules leave a question open that the engine answers in another way than the reference. */
  open: string[];
}

/** @returns what both told, the same number of rests unless they part */
export async function compare({ drawn, choices, inputs, trigger, maxVisits }: Scenario): Promise<Comparison> {
  const { catalogue, pending } = workshop();
  const named = trigger === undefined ? {} : { trigger };
  const { execution, events } = run(planOf(drawn, { catalogue }), {
    catalogue,
    inputs,
    limits: { maxVisits },
    ...named,
  });
  const reference = new Reference(drawn, {
    catalogue,
    behaviours,
    slow: slowComponents,
    inputs,
    maxVisits,
    ...named,
  });
  const told: Comparison = { engine: [], reference: [], open: reference.open };
  for (let n = 0, event = 0, visit = 0; ; n++) {
    const { end } = execution;
    told.engine.push({
      visits: events.slice(event).flatMap(visitOf),
      pending: end === null ? pending.map(({ key }) => key).toSorted() : [],
      end: end === null ? null : endOf(end),
      state: end?.type === "run.completed" ? sorted(execution.state) : null,
    });
    told.reference.push({
      visits: reference.visits.slice(visit).map(line),
      pending: reference.end === null ? [...reference.pending.keys()].toSorted() : [],
      end: sorted(reference.end),
      state: reference.end?.type === "run.completed" ? sorted(reference.state) : null,
    });
    [event, visit] = [events.length, reference.visits.length];
    const both = pending.map(({ key }) => key).filter((key) => reference.pending.has(key));
    if (end !== null || reference.end !== null || both.length === 0) return cutAtBudget(told);
    const key = both.toSorted()[(choices[n % choices.length] ?? 0) % both.length] as string;
    const [answered] = pending.splice(
      pending.findIndex((one) => one.key === key),
      1,
    );
    answered?.resolve();
    await settle();
    reference.answer(key);
  }
}

/** The rules fix that a budget ends a run, not what of the last visits is still told. */
function cutAtBudget(told: Comparison): Comparison {
  const [a, b] = [told.engine.at(-1), told.reference.at(-1)];
  const isOver = (rest: Rest | undefined) => JSON.stringify(rest?.end).includes("budget_exceeded");
  if (a === undefined || b === undefined || !isOver(a) || !isOver(b)) return told;
  const length = Math.min(a.visits.length, b.visits.length);
  for (const rest of [a, b]) {
    rest.visits.length = length;
    rest.end = "budget";
  }
  return told;
}

const line = ({
  nodeId,
  visit,
  outputs,
  fired,
}: {
  nodeId: string;
  visit: string;
  outputs: unknown;
  fired: string[];
}): string => `${nodeId} ${visit} ${JSON.stringify(sorted(outputs))} ▶${fired.join()}`;

export const visitOf = (event: RunEvent): string[] => (event.type === "node.completed" ? [line(event)] : []);

const endOf = (end: RunEvent) =>
  end.type === "run.completed"
    ? sorted({ type: end.type, outputs: end.outputs })
    : sorted({
        type: end.type,
        ...("error" in end ? { code: end.error?.code, nodeId: end.error?.nodeId } : {}),
      });

/** The same with the keys of all objects in order. */
const sorted = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : (JSON.parse(
        JSON.stringify(value, (_, inner: unknown) =>
          typeof inner === "object" && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
            : inner,
        ),
      ) as unknown);
