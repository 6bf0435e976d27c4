/** Thoth's real spells with results that its own tests state, run by HTTP on the real runtime. */
import { describe, expect, inject, it } from "vitest";
import type { RecordedRequest } from "../helpers/openai-server.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";

interface Stated {
  inputs: Record<string, unknown>;
  initialState?: Record<string, unknown>;
  outputs: Record<string, unknown>;
  mocks?: { completion?: { calledWith?: Record<string, unknown>[] } };
}
interface Entry {
  file: string;
  format: string;
  repo: string;
  tests?: Stated[];
}

const files = inject("realSpells");
const entries: Entry[] =
  files === null ? [] : (JSON.parse(files["manifest.json"] ?? "") as { spells: Entry[] }).spells;
const thoth = entries.filter(({ file }) => file.startsWith("thoth-"));
const stated = thoth.filter(({ tests }) => tests !== undefined && tests.length > 0);

/** Our names of what the original asked of its completion function, and OpenAI's. */
const bodyKeys: Record<string, string> = {
  frequencyPenalty: "frequency_penalty",
  maxTokens: "max_tokens",
  prompt: "prompt",
  stop: "stop",
  temperature: "temperature",
};

async function completionsOf(runId: string): Promise<RecordedRequest[]> {
  const response = await fetch(`${inject("openAiUrl")}/__requests`);
  const requests = (await response.json()) as RecordedRequest[];
  return requests.filter(({ headers }) => headers["idempotency-key"]?.startsWith(`${runId}:`));
}

describe.skipIf(files === null)("a real spell of Thoth", () => {
  it("is among those with stated results", () => {
    expect(stated.length).toBeGreaterThanOrEqual(7);
  });

  for (const { file, tests = [] } of stated)
    for (const [i, test] of tests.entries())
      it(`gives its stated outputs: ${file} ${i + 1}`, async () => {
        const alice = userNamed(`thoth-${file}-${i}`);
        // Sub-spells first, as a user would save them.
        const inner = await alice.ask("/spells", { body: files?.["thoth-core-subSpell.json"] ?? "" });
        expect(inner.status).toBe(201);
        const put = await alice.ask("/spells", { body: files?.[file] ?? "" });
        const saved = await bodyOf(put);
        expect(put.status, JSON.stringify(saved)).toBe(201);
        // One of them has an edge into an input that its Code node does not declare, and needs what it carries.
        expect(saved.warnings.filter(({ code }: { code: string }) => code !== "unknown_input")).toEqual([]);
        const answer = await alice.ask(`/spells/${saved.id}/run`, {
          body: {
            inputs: test.inputs,
            ...(test.initialState === undefined ? {} : { state: test.initialState }),
          },
        });
        const result = await bodyOf(answer);
        expect(answer.status, JSON.stringify(result)).toBe(200);
        expect(result.outputs).toEqual(test.outputs);
        for (const expected of test.mocks?.completion?.calledWith ?? []) {
          const [request] = await completionsOf(result.runId);
          for (const [key, wire] of Object.entries(bodyKeys))
            expect((request?.body as Record<string, unknown> | undefined)?.[wire], wire).toEqual(
              expected[key],
            );
        }
      });

  for (const { file } of thoth)
    it(`is saved: ${file}`, async () => {
      const put = await userNamed("thoth-reader").ask(`/spells/${file}`, {
        method: "PUT",
        body: files?.[file] ?? "",
      });
      expect([200, 201], JSON.stringify(await bodyOf(put))).toContain(put.status);
    });
});
