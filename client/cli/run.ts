/** `spell run`: runs a spell file on an embedded runtime, or a spell on a server, and prints what its nodes give. */
import { defineCommand } from "citty";
import { SpellrunnerClient } from "../lib/client.ts";
import { randomSecret, signToken } from "../../scripts/identity.ts";
import { startRuntime } from "../../scripts/runtime.ts";
import { readSettings } from "../../scripts/settings.ts";
import { SpellError } from "../../src/protocol/errors.ts";
import type { StampedEvent } from "../../src/protocol/events.ts";
import type { Plan } from "../../src/protocol/plan.ts";
import type { RunRequest } from "../../src/protocol/runs.ts";
import type { SpellIssue } from "../../src/protocol/spell.ts";
import { startCompanion } from "./companion.ts";
import { linesOf, paintIf } from "./node-lines.ts";
import { type Options, readOptions, valueOf } from "./options.ts";
import { requestOf, runArgs, serverOf, sessionOf } from "./run-options.ts";
import { findFile, readSpellFile, type SpellProject } from "./spell-files.ts";

const isColoured = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && (process.env.NO_COLOR ?? "") === "";

export const run = defineCommand({
  meta: { name: "run", description: "Run a spell and print its nodes' results, then its outputs as JSON" },
  args: runArgs,
  async run({ rawArgs }) {
    const options = readOptions(rawArgs, runArgs, ["input"]);
    const name = options.positionals[0];
    if (name === undefined)
      throw new SpellError("bad_request", "Which spell? Write `run FILE`, or `run ID --server URL`.");
    const request = requestOf(options);
    const session = sessionOf(options);
    const path = findFile(name);
    const project = path === undefined ? undefined : readSpellFile(path);
    const remote = serverOf(options, project === undefined ? name : undefined, process.env);
    const target = { spellId: project?.id ?? name, session };
    if (remote !== undefined && options.values.has("with"))
      throw new SpellError(
        "bad_request",
        "--with is for runs without a server: a server has its own settings.",
      );
    if (remote !== undefined)
      return runOn(new SpellrunnerClient(remote), target, request, {
        project,
        options,
        isEmbedded: false,
      });
    const companion = await startCompanion(valueOf(options, "with"));
    try {
      const given = { ...readSettings().vars, ...companion.settings };
      const vars = { ...withoutIdentity(given), AUTH_SECRET: randomSecret() };
      const runtime = await startRuntime({ vars });
      try {
        const client = new SpellrunnerClient({
          url: runtime.url,
          token: await signToken(vars, "cli", 24),
        });
        await runOn(client, target, request, { project, options, isEmbedded: true });
      } finally {
        await runtime.close();
      }
    } finally {
      await companion.close();
    }
  },
});

/** The settings of providers alone: whose tokens count elsewhere is nothing to a runtime of our own. */
const withoutIdentity = (vars: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(vars).filter(([name]) => !name.startsWith("AUTH_")));

interface Circumstances {
  project: SpellProject | undefined;
  options: Options;
  isEmbedded: boolean;
}

interface RunTarget {
  spellId: string;
  session: string | undefined;
}

async function runOn(
  client: SpellrunnerClient,
  { spellId, session }: RunTarget,
  request: RunRequest,
  how: Circumstances,
): Promise<void> {
  if (how.project !== undefined) await save(client, how.project, how.isEmbedded);
  const paint = paintIf(isColoured(process.stdout));
  const isJson = how.options.flags.has("json");
  const listening = new AbortController();
  const stream = client.run(spellId, request, { session, signal: listening.signal });
  try {
    let plan: Plan | undefined;
    for await (const event of stream) {
      if (isJson) console.log(JSON.stringify(event));
      else {
        // Only for the names of components, which the lines can do without.
        if (event.type === "run.started")
          plan = await client.runs.plan(spellId, event.runId, { session }).catch(() => undefined);
        for (const line of linesOf(event, plan, paint)) console.log(line);
      }
      if (how.isEmbedded) refuseToWait(event);
    }
    console.log(JSON.stringify((await stream).outputs));
  } finally {
    listening.abort();
  }
}

async function save(
  client: SpellrunnerClient,
  { documents, issues, missing }: SpellProject,
  isEmbedded: boolean,
): Promise<void> {
  for (const issue of issues) warn(issue.message, issue.nodeId);
  // On a server the missing ones may be stored.
  if (isEmbedded) for (const ref of missing) warn(`No file beside this one holds the spell "${ref}".`);
  for (const document of documents) {
    const { name, version, warnings } = await client.spells.put(document.id, document);
    if (!isEmbedded) console.error(`Saved "${name}" as ${document.id}, version ${version}.`);
    for (const issue of warnings)
      warn(`${documents.length > 1 ? `"${name}": ` : ""}${issue.message}`, issue.nodeId);
  }
}

function warn(message: SpellIssue["message"], nodeId?: string): void {
  const where = nodeId === undefined ? "" : ` (node ${nodeId})`;
  console.error(`${paintIf(isColoured(process.stderr))("yellow", "warning:")} ${message}${where}`);
}

/** Nobody could answer a run that waits on a runtime of our own. */
function refuseToWait(event: StampedEvent): void {
  if (event.type !== "node.waiting") return;
  throw new SpellError(
    "interrupted",
    "The run waits for an answer, which only a run on a server can get: use --server.",
    {
      nodeId: event.nodeId,
      runId: event.runId,
    },
  );
}
