/** What a run of the spell takes, as its compiled plan says: the inputs by name, and where it may start. */
import type { Json, JsonObject, Plan, SpellrunnerClient } from "../../lib/index.ts";

export interface RunInput {
  readonly name: string;
  /** What stands in where nothing is given. */
  readonly otherwise: string;
}

export interface RunForm {
  readonly version: number;
  readonly inputs: readonly RunInput[];
  readonly triggers: readonly string[];
  readonly hasSources: boolean;
}

export async function fetchRunForm(
  client: SpellrunnerClient,
  spellId: string,
  version: number,
): Promise<RunForm> {
  return formOf(await client.spells.plan(spellId, version), version);
}

function formOf(plan: Plan, version: number): RunForm {
  const [graph] = plan.graphs;
  const nodes = graph?.nodes ?? [];
  const inputs = new Map<string, RunInput>();
  for (const place of graph?.inputs ?? []) {
    const node = nodes[place];
    if (node?.name === undefined || inputs.has(node.name)) continue;
    inputs.set(node.name, {
      name: node.name,
      otherwise: textOf(node.data.defaultValue ?? node.data.text),
    });
  }
  const isSource = (place: number): boolean => nodes[place]?.role === "source";
  return {
    version,
    inputs: [...inputs.values()],
    triggers: (graph?.starts ?? [])
      .filter((place) => !isSource(place))
      .flatMap((place) => nodes[place]?.name ?? nodes[place]?.id ?? []),
    hasSources: nodes.some(({ role }) => role === "source"),
  };
}

const textOf = (value: Json | undefined): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** What is written in a field, and whether it is meant as JSON. */
export interface InputText {
  text: string;
  isJson: boolean;
}

/** @throws Error that names the input whose text is not JSON */
export function inputsOf(texts: Readonly<Record<string, InputText>>, names: readonly string[]): JsonObject {
  const inputs: JsonObject = {};
  for (const name of names) {
    const { text, isJson } = texts[name] ?? { text: "", isJson: false };
    if (text === "") continue;
    try {
      inputs[name] = isJson ? (JSON.parse(text) as Json) : text;
    } catch (error) {
      throw new Error(`The input “${name}” is not JSON: ${(error as Error).message}`, { cause: error });
    }
  }
  return inputs;
}
