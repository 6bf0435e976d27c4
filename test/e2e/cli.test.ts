/** The `spell` command against a real server, called as a user calls it. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProject } from "../../scripts/project.ts";
import { type LiveServer, startLiveServer } from "../helpers/live-server.ts";

let server: LiveServer;
let token: string;
const dir = mkdtempSync(join(tmpdir(), "spell-cli-"));
beforeAll(async () => {
  server = await startLiveServer();
  token = await server.tokenOf("cli");
}, 120_000);
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await server.close();
});

interface Called {
  code: number | null;
  stdout: string;
  stderr: string;
}

function call(...args: string[]): Promise<Called> & { says(text: string): Promise<void> } {
  const child = spawn(process.execPath, [inProject("client/cli/main.ts"), ...args], {
    cwd: dir,
    env: { ...process.env, SPELLRUNNER_URL: server.url, SPELLRUNNER_TOKEN: token, INIT_CWD: dir },
  });
  const said = { stdout: "", stderr: "" };
  const waiting: { text: string; done: () => void }[] = [];
  const take = (stream: "stdout" | "stderr") => (text: string) => {
    said[stream] += text;
    for (const { text: wanted, done } of waiting) if (said[stream].includes(wanted)) done();
  };
  child.stdout.setEncoding("utf8").on("data", take("stdout"));
  child.stderr.setEncoding("utf8").on("data", take("stderr"));
  const ended = new Promise<Called>((resolve) => {
    child.on("close", (code) => resolve({ code, ...said }));
  });
  const says = (text: string): Promise<void> =>
    new Promise((resolve) => waiting.push({ text, done: resolve }));
  return Object.assign(ended, { says });
}

const greeting = inProject("examples/greeting.json");
const json = ({ stdout }: Called): unknown => JSON.parse(stdout) as unknown;

describe("spell", () => {
  it("puts, lists, gets, exports and imports spells", async () => {
    expect(await call("put", greeting)).toMatchObject({ code: 0, stderr: "" });
    expect((await call("list")).stdout).toMatch(/^greeting +v1 +\d{4}-/m);
    expect(json(await call("list", "--json"))).toMatchObject([{ id: "greeting", version: 1 }]);
    expect(json(await call("get", "greeting"))).toMatchObject({ format: "spellrunner@1", id: "greeting" });
    await call("export", "greeting", "out.json");
    expect(JSON.parse(readFileSync(join(dir, "out.json"), "utf8"))).toMatchObject({ id: "greeting" });
    const imported = json(await call("import", join(dir, "out.json"), "--json")) as { id: string };
    expect(imported.id).not.toBe("greeting");
    expect(await call("get", "nothing")).toMatchObject({ code: 1 });
  });

  it("validates a file, with exit code 1 where it cannot run", async () => {
    expect(await call("validate", greeting)).toMatchObject({ code: 0 });
    const { code, stdout } = await call("validate", inProject("package.json"), "--json");
    expect(code, stdout).toBe(1);
  });

  it("runs, and tells of runs, their logs and what they did", async () => {
    const ran = await call("run", greeting, "--server", server.url, "--input", "name=Ada");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout.trimEnd().split("\n").at(-1)).toBe('{"greeting":"Hello, Ada!","letters":3}');
    const [run] = json(await call("runs", "greeting", "--json")) as { runId: string; status: string }[];
    expect(run?.status).toBe("completed");
    expect((await call("logs", "greeting", "--json")).code).toBe(0);
    const replayed = await call("replay", "greeting", run?.runId ?? "");
    expect(replayed.stdout).toContain("← greet (Code)");
    expect(replayed.stdout).toContain("run.completed");
    const steps = (await call("replay", "greeting", run?.runId ?? "", "--json")).stdout.trimEnd().split("\n");
    expect(JSON.parse(steps.at(-1) ?? "")).toMatchObject({ type: "run.end", end: { type: "run.completed" } });
  });

  it("watches a spell while it runs", async () => {
    const watching = call("watch", "greeting", "--once");
    await watching.says("greeting: live");
    await call("run", "greeting", "--input", "name=Bo");
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^completed greet Code/m);
    expect(stdout).toMatch(/^run.completed /m);
  });

  it("plays and pauses a spell's sources, and says why one without has nothing to play", async () => {
    const { code, stderr } = await call("play", "greeting");
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: /) as string });
    expect((await call("pause", "greeting")).stdout).toMatch(/^Paused/);
  });

  it("lists the services and their verbs", async () => {
    expect(json(await call("services", "--json"))).toMatchObject({
      spells: ["interface", "run", "push", "find", "get"],
      entities: ["find", "create", "get", "update", "patch", "remove"],
      cache: ["get", "set", "delete"],
    });
  });
});
