import { describe, expect, it } from "vitest";
import { over, travels } from "../service-journey.ts";

describe("events", () => {
  it("are recorded and recalled over HTTP", async () => {
    await over("events", "record", { type: "http", content: "said" });
    expect(await over("events", "recall", { type: "http", limit: 1 })).toMatchObject({
      events: [{ content: "said" }],
    });
  });
  travels({
    service: "events",
    steps: [
      ["record", { type: "node", content: "seen" }],
      ["recall", { type: "node", limit: 1 }],
    ],
    gives: (output) => expect(output).toMatchObject({ events: [{ content: "seen" }] }),
  });
});
