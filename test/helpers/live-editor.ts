/** A live server and Chromium, for the tests of a file. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import type { SpellrunnerClient } from "../../client/lib/index.ts";
import { findChromium, startChromium } from "./chromium.ts";
import { type LiveServer, startLiveServer } from "./live-server.ts";

export interface LiveEditor {
  /** Undefined where there is no Chromium: then nothing is started, and the tests are skipped. */
  readonly chromiumPath: string | undefined;
  server: LiveServer;
  browser: Browser;
  /** Of the user that was named. */
  client: SpellrunnerClient;
}

/** What is started is there from the first test to the last. */
export function liveEditor(user: string): LiveEditor {
  const chromiumPath = findChromium();
  const live = { chromiumPath } as LiveEditor;
  beforeAll(async () => {
    if (chromiumPath === undefined) return;
    live.server = await startLiveServer();
    live.client = await live.server.client(user);
    live.browser = await startChromium(chromiumPath);
  }, 180_000);
  afterAll(async () => {
    await live.browser?.close();
    await live.server?.close();
  });
  return live;
}
