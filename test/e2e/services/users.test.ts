import { describe, expect, it } from "vitest";
import { over, travels } from "../service-journey.ts";

describe("users", () => {
  it("says over HTTP who asks", async () =>
    expect(await over("users", "me")).toEqual({ userId: "traveller" }));
  travels({
    service: "users",
    steps: [["me", {}]],
    gives: (output) => expect(output).toEqual({ userId: "traveller" }),
  });
});
