/** Runs a page's commands in one shell, as a reader has it open: in a folder of its own, against a server that is there. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inProject } from "../../scripts/project.ts";
import { type Block, type Command, commandsOf, isAsShown } from "./docs-pages.ts";

export interface ShellOptions {
  /** Where the page's files are written and its commands called. */
  dir: string;
  /** The repository that `npm run` means: this one, or a copy. */
  project: string;
  /** In place of `localhost:8787`. */
  host: string;
  environment: Record<string, string>;
  /** What `npm start` has said: the server is that of all pages. */
  started: string;
}

interface Ran extends Command {
  code: number;
  said: string;
}

const mark = "===command===";

/** Runs the blocks in order. Gives what went wrong, and how many commands were run. */
export async function runBlocks(
  blocks: readonly Block[],
  options: ShellOptions,
): Promise<{ count: number; faults: string[] }> {
  const commands: Command[] = [];
  for (const block of blocks) {
    if (block.skip !== undefined) continue;
    if (block.language === "console") commands.push(...commandsOf(block));
    else if (block.title !== undefined && block.language !== "diff")
      write(join(options.dir, block.title), block.text);
  }
  if (commands.length === 0) return { count: 0, faults: [] };
  const ran = await runAll(commands, options);
  const faults = ran.flatMap(({ text, printed, code, said }) => {
    if (code !== 0) return [`$ ${text}\nended with ${code}:\n${said}`];
    return isAsShown(printed, said)
      ? []
      : [`$ ${text}\nprinted\n${said}\nand the page shows\n${printed.join("\n")}`];
  });
  if (ran.length < commands.length)
    faults.push(`Only ${ran.length} of ${commands.length} commands were run.`);
  return { count: ran.length, faults };
}

export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A folder for a page: the examples beside it, and the package as an installed one. */
export function furnish(dir: string): void {
  symlinkSync(inProject("examples"), join(dir, "examples"));
  const library = join(dir, "node_modules/spellrunner");
  const exports = { "./client": "./client/lib/index.ts" };
  write(join(library, "package.json"), JSON.stringify({ name: "spellrunner", type: "module", exports }));
  symlinkSync(inProject("client"), join(library, "client"));
  write(join(dir, "package.json"), JSON.stringify({ type: "module" }));
}

async function runAll(commands: readonly Command[], options: ShellOptions): Promise<Ran[]> {
  const { dir, project, host, environment, started } = options;
  const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  // As npm does it: the script of package.json, in that folder, told from where it was called.
  const cases = Object.entries(scripts).map(([name, script]) => `${name}) ${script} "$@" ;;`);
  const npm = `npm() {
    if [ "$1" = start ]; then printf '%s' "$STARTED"; return; fi
    if [ "$1" = run ]; then shift; fi
    if [ "$1" = -s ]; then shift; fi
    local name="$1"; shift
    if [ "$1" = -- ]; then shift; fi
    (export INIT_CWD="$PWD" npm_lifecycle_event="$name"; cd "$PROJECT"; case "$name" in
    ${cases.join("\n    ")}
    *) echo "no script $name" >&2; exit 1 ;; esac)
  }`;
  const lines = commands.map(
    ({ text }) => `${text.replaceAll(/(?:localhost|127\.0\.0\.1):8787/g, host)}\necho "${mark} $?"`,
  );
  const child = spawn("bash", ["-c", [npm, "exec 2>&1", ...lines].join("\n")], {
    cwd: dir,
    env: {
      ...process.env,
      ...environment,
      PATH: `${inProject("node_modules/.bin")}:${process.env.PATH}`,
      PROJECT: project,
      STARTED: started,
      SPELLRUNNER_URL: `http://${host}`,
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
  await new Promise((resolve) => child.on("close", resolve));
  const parts = output.replaceAll(host, "127.0.0.1:8787").split(new RegExp(`${mark} (\\d+)\n`));
  return commands.flatMap((command, i) => {
    const code = parts[i * 2 + 1];
    return code === undefined ? [] : [{ ...command, said: parts[i * 2] ?? "", code: Number(code) }];
  });
}
