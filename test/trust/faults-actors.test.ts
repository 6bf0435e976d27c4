/** Actors and services that cannot be reached, are missing, or are of another version. */
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { askedServices } from "../../src/actor/asked-services.ts";
import type { RunnerRpc } from "../../src/actor/rpc.ts";
import { RunnerParts } from "../../src/actor/runner-parts.ts";
import { SpellsEntrypoint } from "../../src/actor/spells-entrypoint.ts";
import type { Env } from "../../src/env.ts";
import { app } from "../../src/http/app.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { SpellDocument } from "../../src/protocol/spell.ts";
import { baseUrl, bodyOf, userNamed } from "../helpers/api.ts";
import { faultTable } from "../helpers/fault-table.ts";
import { demoRunner } from "../helpers/runners.ts";
import { spell } from "../helpers/spells.ts";
import { thrownBy } from "../helpers/thrown.ts";

const env = bindings as unknown as Env;
const row = faultTable();

let count = 0;
async function saved(document: SpellDocument) {
  const user = userNamed(`trust-actors-${(count += 1)}`);
  expect((await user.ask("/spells/demo", { method: "PUT", body: document })).status).toBe(201);
  return user;
}
const plain = spell(
  {
    start: "Trigger In",
    text: { is: "Universal Input", data: { name: "text", text: "x" } },
    out: "Output:out",
  },
  `start.trigger > out.trigger
   text.output > out.input`,
);
const generating = spell(
  { start: "Trigger In", g: { is: "Generator", data: { fewshot: "p" } }, out: "Output:out" },
  `start.trigger > g.trigger
   g.trigger > out.trigger
   g.result > out.input`,
);

/** What the platform throws in the place of an answer. */
const failures = {
  retryable: Object.assign(new Error("Network connection lost."), { retryable: true }),
  overloaded: Object.assign(new Error("Durable Object is overloaded. Too many requests queued."), {
    overloaded: true,
    retryable: true,
  }),
  reset: Object.assign(new Error("Durable Object reset because its code was updated."), {
    durableObjectReset: true,
    retryable: true,
  }),
};

/** A namespace whose every actor answers every call with that. */
const away = (error: Error, times = Number.POSITIVE_INFINITY) => {
  let asked = 0;
  const actor = new Proxy(
    {},
    {
      get: () => async () => {
        asked += 1;
        if (asked <= times) throw error;
      },
    },
  );
  return { actor, namespace: { getByName: () => actor } as never, asked: () => asked };
};

row(
  "The manager cannot be reached when a runner loads",
  "tried once more; else overloaded with Retry-After and not an internal fault, and no run is made",
  async () => {
    const user = await saved(plain);
    await runInDurableObject(demoRunner(user.name), async (_, state) => {
      for (const error of Object.values(failures)) {
        const parts = new RunnerParts(state, { ...env, SPELL_MANAGER: away(error).namespace });
        const answer = await thrownBy(parts.answers.run({}));
        expect(answer).toMatchObject({ code: "overloaded", retryAfter: expect.any(Number) });
        expect(parts.runs.list(1, undefined, undefined).runs).toEqual([]);
      }
      const passing = new RunnerParts(state, {
        ...env,
        SPELL_MANAGER: away(failures.retryable, 1).namespace,
      });
      expect(await passing.answers.run({})).toMatchObject({ ok: true });
    });
    return 4;
  },
);

row(
  "The manager cannot be reached in the middle of a runner's life",
  "warm runs, edits and usage go on; limits give way for five seconds at a time",
  async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    vi.spyOn(console, "error").mockImplementation(() => {});
    const user = await saved(plain);
    await runInDurableObject(demoRunner(user.name), async (_, state) => {
      const manager = away(failures.retryable);
      let isAway = false;
      const real = env.SPELL_MANAGER;
      const SPELL_MANAGER = {
        getByName: (name: string) => (isAway ? manager.actor : real.getByName(name)),
      };
      const parts = new RunnerParts(state, {
        ...env,
        SPELL_MANAGER: SPELL_MANAGER as never,
        USER_MAX_RUNS: "5",
        USER_MAX_CONNECTIONS: "5",
      });
      await parts.spell.get();
      isAway = true;
      expect(await parts.answers.run({})).toMatchObject({ ok: true });
      expect(await parts.answers.run({})).toMatchObject({ ok: true });
      expect(await parts.admission.refusal()).toBeNull();
      await parts.spellChanged("other", 7);
      expect(manager.asked()).toBeGreaterThan(0);
    });
    expect(warn.mock.calls.length).toBeGreaterThan(0);
    vi.restoreAllMocks();
    return 4;
  },
);

row(
  "A runner cannot be reached from the Worker",
  "reads are tried once more, runs are not; 503 with Retry-After",
  async () => {
    const user = await saved(plain);
    let cases = 0;
    for (const error of Object.values(failures))
      for (const [path, method] of [
        ["/spells/demo/run", "POST"],
        ["/spells/demo/runs", "GET"],
        ["/spells/demo/runner", "GET"],
      ] as const) {
        cases += 1;
        const runner = away(error);
        const request = new Request(baseUrl + path, {
          method,
          headers: { authorization: `Bearer ${await user.token}` },
        });
        const response = await app.fetch(
          request,
          { ...env, SPELL_RUNNER: runner.namespace },
          createExecutionContext(),
        );
        expect([path, response.status, (await bodyOf(response)).code]).toEqual([path, 503, "overloaded"]);
        expect(response.headers.has("retry-after")).toBe(true);
        const isTwice = method === "GET" && error !== failures.overloaded;
        expect([path, error.message, runner.asked()]).toEqual([path, error.message, isTwice ? 2 : 1]);
      }
    return cases;
  },
);

row(
  "A service cannot be reached from the Worker",
  "503 overloaded with Retry-After, and its call is not made twice",
  async () => {
    const token = await userNamed("trust-actors-service").token;
    for (const error of Object.values(failures)) {
      const service = away(error);
      const request = new Request(`${baseUrl}/services/entities`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const ENTITIES = service.actor as never;
      const response = await app.fetch(request, { ...env, ENTITIES }, createExecutionContext());
      expect([response.status, (await bodyOf(response)).code]).toEqual([503, "overloaded"]);
      expect([response.headers.has("retry-after"), service.asked()]).toEqual([true, 1]);
    }
    return 3;
  },
);

row(
  "A runner cannot be reached from the spells service",
  "overloaded, which a node may try again under the same key",
  async () => {
    const user = await saved(plain);
    for (const error of Object.values(failures)) {
      const service = new SpellsEntrypoint(createExecutionContext(), {
        ...env,
        SPELL_RUNNER: away(error).namespace,
      });
      const call = { userId: user.name };
      expect(await thrownBy(service.run(call, { spell: "demo", inputs: {} }))).toMatchObject({
        code: "overloaded",
        retryable: true,
      });
      expect(await thrownBy(service.push(call, { spell: "demo", value: 1 }))).toMatchObject({
        code: "overloaded",
      });
    }
    return 6;
  },
);

/** Runs the spell on a runner with other bindings. */
async function runWith(document: SpellDocument, other: Partial<Env>) {
  const user = await saved(document);
  return runInDurableObject(demoRunner(user.name), async (_, state) => {
    const parts = new RunnerParts(state, { ...env, ...other });
    const answer = await parts.answers.run({});
    return answer.ok ? { outputs: JSON.parse(answer.json).outputs } : { error: answer.error };
  });
}

row(
  "A service binding is missing",
  "not_configured with the binding's name, at the node that needs it, and nowhere else",
  async () => {
    const missing = { COMPLETION: undefined } as unknown as Partial<Env>;
    expect(await runWith(generating, missing)).toMatchObject({
      error: { code: "not_configured", nodeId: "g", message: expect.stringContaining("COMPLETION") },
    });
    expect(await runWith(plain, missing)).toMatchObject({ outputs: { out: "x" } });
    return 2;
  },
);

row(
  "A service is of an older version and lacks the method",
  "not_configured in words: deploy it anew",
  async () => {
    // The runtime says so of a stub, and JavaScript of an object.
    const older = [
      new Proxy(
        {},
        {
          get: (_, verb) => () =>
            Promise.reject(new TypeError(`The RPC receiver does not implement "${String(verb)}".`)),
        },
      ),
    ];
    for (const COMPLETION of older)
      expect(await runWith(generating, { COMPLETION } as unknown as Partial<Env>)).toMatchObject({
        error: { code: "not_configured", message: expect.stringContaining("another version") },
      });
    const real = await thrownBy(
      (
        askedServices({ completion: env.COMPLETION }) as unknown as Record<
          string,
          Record<string, (call: object) => Promise<unknown>>
        >
      )["completion"]!["notYetInvented"]!({ userId: "u" }),
    );
    expect(real).toMatchObject({ code: "not_configured" });
    return 2;
  },
);

row(
  "A service is of a newer version: fields more in its answer, a code that nobody knows in its failure",
  "what is known is taken; an unknown code is a fault of ours with an id, never a hang",
  async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const chunk = (value: object) => new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    const streaming = (...chunks: object[]) =>
      new Proxy(
        {},
        {
          get: () => () =>
            Promise.resolve(
              new ReadableStream({
                start: (controller) => {
                  for (const one of chunks) controller.enqueue(chunk(one));
                  controller.close();
                },
              }),
            ),
        },
      );
    const result = {
      text: "said",
      model: "m",
      finishReason: "stop",
      usage: { inputTokens: 1, outputTokens: 1 },
      invented: { later: true },
    };
    const newer = streaming({ type: "delta", text: "sa", more: 1 }, { type: "result", result, more: 2 });
    expect(await runWith(generating, { COMPLETION: newer } as unknown as Partial<Env>)).toMatchObject({
      outputs: { out: expect.stringContaining("sa") },
    });
    const refusing = new Proxy(
      {},
      { get: () => () => Promise.reject(Object.assign(new Error("no"), { code: "invented_later" })) },
    );
    expect(await runWith(generating, { COMPLETION: refusing } as unknown as Partial<Env>)).toMatchObject({
      error: { code: "internal", errorId: expect.any(String), nodeId: "g" },
    });
    vi.restoreAllMocks();
    return 2;
  },
);

row(
  "A service's Worker is restarted or has too much to do",
  "overloaded, which the node tries again where it is told to",
  async () => {
    for (const error of Object.values(failures)) {
      const COMPLETION = new Proxy({}, { get: () => () => Promise.reject(error) });
      expect(await runWith(generating, { COMPLETION } as unknown as Partial<Env>)).toMatchObject({
        error: { code: "overloaded", nodeId: "g" },
      });
    }
    const retrying = structuredClone(generating);
    Object.assign(retrying.nodes["g"] ?? {}, { settings: { retries: 1, retryDelayMs: 1 } });
    let asked = 0;
    const passing = new Proxy(env.COMPLETION, {
      get:
        (target, verb) =>
        (...args: unknown[]) =>
          (asked += 1) === 1
            ? Promise.reject(failures.reset)
            : Reflect.apply(Reflect.get(target, verb) as () => unknown, target, args),
    });
    expect(await runWith(retrying, { COMPLETION: passing })).toMatchObject({
      outputs: { out: expect.any(String) },
    });
    expect(asked).toBe(2);
    return 4;
  },
);

row(
  "A failure crosses between Workers",
  "its code and its words arrive, what is no failure of ours stays in the log",
  async () => {
    const told = new SpellError("rate_limited", "Slow down.", { retryAfter: 3 });
    const runner: Partial<RunnerRpc> = {
      getRun: () =>
        Promise.reject(Object.assign(new Error(told.message), { code: told.code, retryAfter: 3 })),
    };
    const user = await saved(plain);
    const request = new Request(`${baseUrl}/spells/demo/runs/x`, {
      headers: { authorization: `Bearer ${await user.token}` },
    });
    const SPELL_RUNNER = { getByName: () => runner } as never;
    const response = await app.fetch(request, { ...env, SPELL_RUNNER }, createExecutionContext());
    expect([response.status, await bodyOf(response)]).toEqual([
      429,
      expect.objectContaining({ code: "rate_limited", detail: "Slow down." }),
    ]);
  },
);
