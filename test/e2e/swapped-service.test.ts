/** Another Worker in the place of a service, by a line of wrangler.toml alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { buildWorker, describeWorker } from "../../scripts/build-worker.ts";
import { randomSecret, signToken } from "../../scripts/identity.ts";
import { projectDir, wranglerConfig } from "../../scripts/project.ts";
import { startRuntime } from "../../scripts/runtime.ts";

/** As somebody else would write it: it speaks the small interface of the cache service, and knows nothing of this project. */
const otherCache = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  const kept = new Map();
  export class Cache extends WorkerEntrypoint {
    async get(call, key) {
      const value = kept.get(call.userId + " " + key);
      return value === undefined ? null : { value: "the other one has " + value };
    }
    async set(call, key, value) { kept.set(call.userId + " " + key, value); }
    async delete(call, key) { kept.delete(call.userId + " " + key); }
  }
  export default { fetch: () => new Response("nothing here", { status: 404 }) };`;

const spell = {
  format: "spellrunner@1",
  id: "cached",
  name: "cached",
  version: 0,
  nodes: {
    start: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    set: {
      component: "Service",
      position: [0, 0],
      data: { service: "cache", method: "set", request: { key: "k", value: "it" } },
    },
    get: {
      component: "Service",
      position: [0, 0],
      data: { service: "cache", method: "get", request: { key: "k" } },
    },
    out: { component: "Output", position: [0, 0], data: { name: "out" } },
  },
  edges: {
    a: { from: ["start", "trigger"], to: ["set", "trigger"] },
    b: { from: ["set", "trigger"], to: ["get", "trigger"] },
    c: { from: ["get", "trigger"], to: ["out", "trigger"] },
    d: { from: ["get", "result"], to: ["out", "input"] },
  },
};

it("the cache service is another Worker where wrangler.toml names one, for nodes and over HTTP", async () => {
  const folder = mkdtempSync(join(projectDir, "node_modules/.cache/swapped-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ours = 'binding = "CACHE_SERVICE"\nservice = "spellrunner"\nentrypoint = "CacheEntrypoint"';
  const theirs = 'binding = "CACHE_SERVICE"\nservice = "other-cache"\nentrypoint = "Cache"';
  const text = readFileSync(wranglerConfig, "utf8");
  expect(text).toContain(ours);
  const config = join(folder, "wrangler.toml");
  writeFileSync(config, text.replace(ours, theirs).replace('main = "src/', `main = "${projectDir}/src/`));

  const built = { ...(await buildWorker()), ...(await describeWorker(config)) };
  const vars = { AUTH_SECRET: randomSecret() };
  const beside = [
    { name: "other-cache", modules: true, script: otherCache, compatibilityDate: "2026-10-15" },
  ];
  const runtime = await startRuntime({ vars, build: built, beside });
  onTestFinished(() => runtime.close());
  const token = await signToken(vars, "alice", 1);
  const ask = async (path: string, method: string, body: unknown) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(runtime.url + path, { method, headers, body: JSON.stringify(body) });
    expect(response.ok).toBe(true);
    return (await response.json()) as { outputs?: unknown };
  };
  await ask("/spells/cached", "PUT", spell);
  expect((await ask("/spells/cached/run", "POST", {})).outputs).toEqual({
    out: { value: "the other one has it" },
  });
  expect(await ask("/services/cache/get", "POST", { key: "k" })).toEqual({ value: "the other one has it" });
});
