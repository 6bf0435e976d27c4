/** The short form of `npm run soak`. */
import { expect, it } from "vitest";
import { soak } from "../../scripts/soak-connections.ts";
import { startLiveServer } from "../helpers/live-server.ts";

it("thirty connections whose lines are cut at random have every event once", async () => {
  const server = await startLiveServer();
  try {
    const report = await soak(server, { connections: 30, ms: 3000 });
    expect(report.faults).toEqual([]);
    expect(report.cuts).toBeGreaterThan(10);
    expect(report.events).toBeGreaterThan(100);
  } finally {
    await server.close();
  }
});
