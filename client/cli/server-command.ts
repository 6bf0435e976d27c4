/** What the commands that ask a server have in common: where it is, who asks, and how they answer. */
import { type ArgsDef, type CommandDef, defineCommand } from "citty";
import { SpellError } from "../../src/protocol/errors.ts";
import { SpellrunnerClient } from "../lib/client.ts";
import { type Options, readOptions, valueOf } from "./options.ts";
import { runArgs, serverOf, sessionOf } from "./run-options.ts";

const localServer = "http://127.0.0.1:8787";

export const serverArgs = {
  server: {
    type: "string",
    description: `The server, also SPELLRUNNER_URL; else ${localServer}`,
    valueHint: "URL",
  },
  token: runArgs.token,
  session: runArgs.session,
  json: { type: "boolean", description: "Print JSON" },
} as const;

export interface Asked {
  client: SpellrunnerClient;
  options: Options;
  isJson: boolean;
  session: string | undefined;
  /** The positional of that place. @throws SpellError `bad_request` where it is missing */
  argument: (place: number) => string;
  /** Prints `value` as JSON where that was asked for, else `lines`. */
  print: (value: unknown, lines: () => Iterable<string>) => void;
}

/** A command on a server. `positionals` names its arguments, `[…]` those that may be left out. */
export function serverCommand(
  meta: { name: string; description: string; positionals?: readonly string[] },
  args: Record<string, { type: "string" | "boolean"; description: string; valueHint?: string }>,
  run: (asked: Asked) => Promise<void>,
): CommandDef {
  const { positionals = [], ...rest } = meta;
  const places = positionals.map((name): [string, ArgsDef[string]] => [
    name.replaceAll(/[[\]]/g, "").toLowerCase(),
    { type: "positional", description: "", valueHint: name, required: false },
  ]);
  const all: ArgsDef = { ...Object.fromEntries(places), ...args, ...serverArgs };
  return defineCommand({
    meta: rest,
    args: all,
    async run({ rawArgs }) {
      const options = readOptions(rawArgs, all as Parameters<typeof readOptions>[1]);
      const isJson = options.flags.has("json");
      await run({
        client: new SpellrunnerClient(remoteOf(options)),
        options,
        isJson,
        session: sessionOf(options),
        argument: (place) => {
          const given = options.positionals[place];
          if (given !== undefined) return given;
          throw new SpellError(
            "bad_request",
            `${positionals[place]} is missing: spell ${[meta.name, ...positionals].join(" ")}.`,
          );
        },
        print: (value, lines) => {
          if (isJson) console.log(JSON.stringify(value));
          else for (const line of lines()) console.log(line);
        },
      });
    },
  });
}

function remoteOf(options: Options): { url: string; token: string } {
  const environment = {
    ...process.env,
    SPELLRUNNER_URL: process.env.SPELLRUNNER_URL || localServer,
  };
  const named = valueOf(options, "server") ?? environment.SPELLRUNNER_URL;
  const given: Options = { ...options, values: new Map([...options.values, ["server", [named]]]) };
  const remote = serverOf(given, undefined, environment);
  if (remote === undefined) throw new SpellError("bad_request", "Which server? Write `--server URL`.");
  return remote;
}

/** Columns as wide as their widest text. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((text, i) => Math.max(all[i] ?? 0, text.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** As in `2026-11-24 12:30:05`, in UTC. */
export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
