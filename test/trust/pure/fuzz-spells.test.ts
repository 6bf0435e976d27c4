/** Damaged spells in every format, from the file to the end of a run. */
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { compile } from "../../../src/graph/compile.ts";
import { importSpell } from "../../../src/graph/import.ts";
import type { ImportedSpell } from "../../../src/graph/imported.ts";
import { validateSpell } from "../../../src/graph/validate.ts";
import { catalogue, describeComponents } from "../../../src/nodes/index.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import { runEvent } from "../../../src/protocol/events.ts";
import { isRunEnded } from "../../../src/protocol/run-end.ts";
import { type Socket, type SpellDocument, spellDocument } from "../../../src/protocol/spell.ts";
import type { Json, JsonObject } from "../../../src/protocol/values.ts";
import { boundedRun } from "../../helpers/bounded-run.ts";
import { campaign, campaignTimeoutMs } from "../../helpers/campaign.ts";
import { mutated, mutations } from "../../helpers/mutations.ts";
import { nastyValues } from "../../helpers/nasty-values.ts";
import { spellFiles } from "../../helpers/spell-files.ts";

/** How runs ended. */
const ends = new Map<string, number>();
const { check } = campaign("spells");

function attempt(file: unknown): ImportedSpell | undefined {
  try {
    return importSpell(file);
  } catch (error) {
    if (!(error instanceof SpellError)) throw error;
    expect(["bad_request", "too_large"]).toContain(error.code);
    return undefined;
  }
}

/** A value for each input of the spell, and one that it has no use for. */
const inputsOf = (document: SpellDocument, pick: () => Json): JsonObject => ({
  ...Object.fromEntries(
    Object.values(document.nodes)
      .map(({ data }) => data.name)
      .filter((name) => typeof name === "string")
      .map((name) => [name, pick()]),
  ),
  unknown: pick(),
});

async function checkRun(document: SpellDocument, beside: SpellDocument[], choices: number[]): Promise<void> {
  let given = 0;
  const pick = (): Json => nastyValues[(choices[given++ % choices.length] ?? 0) % nastyValues.length] as Json;
  const { plan } = compile(document, catalogue, (ref) =>
    beside.find(({ id, name }) => id === ref || name === ref),
  );
  const { events, faults } = await boundedRun(plan, inputsOf(document, pick), choices);
  expect(faults).toEqual([]);
  const { type = "" } = events.at(-1) ?? {};
  ends.set(type, (ends.get(type) ?? 0) + 1);
  expect(events.filter((event) => isRunEnded(event))).toEqual(events.slice(-1));
  for (const event of events) {
    const parsed = runEvent.safeParse(JSON.parse(JSON.stringify(event)));
    expect(parsed.error, JSON.stringify(event).slice(0, 500)).toBeUndefined();
    if ("error" in event) expect(event.error?.code).not.toBe("internal");
  }
}

const components = describeComponents();

interface Wired {
  component: number;
  /** Values of its data, by the index of the key and of the value. */
  data: [key: number, value: number][];
  /** Where its sockets lead, by index. */
  wires: [output: number, node: number, input: number][];
  /** A socket of the author's, or none. */
  added: boolean;
}

const wired: fc.Arbitrary<Wired[]> = fc.array(
  fc.record({
    component: fc.nat(),
    data: fc.array(fc.tuple(fc.nat(30), fc.nat()), { maxLength: 4 }),
    wires: fc.array(fc.tuple(fc.nat(6), fc.nat(4), fc.nat(6)), { maxLength: 6 }),
    added: fc.boolean(),
  }),
  { minLength: 1, maxLength: 7 },
);

const dataKeys = (schema: unknown): string[] => [
  ...Object.keys((schema as { properties?: JsonObject } | undefined)?.properties ?? {}),
  "name",
  "spellId",
  "other",
];

/** Any components of the catalogue, wired in any way and set to anything. */
function spellOf(nodes: readonly Wired[]): SpellDocument {
  const kinds = nodes.map(
    ({ component }) => components[component % components.length] as (typeof components)[number],
  );
  const added: Socket[] = [
    { name: "extra", type: "any" },
    { name: "go", type: "trigger" },
  ];
  const document: SpellDocument = {
    format: "spellrunner@1",
    id: "wired",
    name: "wired",
    version: 1,
    nodes: {
      start: { component: "Trigger In", position: [0, 0], data: {} },
      value: { component: "Universal Input", position: [0, 0], data: { name: "value" } },
    },
    edges: {},
  };
  const socketsOf = (node: number, side: "inputs" | "outputs"): Socket[] => [
    ...(kinds[node]?.[side] ?? []),
    ...(nodes[node]?.added === true ? added : []),
  ];
  nodes.forEach((node, i) => {
    const keys = dataKeys(kinds[i]?.data);
    document.nodes[`n${i}`] = {
      component: kinds[i]?.name ?? "",
      position: [0, i],
      data: Object.fromEntries(
        node.data.map(([key, value]) => [
          keys[key % keys.length] ?? "",
          nastyValues[value % nastyValues.length] as Json,
        ]),
      ),
      ...(node.added ? { inputs: added, outputs: added } : {}),
    };
    for (const { name } of kinds[i]?.inputs.filter(({ required }) => required === true) ?? [])
      document.edges[`v${i}-${name.length}`] = { from: ["value", "output"], to: [`n${i}`, name] };
    const trigger = kinds[i]?.inputs.find(({ type }) => type === "trigger")?.name ?? "trigger";
    document.edges[`s${i}`] = { from: ["start", "trigger"], to: [`n${i}`, trigger] };
    for (const [j, [output, to, input]] of node.wires.entries()) {
      const outputs = socketsOf(i, "outputs");
      const from = outputs[output % outputs.length];
      const isTrigger = from?.type === "trigger";
      // Data goes forward: a circle of it ends everything. Triggers go anywhere.
      const other = isTrigger ? to % nodes.length : i + 1 + to;
      if (from === undefined || other >= nodes.length) continue;
      const inputs = socketsOf(other, "inputs").filter(({ type }) => (type === "trigger") === isTrigger);
      document.edges[`e${i}-${j}`] = {
        from: [`n${i}`, from.name],
        to: [`n${other}`, inputs[input % inputs.length]?.name ?? ""],
      };
    }
  });
  // What the component refuses before it runs would end everything at once.
  for (const { nodeId, severity } of compile(document, catalogue).issues) {
    const node = document.nodes[nodeId ?? ""];
    if (severity === "error" && node !== undefined)
      node.data = {
        spellId: "none",
        spell: "none",
        code: "() => ({})",
        variable: { name: "v", key: "v", type: "string", initial: "" },
      };
  }
  return document;
}

const choices = fc.array(fc.nat(100), { minLength: 1, maxLength: 6 });

describe("a damaged spell", () => {
  it(
    "is refused, or is imported, comes in again as it went out, and runs to one end that is no fault of ours",
    { timeout: campaignTimeoutMs },
    () =>
      check(
        fc.tuple(fc.nat({ max: spellFiles.length - 1 }), mutations, choices),
        400,
        async ([index, changes, picks]) => {
          const imported = attempt(mutated(spellFiles[index]?.[1], changes));
          if (imported === undefined) return;
          const all = [imported.document, ...(imported.more ?? [])];
          for (const document of all) {
            expect(spellDocument.safeParse(document).error).toBeUndefined();
            const text = JSON.stringify(document);
            expect(importSpell(JSON.parse(text))).toEqual({ document: JSON.parse(text), issues: [] });
            validateSpell(document, catalogue);
          }
          for (const document of all.slice(0, 3)) await checkRun(document, all, picks);
        },
      ),
  );

  it(
    "of any components, wired in any way and set to anything, runs to one end",
    { timeout: campaignTimeoutMs },
    () =>
      check(fc.tuple(wired, choices), 300, async ([nodes, picks]) => {
        await checkRun(spellOf(nodes), [], picks);
      }),
  );

  it("any JSON at all is refused in words", { timeout: campaignTimeoutMs }, () =>
    check(fc.jsonValue({ maxDepth: 5 }), 300, (value) => {
      const imported = attempt(value);
      if (imported !== undefined) expect(spellDocument.safeParse(imported.document).success).toBe(true);
    }),
  );
});

it("runs of damaged spells are not all refused, nor do all end well", () => {
  expect(ends.get("run.completed")).toBeGreaterThan(100);
  expect(ends.get("run.failed")).toBeGreaterThan(100);
});

it("is tried on the real spells, too, where they are at hand", () => {
  expect(spellFiles.length > 60).toBe(inject("realSpells") !== null);
});
