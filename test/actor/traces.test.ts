/** Spans of runs, nodes and service calls where an invocation is sampled, and W3C Trace Context passed on in any case. */
import { AsyncLocalStorage } from "node:async_hooks";
import { tracing } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { traceparentOf } from "../../src/platform/trace.ts";
import { bodyOf, userNamed } from "../helpers/api.ts";
import { requestsWith } from "../helpers/provider.ts";
import { spell } from "../helpers/spells.ts";

interface Made {
  name: string;
  parent?: Made | undefined;
  attributes: Record<string, unknown>;
  status?: string;
  ended: number;
}

/** A tracer in the place of the platform's, which samples nothing in tests. */
function sampled(): Made[] {
  const spans: Made[] = [];
  const active = new AsyncLocalStorage<Made>();
  const of = (made: Made) => ({
    made,
    isTraced: true,
    setAttributes: (more: object) => Object.assign(made.attributes, JSON.parse(JSON.stringify(more))),
    setStatus: ({ code }: { code: string }) => (made.status = code),
    updateName: (name: string) => (made.name = name),
    spanContext: () => ({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: String(spans.indexOf(made) + 1).padStart(16, "0"),
    }),
    end: () => (made.ended += 1),
  });
  const make = (name: string): Made => {
    const made: Made = { name, parent: active.getStore(), attributes: {}, ended: 0 };
    spans.push(made);
    return made;
  };
  const root = of(make("request"));
  const fake = {
    getActiveSpan: () => root,
    startActiveSpan: (name: string, act: (span: unknown) => unknown) => {
      const made = make(name);
      return active.run(made, () => act(of(made)));
    },
  };
  for (const [name, method] of Object.entries(fake))
    vi.spyOn(tracing, name as "startActiveSpan").mockImplementation(method as never);
  return spans;
}
afterEach(() => vi.restoreAllMocks());

let count = 0;
async function generating(fewshot: string) {
  const user = userNamed(`traced-${(count += 1)}`);
  const document = spell(
    { start: "Trigger In", g: { is: "Generator", data: { fewshot } }, out: "Output:out" },
    `start.trigger > g.trigger
     g.trigger > out.trigger
     g.result > out.input`,
  );
  await user.ask("/spells/demo", { method: "PUT", body: document });
  const run = (headers: Record<string, string> = {}) => user.ask("/spells/demo/run", { body: {}, headers });
  return { user, run };
}

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("A run of a sampled request", () => {
  it("has spans of itself, its nodes and its service calls, each below its own, each ended once", async () => {
    const prompt = `planted prompt ${Math.random()}`;
    const { run } = await generating(prompt);
    const spans = sampled();
    const { runId } = await bodyOf(await run());
    const named = (name: string): Made => {
      const found = spans.find((span) => span.name === name);
      if (found === undefined)
        throw new Error(`no span ${name} among ${spans.map((one) => one.name).join(", ")}`);
      return found;
    };
    const ran = named("run");
    expect(ran.attributes).toMatchObject({
      "spellrunner.run.id": runId,
      "spellrunner.spell.id": "demo",
      "spellrunner.run.status": "completed",
    });
    const node = named("node Generator");
    expect(node.parent).toBe(ran);
    expect(node.attributes).toMatchObject({ "spellrunner.node.id": "g", "spellrunner.node.visit": "1" });
    const call = spans.find(({ name }) => name.startsWith("completion."));
    expect(call?.parent).toBe(node);
    expect(call?.attributes).toMatchObject({
      "rpc.service": "completion",
      "gen_ai.operation.name": expect.any(String),
    });
    const request = spans[0];
    expect(request?.name).toBe("POST /spells/:id/run");
    expect(request?.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/spells/:id/run",
      "http.response.status_code": 200,
    });
    for (const { name, ended, status } of spans.slice(1))
      expect([name, ended, status]).toEqual([name, 1, "ok"]);
    expect(JSON.stringify(spans.map(({ attributes }) => attributes))).not.toContain("planted");
    // The provider knows by which call it was asked.
    const [asked] = await requestsWith(prompt);
    expect(asked?.headers.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-\d{16}-01$/);
  });

  it("says by code alone what failed", async () => {
    const { run } = await generating(`!400 planted ${Math.random()}`);
    const spans = sampled();
    expect((await run()).status).toBe(422);
    const failed = spans.filter(({ status }) => status === "error");
    expect(failed.map(({ attributes }) => attributes["error.type"])).toEqual([
      "provider_error",
      "provider_error",
      "provider_error",
    ]);
    expect(JSON.stringify(failed.map(({ attributes }) => attributes))).not.toContain("planted");
  });
});

describe("A request's traceparent", () => {
  it("goes on to the provider, also where nothing is sampled", async () => {
    const prompt = `passed on ${Math.random()}`;
    const { run } = await generating(prompt);
    expect((await run({ traceparent })).status).toBe(200);
    expect((await requestsWith(prompt))[0]?.headers.traceparent).toBe(traceparent);
  });

  it("is not made up where there is none, and what is none is ignored", async () => {
    const prompt = `none ${Math.random()}`;
    const { run } = await generating(prompt);
    expect((await run({ traceparent: "00-zz-yy-01" })).status).toBe(200);
    expect((await requestsWith(prompt))[0]?.headers).not.toHaveProperty("traceparent");
    for (const bad of [
      "",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      `${traceparent}-x`,
      `01${traceparent.slice(2)}`,
    ])
      expect(traceparentOf(bad)).toBeUndefined();
  });
});
