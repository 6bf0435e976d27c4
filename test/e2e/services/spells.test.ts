import { describe, expect, it } from "vitest";
import { ask, over, travels } from "../service-journey.ts";

const inner = {
  format: "spellrunner@1",
  id: "journey-inner",
  name: "inner",
  version: 0,
  nodes: {
    in: { component: "Universal Input", position: [0, 0], data: { name: "x" } },
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    out: { component: "Output", position: [0, 0], data: { name: "y" } },
  },
  edges: {
    a: { from: ["start", "trigger"], to: ["out", "trigger"] },
    b: { from: ["in", "output"], to: ["out", "input"] },
  },
};

describe("spells", () => {
  it("are found, described and run over HTTP", async () => {
    await ask("/spells/journey-inner", inner, "PUT");
    expect(await over("spells", "interface", { spell: "inner" })).toMatchObject({
      id: "journey-inner",
      inputs: ["x"],
      outputs: ["y"],
      triggers: ["start"],
    });
    expect(await over("spells", "run", { spell: "inner", inputs: { x: 5 }, session: "main" })).toMatchObject({
      outputs: { y: 5 },
    });
  });
  travels({
    service: "spells",
    steps: [["run", { spell: "journey-inner", inputs: { x: "in" } }]],
    gives: (output) => expect(output).toMatchObject({ outputs: { y: "in" } }),
  });
});
