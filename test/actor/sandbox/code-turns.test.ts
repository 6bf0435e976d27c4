import { beforeEach, describe, expect, it } from "vitest";
import { CodeTurns, createSandbox } from "../../../src/actor/sandbox/index.ts";
import type { Sandbox } from "../../../src/engine/sandbox.ts";

const long = 500_000_000;
let time: number;
let calls: string[];
let sleepers: { at: number; wake: () => void }[];
let turns: CodeTurns;
let sandboxes: Record<"loops" | "greets", Sandbox>;

beforeEach(() => {
  time = 1_000_000;
  calls = [];
  sleepers = [];
  turns = new CodeTurns({
    sandbox: {
      call: ({ label }, taken = () => {}) => {
        calls.push(label);
        taken(label === "long" ? long : 1000);
        return { value: label, logs: [] };
      },
    },
    now: () => time,
    wait: (ms) => new Promise((wake) => sleepers.push({ at: time + ms, wake: () => wake(undefined) })),
  });
  sandboxes = { loops: turns.of("loops"), greets: turns.of("greets") };
});

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
async function pass(ms: number): Promise<void> {
  const end = time + ms;
  while (time < end) {
    time = Math.min(end, time + 50);
    for (const { wake } of sleepers.filter(({ at }) => at <= time)) wake();
    sleepers = sleepers.filter(({ at }) => at > time);
    await settle();
  }
}
const call = (who: "loops" | "greets", label: string) => sandboxes[who].call({ code: "", args: [], label });

describe("A user whose code takes long", () => {
  it("leaves the others their turn", async () => {
    void call("greets", "short");
    const all = Promise.all(Array.from({ length: 3 }, async () => call("loops", "long")));
    await settle();
    expect(calls).toEqual(["short", "long"]);
    expect(call("greets", "short")).toEqual({ value: "short", logs: [] });
    await pass(1000);
    expect(calls.filter((label) => label === "long")).toHaveLength(1);
    await pass(1000);
    expect(calls.filter((label) => label === "long")).toHaveLength(2);
    // Somebody is there all the time.
    for (let i = 0; i < 4; i++) {
      void call("greets", "short");
      await pass(1000);
    }
    expect(await all).toHaveLength(3);
    expect(calls.filter((label) => label === "short")).toHaveLength(6);
  });

  it("waits for nobody when there is nobody else, and pays four seconds at most for it when somebody comes", async () => {
    for (let i = 0; i < 20; i++) expect(call("loops", "long")).toEqual({ value: "long", logs: [] });
    turns.seen("greets");
    const waits = call("loops", "last");
    expect(waits).toBeInstanceOf(Promise);
    await pass(3900);
    expect(calls).toHaveLength(20);
    await pass(200);
    expect(await waits).toEqual({ value: "last", logs: [] });
  });

  it("waits no longer for whoever has gone", async () => {
    turns.seen("greets");
    await pass(10_000);
    for (let i = 0; i < 3; i++) expect(call("loops", "long")).toEqual({ value: "long", logs: [] });
  });

  it("has its further calls one at a time, and short ones as ever once it has paid", async () => {
    turns.seen("greets");
    const stop = setInterval(() => turns.seen("greets"), 0);
    void call("loops", "long");
    const all = ["long", "long"].map(async (label) => call("loops", label));
    await pass(1750);
    expect(calls).toHaveLength(1);
    await pass(300);
    expect(calls).toHaveLength(2);
    await pass(4000);
    expect(await Promise.all(all)).toHaveLength(2);
    clearInterval(stop);
    expect(call("loops", "d")).toEqual({ value: "d", logs: [] });
  });

  it("waits for a call that waits for the sandbox, a second at most", async () => {
    const hanging = new CodeTurns({
      sandbox: { call: () => new Promise(() => {}) },
      now: () => time,
      wait: (ms) => new Promise((wake) => sleepers.push({ at: time + ms, wake: () => wake(undefined) })),
    });
    hanging.seen("greets");
    const mine = hanging.of("loops");
    void mine.call({ code: "", args: [], label: "never" });
    void (async () => {
      await mine.call({ code: "", args: [], label: "never either" });
    })();
    expect(sleepers).toHaveLength(1);
    await pass(1100);
    expect(sleepers).toHaveLength(0);
  });
});

it("the sandbox tells how many steps a call took, whether it ended well or not", async () => {
  const sandbox = createSandbox({ maxSteps: 10_000_000 });
  await sandbox.load();
  const taken: number[] = [];
  const of = (code: string) => sandbox.call({ code, args: [], label: "x" }, (steps) => taken.push(steps));
  await of("() => 1");
  expect(() => of("() => { for (;;); }")).toThrow(expect.objectContaining({ code: "sandbox_limit" }));
  const [few = 0, many = 0] = taken;
  expect(few).toBeGreaterThan(0);
  expect(few).toBeLessThan(1_000_000);
  expect(many).toBeGreaterThanOrEqual(10_000_000);
});
