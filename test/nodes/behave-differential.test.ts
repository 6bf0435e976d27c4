/** The same graphs on behave-graph's own engine and on ours: what they log must be the same, line by line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replay } from "../../src/engine/index.ts";
import { importSpell } from "../../src/graph/import.ts";
import { imported, originalLog, ranHere } from "../helpers/behave.ts";
import { randomGraph } from "../helpers/behave-graphs.ts";
import { planOf } from "../helpers/spells.ts";

describe("A behave-graph file", () => {
  it("logs what the original package logs, whatever its flows, loops, functions, variables and events", async () => {
    let lineCount = 0;
    await fc.assert(
      fc.asyncProperty(randomGraph(60), async (graph) => {
        const expected = await originalLog(graph);
        const { lines, end } = await ranHere(graph);
        expect(end).toMatchObject({ type: "run.completed" });
        expect(lines).toEqual(expected);
        lineCount += lines.length;
      }),
      { numRuns: 400 },
    );
    expect(lineCount).toBeGreaterThan(1000);
  });

  it("gives the same document and plan when it is read, exported and read again", () => {
    fc.assert(
      fc.property(randomGraph(40), (graph) => {
        const document = imported(graph);
        const again = importSpell(JSON.parse(JSON.stringify(document))).document;
        expect(again).toEqual(document);
        expect(planOf(again)).toEqual(planOf(document));
      }),
      { numRuns: 50 },
    );
  });

  it("is replayed from its records, and goes on from any of them", async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph(30), fc.nat(), async (graph, at) => {
        const { events, lines } = await ranHere(graph);
        expect(replay(planOf(imported(graph)), events).events).toEqual(events);
        const records = events.slice(0, 1 + (at % events.length));
        const resumed = await ranHere(graph, { records });
        expect(resumed.end.type).toBe("run.completed");
        expect(resumed.lines).toEqual(lines);
      }),
      { numRuns: 60 },
    );
  });
});
