/** The clock and random numbers. */
import { describe, expect, test, vi } from "vitest";
import { callsOn, type SandboxesUnderTest } from "./calls.ts";

export function timeAndChanceContract(sandboxes: SandboxesUnderTest): void {
  describe("time and chance", () => {
    const { valueOf } = callsOn(sandboxes.create());

    test("the date is that of the host", async () => {
      vi.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5, 6) });
      try {
        expect(
          await valueOf("() => [Date.now(), new Date().toISOString(), new Date().getTimezoneOffset()]"),
        ).toEqual([
          Date.UTC(2026, 0, 2, 3, 4, 5, 6),
          "2026-01-02T03:04:05.006Z",
          new Date().getTimezoneOffset(),
        ]);
      } finally {
        vi.useRealTimers();
      }
    });

    test("random numbers differ from call to call although the clock stands still", async () => {
      vi.useFakeTimers();
      try {
        const draws: number[] = [];
        for (let i = 0; i < 50; i++)
          draws.push(...((await valueOf("() => [Math.random(), Math.random()]")) as number[]));
        expect(new Set(draws).size).toBe(100);
        for (const draw of draws) expect(draw >= 0 && draw < 1).toBe(true);
      } finally {
        vi.useRealTimers();
      }
    });

    test("random numbers are spread evenly", async () => {
      const code = `() => { const bins = Array(10).fill(0); for (let i = 0; i < 20000; i++) bins[Math.floor(Math.random() * 10)]++; return bins }`;
      // 2000 each; 250 away is six standard deviations.
      for (const bin of (await valueOf(code)) as number[]) expect(Math.abs(bin - 2000)).toBeLessThan(250);
    });
  });
}
