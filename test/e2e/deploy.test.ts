/** `npm run deploy` as it is called, against a fake of Cloudflare's API on loopback; no account is reached. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultLimits } from "../../scripts/default-limits.ts";
import { configOf, readDeployConfig } from "../../scripts/deploy/config.ts";
import { missingSecrets, withResources } from "../../scripts/deploy/resources.ts";
import { inProject, migrationsDir } from "../../scripts/project.ts";
import { type FakeCloudflare, startFakeCloudflare } from "../helpers/cloudflare-api.ts";

let cloudflare: FakeCloudflare;
beforeAll(async () => {
  cloudflare = await startFakeCloudflare();
  // wrangler's own settings, of this process and so of what it starts.
  process.env.CLOUDFLARE_API_BASE_URL = cloudflare.url;
  process.env.CLOUDFLARE_API_TOKEN = "a token of the test";
  process.env.CLOUDFLARE_ACCOUNT_ID = "account";
});
afterAll(() => cloudflare.close());

async function deploy(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [inProject("scripts/deploy.ts"), ...args], {
    cwd: inProject(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
  await new Promise((resolve) => child.on("close", resolve));
  return { code: child.exitCode, output };
}

const staging = "spellrunner-staging";
const made = (): string[] =>
  cloudflare.requests.filter((request) => /^POST \/(?:d1\/database|storage\/kv\/namespaces)$/.test(request));

describe("npm run deploy", () => {
  it("makes database, namespace and secrets of a new environment, migrates, and deploys under its own names", async () => {
    const { code, output } = await deploy("--env", "staging");
    expect(code, output).toBe(0);
    expect([...cloudflare.namespaces.values()]).toEqual([{ title: `${staging}-cache` }]);
    const [[id, database] = [], ...others] = [...cloudflare.databases];
    expect(others).toEqual([]);
    expect(database?.name).toBe(staging);
    const applied = database?.sql.prepare("SELECT name FROM d1_migrations ORDER BY id").all();
    expect(applied?.map(({ name }) => name)).toEqual(readdirSync(migrationsDir).toSorted());
    const worker = cloudflare.workers.get(staging);
    expect(worker?.deployed.length).toBe(1);
    expect([...(worker?.secrets.keys() ?? [])]).toEqual(["AUTH_SECRET", "SECRETS_KEY"]);
    for (const secret of worker?.secrets.values() ?? []) expect(secret.length).toBeGreaterThanOrEqual(43);
    const { bindings = [] } = worker?.versions[0]?.metadata ?? {};
    expect(bindings.find(({ name }) => name === "DB")).toMatchObject({ id });
    for (const binding of bindings)
      if (binding.type === "service") expect(binding.service, binding.name).toBe(staging);
    for (const secret of worker?.secrets.values() ?? []) expect(output).not.toContain(secret);
  });

  it("gives an environment nothing of another's, and a user's limits unless they are set", () => {
    const production = {
      name: "spellrunner",
      main: "src/worker.ts",
      routes: ["example.com/*"],
      vars: { PUBLIC_URL: "https://example.com", USER_MAX_RUNS: "5" },
      d1_databases: [{ binding: "DB", database_name: "mine", database_id: "1234" }],
      kv_namespaces: [{ binding: "CACHE", id: "5678" }],
      services: [{ service: "spellrunner" }, { service: "another" }],
      ratelimits: [{ namespace_id: "8401" }],
      env: { live: { routes: ["live.example.com/*"], kv_namespaces: [{ binding: "CACHE", id: "9" }] } },
    };
    const limits = { ...defaultLimits, USER_MAX_JOURNAL_BYTES: "off" };
    const settings = { USER_MAX_JOURNAL_BYTES: "off" };
    expect(configOf(production, "live", settings)).toEqual({
      name: "spellrunner-live",
      main: "src/worker.ts",
      routes: ["live.example.com/*"],
      vars: limits,
      d1_databases: [{ binding: "DB", database_name: "mine-live" }],
      kv_namespaces: [{ binding: "CACHE", id: "9" }],
      services: [{ service: "spellrunner-live" }, { service: "another" }],
      ratelimits: [{ namespace_id: expect.stringMatching(/^8401\d{5}$/) as string }],
    });
    expect(configOf(production, "other", {})).not.toHaveProperty("routes");
    const { env: _env, ...itself } = production;
    const vars = { ...production.vars, ...limits, USER_MAX_RUNS: "5" };
    expect(configOf(production, undefined, settings)).toEqual({ ...itself, vars });
  });

  it("finds again what it has made, and makes no secret a second time", async () => {
    const before = made().length;
    const config = await readDeployConfig("staging");
    const { d1_databases: databases, kv_namespaces: namespaces } = await withResources(config);
    expect(databases.map(({ database_id: id }) => id)).toEqual([...cloudflare.databases.keys()]);
    expect(namespaces.map(({ id }) => id)).toEqual([...cloudflare.namespaces.keys()]);
    expect(made().length).toBe(before);
    expect(await missingSecrets(config)).toEqual({});
    // One that comes later is the only one that is made.
    cloudflare.workers.get(staging)?.secrets.delete("SECRETS_KEY");
    expect(Object.keys(await missingSecrets(config))).toEqual(["SECRETS_KEY"]);
  });

  it("leaves the secret of tokens away where they come from an issuer", async () => {
    const config = { ...(await readDeployConfig("of-others")), vars: { AUTH_ISSUERS: "[]" } };
    expect(Object.keys(await missingSecrets(config))).toEqual(["SECRETS_KEY"]);
  });

  it("gives the version before back", async () => {
    const worker = cloudflare.workers.get(staging);
    const [first] = worker?.deployed ?? [];
    worker?.versions.unshift({ id: "the-second", metadata: { bindings: [] } });
    worker?.deployed.unshift("the-second");
    const { code, output } = await deploy("--env", "staging", "--rollback");
    expect(code, output).toBe(0);
    expect(worker?.deployed[0]).toBe(first);
  });

  it("tells with --dry-run what it would do, and asks nobody", async () => {
    const before = cloudflare.requests.length;
    const { code, output } = await deploy("--rollback", "--dry-run");
    expect(code, output).toBe(0);
    expect(output).toMatch(/^ {2}wrangler rollback --name spellrunner /m);
    expect(cloudflare.requests.length).toBe(before);
  });

  it.each([
    ["an option that it does not know", ["--dry-rn"], "Unknown option '--dry-rn'"],
    ["a name that is none", ["--env", "Stage 1"], 'not "Stage 1"'],
    ["a version without --rollback", ["v1"], 'What is "v1"?'],
  ])("refuses %s before anything is built", async (_, args, message) => {
    const { code, output } = await deploy(...args);
    expect(code).toBe(1);
    expect(output).toContain(message);
  });
});
