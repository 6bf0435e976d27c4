/** Frame times of a page, and what a hand does to it meanwhile. */
import type { Page } from "playwright-core";
import type { Row } from "../report.ts";

export interface Frames {
  times: number[];
  longTasks: number[];
  /** What all of Chromium's processes took of the processor. */
  processorMs: number;
}

/** Frame times and long tasks of the page while `work` goes on. */
export async function framesDuring(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(() => {
    const kept = globalThis as unknown as { stopFrames: () => Pick<Frames, "times" | "longTasks"> };
    const frames: ReturnType<typeof kept.stopFrames> = { times: [], longTasks: [] };
    let isOn = true;
    let last = performance.now();
    const take = (now: number): void => {
      frames.times.push(now - last);
      last = now;
      if (isOn) requestAnimationFrame(take);
    };
    requestAnimationFrame(take);
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) frames.longTasks.push(duration);
    });
    observer.observe({ type: "longtask" });
    kept.stopFrames = () => {
      isOn = false;
      observer.disconnect();
      return frames;
    };
  });
  const before = await processorMsOf(page);
  await work();
  const processorMs = (await processorMsOf(page)) - before;
  const { times, longTasks } = await page.evaluate(() =>
    (globalThis as unknown as { stopFrames: () => Frames }).stopFrames(),
  );
  // The first began before the work did.
  return { times: times.slice(1), longTasks, processorMs };
}

async function processorMsOf(page: Page): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  const { processInfo = [] } = (await session?.send("SystemInfo.getProcessInfo")) ?? {};
  await session?.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + 1000 * cpuTime, 0);
}

export function rowOf(what: string, { times, longTasks, processorMs }: Frames): Row {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  const slow = times.filter((ms) => ms > 50).length;
  return {
    "": what,
    frames: times.length,
    "p50 ms": at(0.5),
    "p95 ms": at(0.95),
    "longest ms": (sorted.at(-1) ?? 0).toFixed(0),
    "above 50 ms": `${((100 * slow) / Math.max(1, times.length)).toFixed(1)} %`,
    "processor ms a frame": (processorMs / Math.max(1, times.length)).toFixed(1),
    "tasks above 50 ms": `${longTasks.length}, longest ${Math.max(0, ...longTasks).toFixed(0)} ms`,
  };
}

/** By the wheel, in circles around where it began, as far as 240 pixels. */
export const pan = (page: Page, ms: number): Promise<void> =>
  turn(ms, (angle) => page.mouse.wheel(12 * Math.sin(angle), 12 * Math.cos(angle)));

/** By the wheel with Ctrl, out to `2^-depth` of where it began and back again. */
export async function zoom(page: Page, ms: number, depth: number): Promise<void> {
  await page.keyboard.down("Control");
  // React Flow takes 500 pixels of the wheel for a factor of two, and a turn has 125 steps.
  await turn(ms, (angle) => page.mouse.wheel(0, depth * 12.5 * Math.sin(angle)));
  await page.keyboard.up("Control");
}

/** Whole turns of about a second, step by step, until the time is over. */
async function turn(ms: number, step: (angle: number) => Promise<void>): Promise<void> {
  const end = Date.now() + ms;
  for (let i = 0; Date.now() < end || i % 125 !== 0; i += 1) {
    await step((2 * Math.PI * i) / 125);
    await new Promise((resolve) => setTimeout(resolve, 6));
  }
}
