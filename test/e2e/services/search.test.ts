import { describe, expect, it } from "vitest";
import { ask, over, travels } from "../service-journey.ts";

describe("search", () => {
  it("finds words in documents over HTTP", async () => {
    await ask("/services/documents", { title: "Quokka", content: "It smiles." });
    expect(await over("search", "query", { query: "quokka", in: "documents", limit: 1 })).toMatchObject({
      results: [{ title: "Quokka", text: "It smiles." }],
    });
  });
  travels({
    service: "search",
    steps: [
      {
        component: "Service",
        data: { service: "documents", method: "create", request: { content: "a pangolin" } },
      },
      ["query", { query: "pangolin", in: "documents", limit: 1 }],
    ],
    gives: (output) => expect(output).toMatchObject({ results: [{ text: "a pangolin" }] }),
  });
});
