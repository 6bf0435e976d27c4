import { describe, expect, it } from "vitest";
import { ask, over, travels } from "../service-journey.ts";

describe("weaviate", () => {
  it("keeps objects and finds them by meaning, vector and words over HTTP", async () => {
    const { body } = await ask("/services/weaviate", {
      class: "Http",
      properties: { text: "an owl at night" },
    });
    const { id, vector } = body;
    const isFound = (found: unknown) => expect(found).toMatchObject({ data: [{ id }] });
    isFound(await over("weaviate", "nearText", { class: "Http", concepts: ["owl"], limit: 1 }));
    isFound(await over("weaviate", "nearVector", { class: "Http", vector, limit: 1 }));
    isFound(await over("weaviate", "bm25", { class: "Http", query: "night", limit: 1 }));
    isFound(await over("weaviate", "objects", { class: "Http", limit: 5 }));
  });
  travels({
    service: "weaviate",
    steps: [
      ["create", { class: "Node", properties: { text: "the sea" } }],
      ["nearText", { class: "Node", concepts: ["sea"], limit: 1 }],
    ],
    gives: (output) => expect(output).toMatchObject({ data: [{ properties: { text: "the sea" } }] }),
  });
});
