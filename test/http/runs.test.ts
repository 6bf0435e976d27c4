import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../src/env.ts";
import { SpellRepository } from "../../src/db/spells.ts";
import { managerOf } from "../../src/http/actors.ts";
import { app } from "../../src/http/app.ts";
import { eventPage, isRunEnded } from "../../src/protocol/events.ts";
import { run, runList, runResult } from "../../src/protocol/runs.ts";
import { baseUrl, bodyOf, userNamed } from "../helpers/api.ts";
import { echoSpell } from "../helpers/documents.ts";
import { eventsOf } from "../helpers/event-stream.ts";

const user = userNamed("runs-user");
const start = (inputs: unknown, headers: Record<string, string> = {}) =>
  user.ask("/spells/io/run", { body: { inputs }, headers });
const sse = { accept: "text/event-stream" };

beforeAll(async () => {
  expect((await user.ask("/spells", { body: echoSpell("io") })).status).toBe(201);
});

describe("POST /spells/:id/run", () => {
  it("answers with the outputs of the run", async () => {
    const response = await start({ text: "hello" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(runResult.parse(await bodyOf(response))).toMatchObject({
      status: "completed",
      outputs: { text: "hello" },
    });
  });

  it("takes an empty body for a run without inputs, whose failure is a problem with run and node", async () => {
    const response = await user.ask("/spells/io/run", { method: "POST" });
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = await bodyOf(response);
    expect(problem).toMatchObject({ code: "missing_input", status: 422, nodeId: "in" });
    expect(problem.runId).toBeTypeOf("string");
  });

  it.each([
    ["a key that it does not know", { input: { text: "x" } }, "input"],
    ["inputs that are no object", { inputs: ["x"] }, "inputs"],
    ["a timeout below 1 ms", { timeoutMs: 0 }, "timeoutMs"],
    ["a concurrency that there is not", { concurrency: "all" }, "concurrency"],
    ["a list", [], ""],
  ])("refuses %s and names its path", async (_what, body, path) => {
    const response = await user.ask("/spells/io/run", { body });
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).errors).toMatchObject([{ path }]);
  });

  it("gives the run's events to who asks for a stream, and ends after the terminal one", async () => {
    const response = await start({ text: "hello" }, sse);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const events = await eventsOf(response);
    expect(events.map(({ data }) => data.type)).toEqual(events.map(({ event }) => event));
    expect(events.map(({ data }) => data.seq)).toEqual(events.map(({ id }) => id));
    expect(events.filter(({ data }) => isRunEnded(data))).toHaveLength(1);
    expect(events.at(-1)?.data).toMatchObject({ type: "run.completed", outputs: { text: "hello" } });
  });

  it("streams the events of a run that fails with status 200", async () => {
    const response = await start({}, sse);
    expect(response.status).toBe(200);
    expect((await eventsOf(response)).at(-1)).toMatchObject({
      event: "run.failed",
      data: { error: { code: "missing_input" } },
    });
  });

  it("prefers JSON where the caller does", async () => {
    const response = await start({ text: "x" }, { accept: "application/json, text/event-stream;q=0.5" });
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  it("refuses a body above 8 MiB and takes one of 2 MiB", async () => {
    expect((await start({ text: "x".repeat(8 * 1024 * 1024) })).status).toBe(413);
    const text = "y".repeat(2 * 1024 * 1024);
    const response = await start({ text });
    expect(response.status).toBe(200);
  });

  it("runs warm without the database", async () => {
    await start({ text: "warm" });
    const settings = env as unknown as Env;
    const away: Env = {
      ...settings,
      DB: new Proxy(settings.DB, {
        get: () => () => {
          throw new Error("a warm run asked the database");
        },
      }),
    };
    const warm = await app.fetch(
      new Request(`${baseUrl}/spells/io/run`, {
        method: "POST",
        body: JSON.stringify({ inputs: { text: "warm" } }),
        headers: { authorization: `Bearer ${await user.token}` },
      }),
      away,
      createExecutionContext(),
    );
    expect(warm.status).toBe(200);
  });
});

describe("a run that was", () => {
  let runId: string;
  beforeAll(async () => {
    runId = (await bodyOf(await start({ text: "kept" }))).runId;
  });

  it("is found by its id and in the list", async () => {
    const found = run.parse(await bodyOf(await user.ask(`/spells/io/runs/${runId}`)));
    expect(found).toMatchObject({ runId, status: "completed", outputs: { text: "kept" }, session: "main" });
    const { data } = runList.parse(
      await bodyOf(await user.ask("/spells/io/runs?limit=100&status=completed")),
    );
    expect(data.map((entry) => entry.runId)).toContain(runId);
  });

  it("gives its events as a page, from where the caller says", async () => {
    const all = await bodyOf(await user.ask(`/spells/io/runs/${runId}/events`));
    expect(all.events.length).toBeGreaterThan(1);
    expect(Object.keys(eventPage.shape)).toEqual(expect.arrayContaining(Object.keys(all)));
    const [first, ...rest] = all.events;
    const after = await bodyOf(await user.ask(`/spells/io/runs/${runId}/events?after=${first.seq}`));
    expect(after.events).toEqual(rest);
  });

  it("gives its events as a stream, from Last-Event-ID, and the same ones", async () => {
    const { events } = await bodyOf(await user.ask(`/spells/io/runs/${runId}/events`));
    const all = await eventsOf(await user.ask(`/spells/io/runs/${runId}/events`, { headers: sse }));
    expect(all.map(({ data }) => data)).toEqual(events);
    const headers = { ...sse, "last-event-id": String(events[0].seq) };
    const resumed = await eventsOf(await user.ask(`/spells/io/runs/${runId}/events`, { headers }));
    expect(resumed.map(({ data }) => data)).toEqual(events.slice(1));
  });

  it("cannot be cancelled any more", async () => {
    const response = await user.ask(`/spells/io/runs/${runId}`, { method: "DELETE" });
    expect(response.status).toBe(409);
  });

  it("is of its session alone", async () => {
    expect((await user.ask(`/spells/io/runs/${runId}?session=other`)).status).toBe(404);
  });
});

it.each(["", "/events", "/values/x"])(
  "answers 404 to a run that never was at …/runs/:runId%s",
  async (rest) => {
    for (const runId of ["0199d2c0-0000-7000-8000-000000000000", "x".repeat(65)]) {
      const response = await user.ask(`/spells/io/runs/${runId}${rest}`);
      expect(response.status).toBe(404);
      expect(await bodyOf(response)).toMatchObject({ code: "not_found" });
    }
  },
);

it.each([
  ["POST", "/spells/io/run?session=a%20b", "session"],
  ["GET", "/spells/io/runs?session=", "session"],
  ["GET", "/spells/io/runner?session=a/b", "session"],
  ["GET", "/spells/io/runs?limit=1000", "limit"],
  ["GET", "/spells/io/runs?status=lost", "status"],
  ["GET", "/spells/io/runs/x/events?after=-1", "after"],
])("refuses %s %s with the path of the fault", async (method, path, fault) => {
  const response = await user.ask(path, { method });
  expect(response.status).toBe(400);
  expect((await bodyOf(response)).errors).toMatchObject([{ path: fault }]);
});

it("refuses a Last-Event-ID that is no number", async () => {
  const response = await user.ask("/spells/io/runs/x/events", {
    headers: { ...sse, "last-event-id": "abc" },
  });
  expect(response.status).toBe(400);
});

it("runs the version that was saved last, as soon as its writer is answered", async () => {
  const changed = (name: string) => {
    const spell = echoSpell("changing");
    spell.nodes.out = { component: "Output", position: [200, 0], data: { name } };
    return spell;
  };
  for (const name of ["first", "second", "third"]) {
    await user.ask("/spells/changing", { method: "PUT", body: changed(name) });
    const response = await user.ask("/spells/changing/run", { body: { inputs: { text: "x" } } });
    expect((await bodyOf(response)).outputs).toEqual({ [name]: "x" });
  }
});

it("finds out at a run that the spell was deleted through another isolate, and asks the database again", async () => {
  const settings = env as unknown as Env;
  await user.ask("/spells", { body: echoSpell("short-lived") });
  let queries = 0;
  const counted: Env = {
    ...settings,
    DB: new Proxy(settings.DB, {
      get(db, key: keyof D1Database) {
        if (key === "prepare") queries += 1;
        return db[key].bind(db);
      },
    }),
  };
  const runIt = async (): Promise<number> => {
    const request = new Request(`${baseUrl}/spells/short-lived/run`, {
      method: "POST",
      body: JSON.stringify({ inputs: { text: "x" } }),
      headers: { authorization: `Bearer ${await user.token}` },
    });
    return (await app.fetch(request, counted, createExecutionContext())).status;
  };
  expect([await runIt(), await runIt(), queries]).toEqual([200, 200, 1]);
  // What another isolate would do: the same calls, past this one's memory.
  await new SpellRepository(settings.DB).remove(user.name, "short-lived");
  await managerOf(settings, user.name).spellDeleted("short-lived");
  expect([await runIt(), queries]).toEqual([404, 1]);
  expect([await runIt(), queries]).toEqual([404, 2]);
});
