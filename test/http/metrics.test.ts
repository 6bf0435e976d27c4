/** What an operator reads of a deployment. */
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { count, type Delta, tellCounts } from "../../src/platform/counters.ts";
import { ask, bodyOf, userNamed } from "../helpers/api.ts";
import { spell } from "../helpers/spells.ts";

const { ADMIN_TOKEN } = env as unknown as { ADMIN_TOKEN: string };
const metrics = (token: string): Promise<Response> =>
  ask("/admin/metrics", { headers: { authorization: `Bearer ${token}` } });

/** The value of one line, 0 where there is none. */
async function valueOf(line: string): Promise<number> {
  const text = await (await metrics(ADMIN_TOKEN)).text();
  const found = text.split("\n").find((one) => one.startsWith(`${line} `));
  return found === undefined ? 0 : Number(found.slice(line.length + 1));
}

describe("GET /admin/metrics", () => {
  it("is for the operator's token alone", async () => {
    expect((await ask("/admin/metrics")).status).toBe(401);
    expect((await metrics("another-one")).status).toBe(401);
    const user = userNamed("no-operator");
    expect((await user.ask("/admin/metrics")).status).toBe(401);
  });

  it("counts requests by route, problems by code and runs by status", async () => {
    const user = userNamed("measured");
    const ran = 'spellrunner_requests_total{method="POST",route="/spells/:id/run",status="200"}';
    const missing = 'spellrunner_problems_total{code="not_found"}';
    const completed = 'spellrunner_runs_total{status="completed"}';
    const before = {
      ran: await valueOf(ran),
      missing: await valueOf(missing),
      done: await valueOf(completed),
    };
    const echo = spell(
      { start: "Trigger In", text: { is: "Universal Input", data: { name: "text" } }, out: "Output:o" },
      `start.trigger > out.trigger
       text.output > out.input`,
    );
    await user.ask("/spells/echo", { method: "PUT", body: echo });
    for (let i = 0; i < 3; i++)
      await bodyOf(await user.ask("/spells/echo/run", { body: { inputs: { text: "x" } } }));
    expect((await user.ask("/spells/nothing")).status).toBe(404);
    // Other tests of this file's worker may count, too.
    expect((await valueOf(ran)) - before.ran).toBeGreaterThanOrEqual(3);
    expect((await valueOf(missing)) - before.missing).toBeGreaterThanOrEqual(1);
    expect((await valueOf(completed)) - before.done).toBeGreaterThanOrEqual(3);
  });

  it("is text as Prometheus reads it: a type for each name, one line a series, no id in any label", async () => {
    await userNamed("measured").ask("/spells/some-spell-of-hers");
    await ask("/nowhere/at/all");
    const response = await metrics(ADMIN_TOKEN);
    expect(response.headers.get("content-type")).toContain("version=0.0.4");
    const text = await response.text();
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^# (?:HELP|TYPE) \w+ .+$|^\w+_total\{(?:\w+="[^"\n]*",?)+\} \d+$/);
    expect(text).not.toContain("some-spell-of-hers");
    expect(text).not.toContain("nowhere");
    expect(text).toContain('route="other"');
  });
});

describe("Counts", () => {
  it("that could not be told are told the next time", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const told: Delta[] = [];
    let isAway = true;
    const book = {
      add: (deltas: Delta[]) => {
        if (isAway) return Promise.reject(new Error("away"));
        told.push(...deltas);
        return Promise.resolve();
      },
    };
    const METRICS = { getByName: () => book };
    try {
      count("runs", { status: "of this test" }, 2);
      await tellCounts({ METRICS }, true);
      isAway = false;
      count("runs", { status: "of this test" });
      await tellCounts({ METRICS }, true);
      expect(told).toContainEqual(["runs", '{"status":"of this test"}', 3]);
    } finally {
      warn.mockRestore();
    }
  });
});
