/** Tampered journals and plans: a replay of them ends in journal_mismatch or in a run, and executes nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Playback } from "../../../client/lib/playback.ts";
import { replay } from "../../../src/engine/index.ts";
import { compile } from "../../../src/graph/compile.ts";
import { importSpell } from "../../../src/graph/import.ts";
import { catalogue } from "../../../src/nodes/index.ts";
import { SpellError } from "../../../src/protocol/errors.ts";
import { runEvent, type RunEvent } from "../../../src/protocol/events.ts";
import { isRunEnded } from "../../../src/protocol/run-end.ts";
import { type Plan, plan as planSchema } from "../../../src/protocol/plan.ts";
import { boundedRun } from "../../helpers/bounded-run.ts";
import { campaign, campaignTimeoutMs } from "../../helpers/campaign.ts";
import { mutated, mutations } from "../../helpers/mutations.ts";
import { nudged, nudges } from "../../helpers/nudges.ts";
import { randomProgram } from "../../helpers/random-programs.ts";
import { randomSpell } from "../../helpers/random-spells.ts";
import { spellFiles } from "../../helpers/spell-files.ts";
import { planOf, run } from "../../helpers/spells.ts";
import { workshop } from "../../helpers/workshop.ts";

const { check } = campaign("replay");

interface Recorded {
  plan: Plan;
  events: RunEvent[];
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** A run of every file that has more than a refusal in it. */
async function recordedFiles(): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  for (const [, file] of spellFiles) {
    const { document, more = [] } = importSpell(file);
    const all = [document, ...more];
    const { plan } = compile(document, catalogue, (ref) =>
      all.find(({ id, name }) => id === ref || name === ref),
    );
    const inputs = Object.fromEntries(
      Object.values(document.nodes).flatMap(({ data: { name } }) =>
        typeof name === "string" ? [[name, "some text"]] : [],
      ),
    );
    const { events } = await boundedRun(plan, inputs, [1, 5, 9]);
    if (events.length > 3) recorded.push(copy({ plan, events }));
  }
  return recorded;
}

const files = await recordedFiles();

const recording: fc.Arbitrary<Recorded> = fc.oneof(
  fc.nat({ max: files.length - 1 }).map((index) => files[index] as Recorded),
  fc.oneof(randomSpell(12), randomProgram()).map((drawn) => {
    const { catalogue: steps, pending } = workshop();
    const plan = planOf(drawn, { catalogue: steps });
    const { events } = run(plan, { catalogue: steps, inputs: { list: [1] }, limits: { maxVisits: 60 } });
    // As it lies there when the line is cut.
    pending.length = 0;
    return copy({ plan, events });
  }),
);

function checkReplay(plan: Plan, records: readonly RunEvent[]): string {
  const mismatch = (thrown: unknown): string => {
    if (!(thrown instanceof SpellError)) throw thrown;
    expect(thrown.code, thrown.message).toBe("journal_mismatch");
    return thrown.code;
  };
  try {
    const { events, end } = replay(plan, records);
    if (!records.some((record) => "error" in record && record.error?.code === "internal"))
      for (const event of events) expect("error" in event && event.error?.code).not.toBe("internal");
    expect(events.filter((event) => isRunEnded(event))).toEqual(end === null ? [] : [events.at(-1)]);
    // What a run gave is said only where the journal says the same.
    const recorded = records.find((record) => isRunEnded(record));
    if (end?.type === "run.completed" && recorded !== undefined)
      expect(recorded).toMatchObject({ type: "run.completed", outputs: end.outputs });
    try {
      const playback = new Playback({ plan, events: records });
      playback.goTo(playback.steps.length);
      void [playback.state, playback.outputs];
      playback.goTo(0);
    } catch (thrown) {
      mismatch(thrown);
    }
    return end?.error?.code ?? end?.type ?? "open";
  } catch (thrown) {
    return mismatch(thrown);
  }
}

const fits = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

/** Changes of either kind. */
const change: fc.Arbitrary<(value: unknown) => unknown> = fc.oneof(
  nudges.map((changes) => (value: unknown) => nudged(value, changes)),
  mutations.map((changes) => (value: unknown) => mutated(value, changes)),
);

describe("a journal", () => {
  it(
    "that was tampered with ends in journal_mismatch or in a run",
    { timeout: campaignTimeoutMs },
    async () => {
      const ends = new Map<string, number>();
      await check(fc.tuple(recording, change), 600, ([{ plan, events }, changed]) => {
        const records = changed(events);
        if (!Array.isArray(records)) return;
        const end = checkReplay(plan, records.filter((event) => fits(runEvent, event)) as RunEvent[]);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      });
      // It would show nothing if it were never noticed, or always.
      expect(ends.get("journal_mismatch")).toBeGreaterThan(100);
      expect(ends.get("run.completed")).toBeGreaterThan(20);
    },
  );
});

describe("a plan", () => {
  it(
    "that was tampered with ends in journal_mismatch or in a run",
    { timeout: campaignTimeoutMs },
    async () => {
      let taken = 0;
      await check(fc.tuple(recording, change), 400, ([{ plan, events }, changed]) => {
        const other = changed(plan);
        if (!fits(planSchema, other)) return;
        taken += 1;
        checkReplay(other as Plan, events);
      });
      expect(taken).toBeGreaterThan(100);
    },
  );
});
