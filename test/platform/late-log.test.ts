/** What an object logs as its file ends must not keep the whole run from ending: should this hang, look at vitest.config.ts. */
import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { log } from "../../src/platform/log.ts";
import { demoRunner } from "../helpers/runners.ts";

test("an object that goes on logging after the last test does not hold up the run", async () => {
  let lines = 0;
  await runInDurableObject(demoRunner("late-log"), (_, state) => {
    state.waitUntil(
      (async () => {
        for (; lines < 200; lines++) {
          await scheduler.wait(1);
          log.info(`late line ${lines}`);
        }
      })(),
    );
  });
  await vi.waitFor(() => expect(lines).toBeGreaterThan(0));
});
