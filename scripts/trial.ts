/** Commands of this project called as a user would call them, on a data folder and a port of their own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDir } from "./project.ts";

/** For what takes a second or two on an idle machine. */
const deadlineMs = 90_000;

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export class Trial {
  readonly dataDir: string = mkdtempSync(join(tmpdir(), "spell-trial-"));
  readonly port: number;
  readonly #groups: number[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  static async begin(): Promise<Trial> {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
    await new Promise((resolve) => server.close(resolve));
    return new Trial(port);
  }

  /** Ends what is still alive, and removes the data. */
  end(): void {
    for (const group of this.#groups) tryToKill(-group);
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Calls npm and waits for its end. */
  async npm(args: string[]): Promise<Result> {
    const { child, said, closed } = this.#spawn(args);
    if (await endsInTime(closed)) return { code: child.exitCode, ...said };
    tryToKill(-(child.pid ?? 0));
    return assert.fail(`npm ${args.join(" ")} did not end:\n${said.stdout}${said.stderr}`);
  }

  /** `npm start`, up to its last line. */
  async start(settings: Record<string, string> = {}) {
    const { child, said, closed } = this.#spawn(["start"], settings);
    const deadline = Date.now() + deadlineMs;
    while (!/^Try it:.*\n/m.test(said.stdout)) {
      if (child.exitCode !== null || Date.now() > deadline)
        assert.fail(`npm start is not ready:\n${said.stdout}${said.stderr}`);
      await sleep(50);
    }
    const url =
      /^Spellrunner is ready on (\S+)$/m.exec(said.stdout)?.[1] ??
      assert.fail(`No ready line:\n${said.stdout}`);
    const token =
      /Authorization: Bearer ([^"]+)/.exec(said.stdout)?.[1] ?? assert.fail(`No token:\n${said.stdout}`);
    return {
      url,
      token,
      /** What it has printed. */
      said: (): string => said.stdout,
      ask: (path: string, method = "GET", body?: unknown): Promise<Response> =>
        fetch(url + path, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      /** SIGTERM to npm alone, as a supervisor sends it. */
      stop: async (): Promise<void> => {
        child.kill("SIGTERM");
        // The server holds npm's pipes open until its own end.
        if (!(await endsInTime(closed))) assert.fail("npm start did not end after SIGTERM.");
      },
      /** Kills all of it at once, as a power cut does. */
      kill: async (): Promise<void> => {
        tryToKill(-(child.pid ?? 0));
        await closed;
      },
      /** Kills the server and nothing else, as the system does that runs out of memory. Its runtime stays behind. */
      killServer: (): void => {
        const { pid } = JSON.parse(readFileSync(join(this.dataDir, "server.json"), "utf8")) as {
          pid: number;
        };
        process.kill(pid, "SIGKILL");
      },
    };
  }

  #spawn(args: string[], settings: Record<string, string> = {}) {
    // A group of its own, so that whatever it started can be ended with it.
    const child = spawn("npm", args, {
      cwd: projectDir,
      env: { ...this.#environment(), ...settings },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    if (child.pid !== undefined) this.#groups.push(child.pid);
    const said = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
    return { child, said, closed: new Promise<void>((resolve) => child.on("close", () => resolve())) };
  }

  /** The caller's, but for settings that would decide who may do what, and whose npm this is. */
  #environment(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^(?:(?:AUTH|OPENAI|SPELLRUNNER|npm)_|HOST$)/.test(name),
    );
    return { ...Object.fromEntries(kept), DATA_DIR: this.dataDir, PORT: String(this.port) };
  }
}

const endsInTime = (closed: Promise<void>): Promise<boolean> =>
  Promise.race([closed.then(() => true), sleep(deadlineMs, false, { ref: false })]);

function tryToKill(pid: number): void {
  try {
    if (pid !== 0) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
