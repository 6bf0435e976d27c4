import { describe, expect, it } from "vitest";
import { SpellrunnerClient } from "../../client/lib/index.ts";
import type { Fetch } from "../../client/lib/platform.ts";
import { Tokens } from "../../client/lib/tokens.ts";

/** Answers 401 to every token but `good`. */
const serverTaking =
  (good: string, seen: string[]): Fetch =>
  async (_url, init) => {
    const token = init?.headers?.authorization ?? "";
    seen.push(token.slice("Bearer ".length));
    const isGood = token === `Bearer ${good}`;
    const body = isGood
      ? { data: [] }
      : { type: "about:blank", title: "Unauthorized", status: 401, code: "unauthorized", detail: "No." };
    return new Response(JSON.stringify(body), { status: isGood ? 200 : 401 });
  };

describe("tokens", () => {
  it("are asked for once, and again when the server refuses the one that there is", async () => {
    const asked: boolean[] = [];
    const seen: string[] = [];
    const client = new SpellrunnerClient({
      url: "http://x",
      getToken: ({ refresh }) => {
        asked.push(refresh);
        return refresh ? "new" : "old";
      },
      fetch: serverTaking("new", seen),
    });
    await client.spells.list();
    await client.spells.list();
    expect(asked).toEqual([false, true]);
    expect(seen).toEqual(["old", "new", "new"]);
  });

  it("are renewed once for all who need another at the same time", async () => {
    let count = 0;
    const tokens = new Tokens({ getToken: async ({ refresh }) => (refresh ? `t${(count += 1)}` : "t0") });
    const used = await tokens.get();
    const all = await Promise.all([tokens.refresh(used), tokens.refresh(used), tokens.refresh(used)]);
    expect(new Set(all)).toEqual(new Set(["t1"]));
    expect(await tokens.refresh(used)).toBe("t1");
  });

  it("are asked for again where getToken failed", async () => {
    let isDown = true;
    const tokens = new Tokens({
      getToken: async () => {
        if (isDown) throw new Error("down");
        return "t";
      },
    });
    await expect(tokens.get()).rejects.toThrow("down");
    isDown = false;
    expect(await tokens.get()).toBe("t");
  });

  it("that are fixed are refused for good", async () => {
    const seen: string[] = [];
    const client = new SpellrunnerClient({ url: "http://x", token: "old", fetch: serverTaking("new", seen) });
    await expect(client.spells.list()).rejects.toMatchObject({ code: "unauthorized", message: "No." });
    expect(seen).toEqual(["old"]);
  });

  it("are needed", () => {
    expect(() => new SpellrunnerClient({ url: "http://x" })).toThrow("getToken");
  });
});
