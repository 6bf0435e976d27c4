import * as z from "zod";
import { describe, expect, it } from "vitest";
import { serverMessage } from "../../src/protocol/down.ts";
import { clientMessage } from "../../src/protocol/up.ts";
import { history, PROTOCOL_VERSION } from "../../src/protocol/version.ts";

/** Keys in order, so that only what the schemas say counts. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

describe("the protocol's version", () => {
  it("is raised, with a line of history, when the messages change", async () => {
    const schemas = sorted({ up: z.toJSONSchema(clientMessage), down: z.toJSONSchema(serverMessage) });
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(schemas)));
    const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const newest = history.at(-1);
    expect(newest?.version).toBe(PROTOCOL_VERSION);
    expect(
      hash,
      "The messages changed: raise PROTOCOL_VERSION and add this hash to the history in src/protocol/version.ts",
    ).toBe(newest?.hash);
  });
});
