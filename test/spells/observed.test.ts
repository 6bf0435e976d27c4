/** Real spells of Rete's years with the results that their projects state or that their engines gave, run in memory. */
import { describe, expect, it } from "vitest";
import { createSandbox } from "../../src/actor/sandbox/create-sandbox.ts";
import { importSpell } from "../../src/graph/import.ts";
import type { Json, JsonObject } from "../../src/protocol/values.ts";
import { memoryServices } from "../helpers/memory-services.ts";
import { hasRealSpells, readRealSpell, type RealSpell, realSpells } from "../helpers/real-spells.ts";
import { run } from "../helpers/spells.ts";

const spells = realSpells.filter(({ format }) => format === "rete-v1");

/** Where we differ from the original engine on purpose. */
const instead: Record<string, JsonObject> = {
  // It lost the value of an Output that was fed by another node than the one that triggered it.
  "thoth-seed-default-seeds-0.json": { DefaultOutput: "test input" },
  // The engine of 2022, by which these were observed, could not feed inputs of 2021.
  "thoth-test-generator.json": {
    "Generator Result": "completion",
    "Generator Composed Output": "test inputcompletion",
  },
};

/** Their answers came from Enki, in whose place a model answers. */
const ofEnki = new Set(["thoth-test-enkiTask.json", "thoth-test-tenseTransformer-module-Crafting.json"]);

/** The event in whose place the manifest has a description. */
const eventFor = (connector: string): Json => ({
  content: "test",
  sender: "Speaker",
  observer: "Agent",
  client: "rest",
  channel: "ch",
  connector,
  channelType: "ch",
  projectId: "p",
  agentId: "a",
  entities: ["Speaker", "Agent"],
});
const inputsOf = (inputs: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      typeof value === "string" && value.startsWith("<event ") ? eventFor(name) : value,
    ]),
  );

/** What was given, by our names: an Output without a name was called "undefined". */
const outputsOf = ({ outputs }: RealSpell, observed: JsonObject): JsonObject => {
  const unnamed = outputs.find(({ name }) => name === undefined || name === null);
  return Object.fromEntries(
    Object.entries(observed)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name === "undefined" ? `output-${unnamed?.node}` : name, value]),
  );
};

async function runReal(
  file: string,
  inputs: JsonObject,
  { complete, state }: { complete: (input: string) => string; state?: JsonObject },
) {
  const sandbox = createSandbox();
  await sandbox.load();
  const memory = memoryServices({
    complete,
    infer: () => ({ outputs: ["string"] }),
  });
  const { document } = importSpell(readRealSpell(file));
  const { ended } = run(document, {
    inputs,
    ...(state === undefined ? {} : { state }),
    ports: { services: memory.services, sandbox },
    subSpells: (ref) => {
      const inner = importSpell(readRealSpell("thoth-core-subSpell.json")).document;
      return ref === inner.name ? inner : undefined;
    },
  });
  const end = await ended;
  return { end, outputs: end.type === "run.completed" ? end.outputs : undefined, memory };
}

describe.skipIf(!hasRealSpells)("a real spell gives what its own engine gave", () => {
  for (const spell of spells)
    for (const observed of spell.observed ?? [])
      it(spell.file, async () => {
        const answer = ofEnki.has(spell.file) ? "string" : "completion";
        const { end, outputs, memory } = await runReal(spell.file, inputsOf(observed.inputs), {
          complete: (input) => (observed.engine.startsWith("thoth") ? answer : `completion of: ${input}`),
        });
        expect(outputs, JSON.stringify(end)).toEqual(
          instead[spell.file] ?? outputsOf(spell, observed.outputs),
        );
        if (observed.storedEvents !== undefined)
          expect(memory.asked("events.record")).toHaveLength(observed.storedEvents);
      });
});

describe.skipIf(!hasRealSpells)("a real spell gives what its project states", () => {
  for (const spell of spells)
    for (const [i, test] of (spell.tests ?? []).entries())
      it(`${spell.file} ${i + 1}`, async () => {
        const { end, outputs } = await runReal(spell.file, test.inputs, {
          complete: () => "completionresult",
          ...(test.initialState === undefined ? {} : { state: test.initialState }),
        });
        if (test.outputs !== undefined) expect(outputs, JSON.stringify(end)).toEqual(test.outputs);
        else if (test.outputsAssert?.includes(".content") === true)
          expect(Object.values(outputs ?? {})[0], JSON.stringify(end)).toMatchObject({ content: "test" });
        else expect(outputs?.["Output - Default"] ?? outputs?.Output, JSON.stringify(end)).toBe("test");
      });
});
