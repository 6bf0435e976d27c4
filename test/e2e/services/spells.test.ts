import { describe, expect, it } from "vitest";
import { ask, over, passing, travels } from "../service-journey.ts";

describe("spells", () => {
  it("are found, described and run over HTTP", async () => {
    await ask("/spells/journey-inner", passing("journey-inner", "x", "y"), "PUT");
    expect(await over("spells", "interface", { spell: "journey-inner" })).toMatchObject({
      id: "journey-inner",
      inputs: ["x"],
      outputs: ["y"],
      triggers: ["start"],
    });
    expect(
      await over("spells", "run", { spell: "journey-inner", inputs: { x: 5 }, session: "main" }),
    ).toMatchObject({
      outputs: { y: 5 },
    });
  });
  travels({
    service: "spells",
    steps: [["run", { spell: "journey-inner", inputs: { x: "in" } }]],
    gives: (output) => expect(output).toMatchObject({ outputs: { y: "in" } }),
  });
});
