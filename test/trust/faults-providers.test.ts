/** A provider that hangs, drips, breaks off, refuses in storms, or answers with garbage: what a run and its caller see of it. */
import { expect } from "vitest";
import type { NodeSettings } from "../../src/protocol/spell.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { faultTable } from "../helpers/fault-table.ts";
import { held, requestsWith } from "../helpers/provider.ts";
import { spell } from "../helpers/spells.ts";

const row = faultTable();

let count = 0;
/** A spell that asks the provider, saved for a user of its own. */
async function asking(fault: string, settings: NodeSettings = {}) {
  const user = userNamed(`trust-provider-${(count += 1)}`);
  const prompt = `${fault} ${Math.random()}`;
  const document = spell(
    { start: "Trigger In", g: { is: "Generator", data: { fewshot: prompt }, settings }, out: "Output:out" },
    `start.trigger > g.trigger
     g.trigger > out.trigger
     g.result > out.input`,
  );
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  const run = (body = {}) => user.ask("/spells/demo/run", { body });
  /** The whole story holds together: one end, and the runner takes the next run. */
  const expectWhole = async (): Promise<void> => {
    const [{ runId }] = (await bodyOf(await user.ask("/spells/demo/runs"))).data;
    const { events } = await bodyOf(await user.ask(`/spells/demo/runs/${runId}/events`));
    const ends = events.filter(({ type }: { type: string }) =>
      /^run\.(?:completed|failed|cancelled)$/.test(type),
    );
    expect(ends).toHaveLength(1);
    const description = await bodyOf(await user.ask("/spells/demo/runner"));
    expect(description.queue).toBe(0);
  };
  return { user, prompt, run, expectWhole };
}

interface Problem {
  status: number;
  code: string;
  detail: string;
  nodeId?: string;
}
const problemOf = async (response: Response): Promise<Problem> => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return bodyOf(response);
};

row(
  "A provider never answers, or begins and then hangs",
  "the node ends at its own time limit with what to do, and the run with it",
  async () => {
    const faults = ["!hang", "!stall"];
    for (const fault of faults) {
      const { run, expectWhole } = await asking(fault, { timeoutMs: 400 });
      const problem = await problemOf(await run());
      expect([problem.status, problem.nodeId]).toEqual([422, "g"]);
      expect(["node_timeout", "provider_timeout"]).toContain(problem.code);
      await expectWhole();
    }
    return faults.length;
  },
);

row(
  "A provider hangs, and the run has a limit of its own",
  "504 run_timeout, and the provider's request is ended",
  async () => {
    const { run, expectWhole } = await asking("!hang");
    const problem = await problemOf(await run({ timeoutMs: 400 }));
    expect([problem.status, problem.code]).toEqual([504, "run_timeout"]);
    await expectWhole();
  },
);

row("A provider hangs, and somebody cancels", "409 cancelled at once", async () => {
  const { user, prompt, run, expectWhole } = await asking("!hang");
  const answer = run();
  await held(prompt);
  const [{ runId }] = (await bodyOf(await user.ask("/spells/demo/runs"))).data;
  expect((await user.ask(`/spells/demo/runs/${runId}`, { method: "DELETE" })).status).toBe(200);
  const problem = await problemOf(await answer);
  expect([problem.status, problem.code]).toEqual([409, "cancelled"]);
  await expectWhole();
});

row("A provider drips its answer word by word", "the run completes with all of it", async () => {
  const { prompt, run, expectWhole } = await asking("!slow");
  expect((await bodyOf(await run())).outputs.out).toContain(prompt);
  await expectWhole();
});

row(
  "A provider closes the connection, before its answer or in the middle",
  "asked again under the same key; where it does so always, provider_error after a bounded number of attempts",
  async () => {
    const faults = ["!drop", "!cut"];
    for (const fault of faults) {
      // What was streamed already is not taken back in secret: there the node's own attempts count.
      const once = await asking(`${fault}:1`, fault === "!cut" ? { retries: 1, retryDelayMs: 1 } : {});
      expect([fault, (await once.run()).status]).toEqual([fault, 200]);
      const requests = await requestsWith(once.prompt);
      expect(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
      expect(requests.length).toBe(2);
      const always = await asking(fault);
      const problem = await problemOf(await always.run());
      expect([fault, problem.code]).toEqual([fault, "provider_error"]);
      expect((await requestsWith(always.prompt)).length).toBeLessThanOrEqual(3);
      await always.expectWhole();
    }
    return faults.length * 2;
  },
);

row(
  "A provider answers 429 with Retry-After",
  "waited for and asked again; one that asks for more patience than there is, is told with when to come back",
  async () => {
    const patient = await asking("!429:1:1");
    expect((await patient.run()).status).toBe(200);
    expect(await requestsWith(patient.prompt)).toHaveLength(2);
    const hopeless = await asking("!429:9:3600");
    const problem = await problemOf(await hopeless.run());
    expect([problem.code, problem.detail]).toEqual(["provider_error", expect.stringContaining("429")]);
    expect(await requestsWith(hopeless.prompt)).toHaveLength(1);
    await hopeless.expectWhole();
    return 2;
  },
);

row(
  "A storm of 500, 502, 503, 504",
  "a bounded number of attempts each, one end for each run, none of them touches the others",
  async () => {
    const storm = await Promise.all(
      ["!500", "!502", "!503", "!504", "!500:1", "!503:2"].map(async (fault) => ({
        fault,
        ...(await asking(fault)),
      })),
    );
    await Promise.all(
      storm.map(async ({ fault, run, prompt, expectWhole }) => {
        const response = await run();
        if (fault.includes(":")) expect([fault, response.status]).toEqual([fault, 200]);
        else expect([fault, (await problemOf(response)).code]).toEqual([fault, "provider_error"]);
        const asked = await requestsWith(prompt);
        expect([fault, asked.length <= 3]).toEqual([fault, true]);
        await expectWhole();
      }),
    );
    return storm.length;
  },
);

row(
  "A provider answers with garbage: a web page, half a JSON, another shape, an error inside, 11 MB, a stream that just ends",
  "provider_error in words, or the text that came; never a fault of ours",
  async () => {
    const faults = [
      "!html",
      "!malformed",
      "!shape",
      "!inside",
      "!huge",
      "!end",
      "!done",
      "!plain",
      "!redirect",
    ];
    await Promise.all(
      faults.map(async (fault) => {
        const { run, expectWhole } = await asking(fault);
        const response = await run();
        const body = await bodyOf(response);
        expect([fault, response.status, body.code ?? "ok"]).toEqual([
          fault,
          expect.toBeOneOf([200, 422]),
          expect.toBeOneOf(["ok", "provider_error", "too_large"]),
        ]);
        await expectWhole();
      }),
    );
    return faults.length;
  },
);
