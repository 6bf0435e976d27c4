import { describe, expect, it } from "vitest";
import { ask, over, passing, travels } from "../service-journey.ts";

const agent = { name: "Watch", spellId: "journey-agents", bindings: [{ kind: "webhook" }] };

describe("agents", () => {
  it("are made, started, called and removed over HTTP", async () => {
    await ask("/spells/parrot", passing("parrot", "heard", "said"), "PUT");
    const { body } = await ask("/services/agents", { ...agent, spellId: "parrot" });
    const { id } = body;
    expect(await over("agents", "start", { id })).toMatchObject({ isRunning: true });
    expect(await over("agents", "send", { id, content: "hello" })).toMatchObject({
      outputs: { said: "hello" },
    });
    const status = (await over("agents", "status", { id })) as { bindings: { address: string }[] };
    const path = new URL(status.bindings[0]?.address ?? "", "http://server").pathname;
    expect((await ask(path, { content: "by address" })).status).toBe(202);
    expect((await ask(`/services/agents/${id}`, undefined, "DELETE")).status).toBe(200);
    expect((await ask(path, {})).status).toBe(404);
  });
  travels({
    service: "agents",
    steps: [["create", agent]],
    gives: (output) => expect(output).toMatchObject({ name: "Watch", isRunning: false }),
  });
});
