/** Magick's real behave-graph spells: each is read, and those that the original package can run log here what they log there. */
import { describe, expect, inject, it } from "vitest";
import { importSpell } from "../../src/graph/import.ts";
import { validateSpell } from "../../src/graph/validate.ts";
import { catalogue } from "../../src/nodes/index.ts";
import { originalLog, ranHere } from "../helpers/behave.ts";
import { planOf, run } from "../helpers/spells.ts";

const files = inject("realSpells");
const names = Object.keys(files ?? {}).filter((name) => name.startsWith("magick-behave-"));
const parsed = (name: string): unknown => JSON.parse(files?.[name] ?? "");

/** What the package cannot load or run, and what its nodes promise. */
const promised: Record<string, string[]> = {
  // Cases by number came after this version of the package.
  "magick-behave-core-flow-SwitchOnString.json": [
    "info: Selecting 'alpha'...",
    "info: First Switch Output: Alpha!",
  ],
  // `math/toFloat/vec3` throws "not implemented" there, and texts of numbers are none.
  "magick-behave-tests-vectorStringConcat.json": ["info: 00"],
};
/** A row around an empty graph, and one that a message from Slack starts. */
const withoutLife = new Set(["magick-behave-Starter-HEAD.json", "magick-behave-slack.json"]);

/** Waits a hundredth of the time. */
const hastened = (graph: unknown): unknown =>
  JSON.parse(JSON.stringify(graph).replace(/"duration":\{"value":(\d+)\}/g, '"duration":{"value":0.0$1}'));

describe.skipIf(files === null)("a real behave-graph spell", () => {
  it("is among the files", () => {
    expect(names.length).toBeGreaterThanOrEqual(20);
  });

  for (const name of names) {
    it(`is read without a fault: ${name}`, () => {
      const { document, issues } = importSpell(parsed(name));
      expect(issues).toEqual([]);
      const faults = validateSpell(document, catalogue).filter(({ code }) => code !== "no_start");
      expect(faults).toEqual([]);
      const again = importSpell(JSON.parse(JSON.stringify(document)));
      expect(again).toEqual({ document, issues: [] });
      expect(planOf(again.document)).toEqual(planOf(document));
    });

    if (withoutLife.has(name)) continue;
    it(`logs what the original package logs: ${name}`, async () => {
      const graph = hastened(parsed(name));
      const expected = promised[name] ?? (await originalLog(graph, name.includes("Delay")));
      expect(expected.length).toBeGreaterThan(0);
      const { lines, end } = await ranHere(graph);
      expect(end.type).toBe("run.completed");
      expect(lines).toEqual(expected);
    });
  }

  it("that answers in Slack is started by a message, and says that a spell has no connection to Slack", async () => {
    const { end } = await ranHere(parsed("magick-behave-slack.json"), {
      inputs: { "slack/onMessage": { content: "hi" } },
    });
    expect(end).toMatchObject({
      type: "run.failed",
      error: { code: "not_configured", nodeId: "3d51f7e3-0c0b-4533-8459-a90321976d87" },
    });
  });

  it("without nodes is read, and refuses to run", () => {
    const { document } = importSpell(parsed("magick-behave-Starter-HEAD.json"));
    expect(document).toMatchObject({ name: "Starter", flow: "fibers", nodes: {} });
    expect(run(document).execution.end).toMatchObject({
      type: "run.failed",
      error: { code: "spell_invalid" },
    });
  });
});
