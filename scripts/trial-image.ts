/**
 * Does what the Dockerfile says, without Docker, in temporary folders: its copies, its commands but those that change the system
 * itself, and its start, with nothing beside it that the image would not have.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Copy, DockerfileParser, type From, type Instruction } from "dockerfile-ast";
import { inProject, projectDir } from "./project.ts";

interface Stage {
  name: string | null;
  /** Stands for the root of its image. */
  root: string;
  instructions: Instruction[];
}

/** Of commands that need a system of their own: packages of Debian, folders at the root, another user. */
const ofTheSystem = /^(?:apt-get|mkdir \/)/;
const deadlineMs = 60_000;

export class TrialImage {
  readonly #dir = mkdtempSync(join(tmpdir(), "spell-image-"));
  readonly #stages: Stage[];
  readonly #environment: Record<string, string> = {};
  #workdir = "/";

  constructor() {
    const { stages } = stagesOf(readFileSync(inProject("Dockerfile"), "utf8"));
    this.#stages = stages.map((stage, i) => ({ ...stage, root: join(this.#dir, String(i)) }));
  }

  /** @param isWhole else the project, where the build has been done, stands for all stages but the last */
  build({ isWhole }: { isWhole: boolean }): void {
    for (const stage of isWhole ? this.#stages : this.#stages.slice(-1)) {
      mkdirSync(stage.root);
      for (const instruction of stage.instructions) this.#do(instruction, stage, isWhole);
    }
  }

  #do(instruction: Instruction, { root }: Stage, isWhole: boolean): void {
    const args = instruction.getArgumentsContent() ?? "";
    const cwd = join(root, this.#workdir);
    switch (instruction.getKeyword()) {
      case "WORKDIR":
        this.#workdir = args;
        mkdirSync(join(root, args), { recursive: true });
        return;
      case "ENV":
        for (const word of args.split(/\s+/)) {
          const [name = "", value = ""] = word.split("=");
          this.#environment[name] = value;
        }
        return;
      case "COPY": {
        const { from, sources, target } = copyOf(instruction as Copy);
        const stage = this.#stages.find(({ name }) => name === from);
        const base =
          from === undefined ? projectDir : isWhole ? join(stage?.root ?? "/nowhere", "app") : projectDir;
        for (const source of sources) {
          const path = join(base, from === undefined ? source : source.replace(/^\/app\//, ""));
          const isInto = target.endsWith("/") || (sources.length > 1 && statSync(path).isFile());
          cpSync(path, isInto ? join(cwd, target, basename(source)) : join(cwd, target), { recursive: true });
        }
        return;
      }
      case "RUN": {
        if (ofTheSystem.test(args)) return;
        const { status, stdout, stderr } = spawnSync("sh", ["-c", args.replaceAll(/\\\n/g, "")], {
          cwd,
          encoding: "utf8",
          env: environment({}),
        });
        assert.equal(status, 0, `RUN ${args}:\n${stdout}${stderr}`);
        return;
      }
      default:
    }
  }

  /** By the image's own command. Gives the address when it says that it is ready, and the image's own health check does. */
  async start(
    port: number,
  ): Promise<{ url: string; said: () => string; stop: () => Promise<number | null> }> {
    const last = this.#stages.at(-1);
    assert.ok(last);
    const [program = "", ...args] = execForm(last.instructions.find(is("CMD")));
    const check = execForm(last.instructions.find(is("HEALTHCHECK")));
    const settings = {
      ...this.#environment,
      HOST: "127.0.0.1",
      PORT: String(port),
      DATA_DIR: join(this.#dir, "data"),
    };
    // The project's own Node is the image's: the same major version.
    const node = inProject("node_modules/.bin/node");
    const options = { cwd: join(last.root, this.#workdir), env: environment(settings) };
    assert.equal(program, "node");
    const child = spawn(node, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => void (said += text));
    const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
    const deadline = Date.now() + deadlineMs;
    while (!said.includes("Spellrunner is ready on ")) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill("SIGKILL");
        assert.fail(`The image's command does not serve:\n${said}`);
      }
      await sleep(50);
    }
    assert.equal(spawnSync(node, check.slice(1), options).status, 0, "The health check fails.");
    return {
      url: `http://127.0.0.1:${port}`,
      said: () => said,
      stop: () => {
        child.kill("SIGTERM");
        return closed;
      },
    };
  }

  end(): void {
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** The stages of a Dockerfile. */
export function stagesOf(text: string): { stages: Omit<Stage, "root">[] } {
  const stages: Omit<Stage, "root">[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions())
    if (instruction.getKeyword() === "FROM")
      stages.push({ name: (instruction as From).getBuildStage(), instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  return { stages };
}

export function copyOf(instruction: Copy): { from: string | undefined; sources: string[]; target: string } {
  const words = instruction.getArguments().map((argument) => argument.getValue());
  const from = instruction.getFromFlag()?.getValue() ?? undefined;
  return { from, sources: words.slice(0, -1), target: words.at(-1) ?? "" };
}

const is =
  (keyword: string) =>
  (instruction: Instruction): boolean =>
    instruction.getKeyword() === keyword;

/** The words of `CMD ["node", …]`, also within a HEALTHCHECK. */
function execForm(instruction: Instruction | undefined): string[] {
  const text = instruction?.getRawArgumentsContent() ?? "";
  return JSON.parse(text.slice(text.indexOf("["))) as string[];
}

/** No setting and no npm of whoever calls, but the way to the registry of packages. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const ofTheNetwork =
    /^(?:PATH|HOME|npm_config_registry|(?:https?|no)_proxy|(?:NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)))$/i;
  const kept = Object.entries(process.env).filter(([name]) => ofTheNetwork.test(name));
  return { ...Object.fromEntries(kept), TMPDIR: tmpdir(), ...settings };
}
