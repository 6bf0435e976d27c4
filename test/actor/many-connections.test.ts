/** Ten tabs that come and go while a run of two thousand events goes on. */
import { describe, expect, it } from "vitest";
import { userNamed } from "../helpers/api.ts";
import { TestConnection } from "../helpers/connection.ts";
import { spell } from "../helpers/spells.ts";

const ticks = 670;

// start → ticker, for each tick: echo
const ticking = spell(
  {
    start: "Trigger In",
    clock: { is: "Ticker", data: { intervalMs: 1, count: ticks } },
    echo: "Echo",
    out: "Output:out",
  },
  `start.trigger > clock.trigger
   clock.tick > echo.trigger
   clock.index > echo.source
   clock.done > out.trigger
   echo.output > out.input`,
);

/** The same numbers each time, so that a failure comes again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

/** One tab: listens a while, drops its connection, comes back with the last seq that it saw. Gives all that it was told. */
async function watch(
  user: ReturnType<typeof userNamed>,
  seed: number,
  isOver: () => boolean,
): Promise<number[]> {
  const seqs: number[] = [];
  const random = numbers(seed);
  for (let last = 0; ; last = seqs.at(-1) ?? 0) {
    const wasOver = isOver();
    const tab = await TestConnection.open(user, "demo");
    await tab.hello(last);
    await tab.until(({ type }) => type === "replay", "the gap");
    if (!wasOver)
      await new Promise((resolve) => {
        setTimeout(resolve, random.next().value * 120);
      });
    seqs.push(...tab.events.map(({ seq }) => seq));
    tab.close();
    // What came between the last look and the close is told again to the next connection.
    if (wasOver) return seqs;
  }
}

describe("Ten connections that drop and rejoin during a run of two thousand events", () => {
  it("see each seq once, in order", async () => {
    const user = userNamed("many-connections");
    expect((await user.ask("/spells/demo", { method: "PUT", body: ticking })).status).toBe(201);
    let isOver = false;
    const run = user.ask("/spells/demo/run", { body: {} }).then((response) => {
      isOver = true;
      return response;
    });
    const seen = await Promise.all(Array.from({ length: 10 }, (_, i) => watch(user, i + 1, () => isOver)));
    expect((await run).status).toBe(200);
    const [first = []] = seen;
    expect(first.length).toBeGreaterThan(2000);
    expect(first).toEqual(first.map((_, i) => i + 1));
    for (const seqs of seen) expect(seqs).toEqual(first);
  });
});
