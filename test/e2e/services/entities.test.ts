import { describe, expect, it } from "vitest";
import { ask, travels } from "../service-journey.ts";

describe("entities", () => {
  it("are made, changed, found and removed over HTTP", async () => {
    const { body } = await ask("/services/entities", { type: "http", data: { n: 1 } });
    const { id } = body;
    await ask(`/services/entities/${id}`, { data: { n: 2 } }, "PATCH");
    expect((await ask("/services/entities?type=http")).body).toMatchObject({
      total: 1,
      data: [{ data: { n: 2 } }],
    });
    expect((await ask(`/services/entities/${id}`, undefined, "DELETE")).status).toBe(200);
    expect((await ask(`/services/entities/${id}`)).status).toBe(404);
  });
  travels({
    service: "entities",
    steps: [
      ["create", { type: "node", data: { n: 7 } }],
      ["find", { type: "node", "data.n": 7, $limit: 1 }],
    ],
    gives: (output) => expect(output).toMatchObject({ data: [{ data: { n: 7 } }] }),
  });
});
