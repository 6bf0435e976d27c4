import { describe, expect, it } from "vitest";
import { over, travels } from "../service-journey.ts";

describe("cache", () => {
  it("keeps values over HTTP", async () => {
    await over("cache", "set", { key: "http", value: [1, null] });
    expect(await over("cache", "get", { key: "http" })).toEqual({ value: [1, null] });
    await over("cache", "delete", { key: "http" });
    expect(await over("cache", "get", { key: "http" })).toBeNull();
  });
  travels({
    service: "cache",
    steps: [
      ["set", { key: "node", value: "kept", ttlSeconds: 100 }],
      ["get", { key: "node" }],
    ],
    gives: (output) => expect(output).toEqual({ value: "kept" }),
  });
});
