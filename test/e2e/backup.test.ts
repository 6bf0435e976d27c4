/** `spell backup` and `spell restore`, from one user of a real server to another. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SpellrunnerClient } from "../../client/lib/index.ts";
import { inProject } from "../../scripts/project.ts";
import { type LiveServer, startLiveServer } from "../helpers/live-server.ts";

let server: LiveServer;
let ada: SpellrunnerClient;
let bo: SpellrunnerClient;
const dir = mkdtempSync(join(tmpdir(), "spell-backup-"));
const file = join(dir, "ada.ndjson");
beforeAll(async () => {
  server = await startLiveServer();
  ada = await server.client("ada");
  bo = await server.client("bo");
  await fill(ada);
}, 120_000);
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await server.close();
});

const greeting = (text: string): unknown => ({
  format: "spellrunner@1",
  name: "Greeting",
  nodes: {
    s: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
    t: {
      component: "Universal Input",
      position: [0, 100],
      data: { name: "t", useDefault: true, defaultValue: text },
    },
    o: { component: "Output", position: [200, 0], data: { name: "said" } },
  },
  edges: {
    e1: { from: ["s", "trigger"], to: ["o", "trigger"] },
    e2: { from: ["t", "output"], to: ["o", "input"] },
  },
});

async function fill(client: SpellrunnerClient): Promise<void> {
  for (const text of ["hello", "good morning", "good night"])
    await client.spells.put("greeting", greeting(text));
  await client.spells.put("other", greeting("other"));
  const documents = client.service("documents");
  const store = await documents.call<{ id: string }>("createStore", { name: "notes" });
  await documents.create({ content: "Cats sleep.", storeId: store.id, embedding: [0.25, -1.5, 1e-9] });
  // Twice the same is two documents, also there.
  for (let i = 0; i < 2; i++) await documents.create({ content: "Dogs bark." });
  for (let i = 0; i < 20; i++) await client.service("entities").create({ type: "task", data: { place: i } });
  await client
    .service("events")
    .create({ type: "conversation", content: "Hi", date: "2021-05-01T00:00:00Z" });
  await client
    .service("agents")
    .create({ name: "clerk", spellId: "greeting", bindings: [{ kind: "event", type: "conversation" }] });
  await client.secrets.set("OPENAI_API_KEY", "sk-a-key-of-the-test");
}

async function spell(user: string, ...args: string[]) {
  const child = spawn(process.execPath, [inProject("client/cli/main.ts"), ...args], {
    cwd: dir,
    env: {
      ...process.env,
      INIT_CWD: dir,
      SPELLRUNNER_URL: server.url,
      SPELLRUNNER_TOKEN: await server.tokenOf(user),
    },
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  await new Promise((resolve) => child.on("close", resolve));
  return { code: child.exitCode, ...said };
}

const everything = {
  spell: 4,
  store: 1,
  document: 3,
  entity: 20,
  event: 1,
  agent: 1,
};

describe("a user's backup", () => {
  it("holds all versions and rows, secrets by their names alone, and is its owner's", async () => {
    const { code, stdout, stderr } = await spell("ada", "backup", "ada.ndjson", "--json");
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { ...everything, secret: 1 } });
    const text = readFileSync(file, "utf8");
    expect(JSON.parse(text.split("\n")[0] ?? "")).toMatchObject({
      format: "spellrunner-backup@1",
      user: "ada",
    });
    expect(text).not.toContain("sk-a-key-of-the-test");
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it("comes back at another user with every version, and asks for the secrets", async () => {
    const { code, stdout, stderr } = await spell("bo", "restore", "ada.ndjson", "--json");
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      restored: everything,
      same: {},
      conflicts: [],
      missingSecrets: ["OPENAI_API_KEY"],
    });
    const { data } = await bo.spells.versions("greeting");
    expect(data.map(({ version }) => version)).toEqual([3, 2, 1]);
    for (const version of [1, 2, 3])
      expect(await bo.spells.version("greeting", version)).toEqual(
        await ada.spells.version("greeting", version),
      );
    expect((await bo.run("greeting")).outputs).toEqual({ said: "good night" });
    const cats = await bo.service("documents").find({ content: "Cats sleep." });
    const [store] = (await bo.service("documents").call<{ data: { id: string }[] }>("findStores")).data;
    expect(cats.data).toMatchObject([{ storeId: store?.id, embedding: [0.25, -1.5, 1e-9] }]);
    expect((await bo.service("entities").find({ $sort: { "data.place": 1 }, $limit: 1 })).total).toBe(20);
    expect((await bo.service("events").find()).data).toMatchObject([{ date: "2021-05-01T00:00:00Z" }]);
    expect((await bo.service("agents").find()).data).toMatchObject([{ name: "clerk", isRunning: false }]);
  });

  it("changes nothing when it comes again, and goes on where it was cut off", async () => {
    const [entity] = (await bo.service<{ id: string }>("entities").find()).data;
    await bo.service("entities").remove(entity?.id ?? "");
    await bo.spells.remove("other");
    const { code, stdout } = await spell("bo", "restore", "ada.ndjson", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      restored: { spell: 1, entity: 1 },
      same: { spell: 3, store: 1, document: 3, entity: 19, event: 1, agent: 1 },
    });
  });

  it("overwrites nothing: what differs is told, with exit code 1", async () => {
    const document = await bo.spells.get("greeting");
    await bo.spells.remove("greeting");
    await bo.spells.put("greeting", greeting("mine"));
    const { code, stderr } = await spell("bo", "restore", "ada.ndjson");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: The spell "greeting" is another one on the server from its version \d+ on/,
    );
    expect(await bo.spells.get("greeting")).not.toMatchObject({ nodes: document.nodes });
    expect((await bo.run("greeting")).outputs).toEqual({ said: "mine" });
  });

  it("records no event while an agent would answer it", async () => {
    const [clerk] = (await bo.service<{ id: string }>("agents").find()).data;
    const id = clerk?.id ?? "";
    await bo.service("agents").call("start", { id });
    const { code, stderr } = await spell("bo", "restore", "ada.ndjson");
    expect(code).toBe(1);
    expect(stderr).toContain('The agent "clerk" runs');
    await bo.service("agents").call("stop", { id });
  });

  it.each([
    ["was cut off", (text: string) => text.split("\n").slice(0, -2).join("\n"), "the end is missing"],
    ["lost a line", (text: string) => text.split("\n").toSpliced(3, 1).join("\n"), "it has 3 lines"],
    ["is another file", () => '{"format": "spellrunner@1"}\n', "line 1: format"],
    ["is empty", () => "", "the end is missing"],
    ["is no JSON", (text: string) => text.replace('{"kind"', "{kind"), "line 2: this is not JSON"],
  ])("is refused before anything is written where the file %s", async (_, change, message) => {
    const path = join(dir, "broken.ndjson");
    writeFileSync(path, change(readFileSync(file, "utf8")));
    const { code, stderr } = await spell("nobody", "restore", path);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect((await (await server.client("nobody")).spells.list()).data).toEqual([]);
  });
});
