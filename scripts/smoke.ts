/**
 * Tries the commands as a user would: `npm start` with a spell that outlives it, `spell run` and `spell token`, the start of a
 * container. Those of the documentation are called by test/e2e/docs.test.ts. Prints a line a check; `--report FILE` writes the
 * counts as JSON. Exit code 1 when a check failed.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { killThrice } from "./killed-run.ts";
import { TrialImage } from "./trial-image.ts";
import { Trial } from "./trial.ts";

const trial = await Trial.begin();
let passed = 0;
let failed = 0;

try {
  await check("npm start serves, and a spell that is put runs", async () => {
    const server = await trial.start();
    try {
      assert.equal(server.url, `http://127.0.0.1:${trial.port}`);
      assert.equal((await fetch(`${server.url}/openapi.json`)).status, 200);
      assert.equal((await fetch(`${server.url}/spells`)).status, 401);
      assert.equal((await server.ask("/spells/smoke", "PUT", spell("output"))).status, 201);
      const run = await server.ask("/spells/smoke/run", "POST", { inputs: { text: "still here" } });
      assert.deepEqual(((await run.json()) as { outputs: unknown }).outputs, { text: "still here" });
    } finally {
      await server.stop();
    }
  });
  await check("the spell and its run are there after a restart", async () => {
    const server = await trial.start();
    try {
      assert.equal((await server.ask("/spells/smoke")).status, 200);
      const runs = (await (await server.ask("/spells/smoke/runs")).json()) as {
        data: { outputs: unknown }[];
      };
      assert.deepEqual(
        runs.data.map(({ outputs }) => outputs),
        [{ text: "still here" }],
      );
      const second = await trial.npm(["start"]);
      assert.equal(second.code, 1);
      assert.match(second.stderr, /is in use by process \d+/);
    } finally {
      await server.stop();
    }
  });
  await check("npm start takes over after a start that was killed", async () => {
    const killed = await trial.start();
    killed.killServer();
    const server = await trial.start();
    try {
      assert.equal((await server.ask("/spells/smoke")).status, 200);
    } finally {
      await server.stop();
    }
  });
  await check(
    "a run goes on after kill -9 at three points, each effect has one key, a tab misses nothing",
    () => killThrice(trial),
  );
  await check("spell run prints the nodes, then the outputs", async () => {
    const { code, stdout, stderr } = await trial.npm([
      "run",
      "spell",
      "--",
      "run",
      "examples/greeting.json",
      "--input",
      "name=Ada",
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^completed greet Code +visit 1/m);
    assert.deepEqual(JSON.parse(lastLine(stdout)), { greeting: "Hello, Ada!", letters: 3 });
  });
  await check("spell run finds the sub-spell beside the file", async () => {
    const lines = JSON.stringify(["one two", "three"]);
    const { code, stdout, stderr } = await trial.npm([
      "run",
      "spell",
      "--",
      "run",
      "examples/word-count.json",
      "--input",
      `lines:=${lines}`,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^completed count\/split String Processor visit 2/m);
    assert.deepEqual(JSON.parse(lastLine(stdout)), { total: 3, counts: [2, 1] });
  });
  await check("spell run of a spell that fails says where, with exit code 1", async () => {
    const path = join(trial.dataDir, "failing.json");
    writeFileSync(path, JSON.stringify(spell("failure")));
    const { code, stderr } = await trial.npm(["run", "spell", "--", "run", path]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: .*no bread.*\(code_error, node c, run /m);
  });
  await check("spell run starts the providers that an example brings, and asks every service", async () => {
    const example = ["examples/services.json", "--with", "examples/providers.ts"];
    const { code, stdout, stderr } = await trial.npm(["run", "spell", "--", "run", ...example]);
    assert.equal(code, 0, stderr);
    const outputs = JSON.parse(lastLine(stdout)) as Record<string, Record<string, unknown>>;
    assert.equal(Object.keys(outputs).length, 14);
    assert.deepEqual(outputs.recall, { value: "green" });
    assert.equal(outputs.completion?.text, "You said: Name a bird.");
  });
  await check("spell token prints a token of that user", async () => {
    const { code, stdout } = await trial.npm(["run", "spell", "--", "token", "--user", "alice"]);
    assert.equal(code, 0);
    const [, claims = ""] = lastLine(stdout).split(".");
    assert.equal((JSON.parse(Buffer.from(claims, "base64url").toString()) as { sub: string }).sub, "alice");
  });
  await check(
    "what the Dockerfile copies, installs and starts serves, signs up and keeps its data",
    async () => {
      const built = await trial.npm(["run", "build:server"]);
      assert.equal(built.code, 0, built.stderr);
      const image = new TrialImage();
      try {
        image.build({ isWhole: false });
        const signUp = { email: "ada@example.com", password: "a password of the smoke test" };
        for (const path of ["/auth/signup", "/auth/login"]) {
          const server = await image.start(trial.port);
          for (const page of ["/", "/docs/", "/openapi.json"])
            assert.equal((await fetch(server.url + page)).status, 200, page);
          const answer = await fetch(server.url + path, { method: "POST", body: JSON.stringify(signUp) });
          assert.equal(answer.ok, true, `${path}: ${await answer.text()}\n${server.said()}`);
          // A log is no place for a token.
          assert.doesNotMatch(server.said(), /Token/);
          assert.equal(await server.stop(), 0);
        }
      } finally {
        image.end();
      }
    },
  );
} finally {
  trial.end();
}

const report = process.argv.indexOf("--report");
if (report !== -1)
  writeFileSync(process.argv[report + 1] ?? "smoke.json", JSON.stringify({ passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;

async function check(name: string, test: () => Promise<void>): Promise<void> {
  try {
    await test();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}`);
    console.log(error);
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

/** From its start to an output that gives the input `text` back, or to a step that throws. */
function spell(next: "output" | "failure"): unknown {
  const step = { output: "o", failure: "c" }[next];
  return {
    format: "spellrunner@1",
    nodes: {
      s: { component: "Trigger In", position: [0, 0], data: { name: "start" } },
      t: { component: "Universal Input", position: [0, 100], data: { name: "text" } },
      o: { component: "Output", position: [200, 0], data: { name: "text" } },
      c: {
        component: "Code",
        position: [200, 100],
        data: { code: "function worker() { throw new Error('no bread'); }" },
      },
    },
    edges: {
      e1: { from: ["s", "trigger"], to: [step, "trigger"] },
      e2: { from: ["t", "output"], to: ["o", "input"] },
    },
  };
}
