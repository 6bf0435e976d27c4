import { describe, expect, it } from "vitest";
import { over, travels } from "../service-journey.ts";

describe("completion", () => {
  it("completes, chats and embeds over HTTP", async () => {
    expect(await over("completion", "complete", { prompt: "one" })).toMatchObject({ text: "You said: one" });
    const messages = [{ role: "user", content: "two" }];
    expect(await over("completion", "chat", { messages })).toMatchObject({ text: "You said: two" });
    expect(await over("completion", "embed", { values: ["a", "b"] })).toMatchObject({
      embeddings: [expect.any(Array), expect.any(Array)],
    });
  });
  travels({
    service: "completion",
    steps: [{ component: "Generator", data: { fewshot: "three" } }],
    gives: (output) => expect(output).toBe("You said: three"),
  });
});
