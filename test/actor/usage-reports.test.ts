/** When a runner tells its manager of what its runs have used. */
import { describe, expect, it } from "vitest";
import type { RunnerReport } from "../../src/actor/usage-book.ts";
import { UsageReports } from "../../src/actor/usage-reports.ts";

function reportsOf() {
  const told: RunnerReport[] = [];
  const now = { at: 1_000_000, bytes: 4096, runs: 0, uncounted: 0, isDown: false };
  const reports = new UsageReports({
    meter: {
      count: () => {
        if (now.uncounted > 0) now.runs += 1;
        return (now.uncounted -= 1) > 0;
      },
      sums: () => ({ runs: now.runs, nodes: 0, inputTokens: 0, outputTokens: 0, calls: 0 }),
    },
    bytes: () => now.bytes,
    tell: async (report) => {
      if (now.isDown) throw new Error("down");
      told.push(report);
    },
    clock: { now: () => now.at },
  });
  return { reports, told, now };
}

describe("reports of usage", () => {
  it("come every ten seconds at most, and sooner when the database has changed by much", async () => {
    const { reports, told, now } = reportsOf();
    await reports.tell();
    now.at += 9999;
    now.bytes += 1024 * 1024 - 1;
    await reports.tell();
    expect(told).toHaveLength(1);
    now.bytes += 1;
    await reports.tell();
    now.bytes -= 1024 * 1024;
    await reports.tell();
    expect(told.map(({ bytes }) => bytes)).toEqual([4096, 4096 + 1024 * 1024, 4096]);
    now.at += 10_000;
    await reports.tell();
    expect(told).toHaveLength(4);
    // The clock was set back.
    now.at -= 3_600_000;
    await reports.tell();
    expect(told).toHaveLength(5);
  });

  it("hold sums, so that one that did not arrive is in the next", async () => {
    const { reports, told, now } = reportsOf();
    now.isDown = true;
    now.runs = 3;
    await reports.tell();
    expect(told).toEqual([]);
    now.isDown = false;
    now.at += 10_000;
    now.runs = 5;
    await reports.tell();
    expect(told.map(({ usage }) => usage.runs)).toEqual([5]);
  });

  it("are counted to the last for whoever asks", () => {
    const { reports, told, now } = reportsOf();
    now.uncounted = 3;
    expect(reports.newest().usage.runs).toBe(3);
    expect(told).toEqual([]);
  });
});
