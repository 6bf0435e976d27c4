/** What `spell run` was told: which spell, with what, where. */
import { SpellError } from "../../src/protocol/errors.ts";
import type { RunRequest } from "../../src/protocol/runs.ts";
import { sessionName, spellId } from "../../src/protocol/spell.ts";
import { parseInputs, parseObject, parsePositive } from "./inputs.ts";
import { type Options, valueOf } from "./options.ts";

export const runArgs = {
  spell: {
    type: "positional",
    description: "A file, or on a server the id of a spell",
    valueHint: "FILE_OR_ID",
    required: false,
  },
  input: {
    type: "string",
    description: "An input, as text or as JSON; may be repeated",
    valueHint: "key=text|key:=json",
  },
  trigger: {
    type: "string",
    description: "Where to start; by default the topmost trigger",
    valueHint: "NAME",
  },
  state: { type: "string", description: "The state to start from, a JSON object", valueHint: "JSON" },
  session: { type: "string", description: "A session on the server", valueHint: "NAME" },
  timeout: { type: "string", description: "Ends the run after this many milliseconds", valueHint: "MS" },
  server: {
    type: "string",
    description: "Run on this server; for an id also SPELLRUNNER_URL",
    valueHint: "URL",
  },
  token: { type: "string", description: "Token for the server, also SPELLRUNNER_TOKEN", valueHint: "TOKEN" },
  with: {
    type: "string",
    description: "A module to start for the run: its start() gives settings, of a provider say",
    valueHint: "FILE",
  },
  json: { type: "boolean", description: "Print events as JSON lines" },
} as const;

/** @throws SpellError `bad_request` that names the option */
export function requestOf(options: Options): RunRequest {
  const trigger = valueOf(options, "trigger");
  const state = valueOf(options, "state");
  const timeout = valueOf(options, "timeout");
  return {
    inputs: parseInputs(options.values.get("input") ?? []),
    ...(trigger === undefined ? {} : { trigger }),
    ...(state === undefined ? {} : { state: parseObject(state, "--state") }),
    ...(timeout === undefined ? {} : { timeoutMs: parsePositive(timeout, "--timeout", true) }),
  };
}

/** @throws SpellError `bad_request` */
export function sessionOf(options: Options): string | undefined {
  const session = valueOf(options, "session");
  if (session === undefined || sessionName.safeParse(session).success) return session;
  throw new SpellError("bad_request", `--session must be 1 to 64 of A-Z a-z 0-9 _ . -, but is "${session}".`);
}

/**
 * The server to run on: the one given, or for an id that of the environment. Undefined for a file that runs here.
 * @param id where the argument is no file
 * @throws SpellError `not_found` for an id without a server, `bad_request` for an address or token that is missing or wrong
 */
export function serverOf(
  options: Options,
  id: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): { url: string; token: string } | undefined {
  const given = valueOf(options, "server");
  const url = given ?? (id === undefined ? undefined : environment.SPELLRUNNER_URL || undefined);
  if (url === undefined) {
    if (id === undefined) return undefined;
    throw new SpellError("not_found", `There is no file ${id}.${looksLikeFile(id) ? "" : howToRunAnId}`);
  }
  if (id !== undefined && !spellId.safeParse(id).success)
    throw new SpellError("not_found", `"${id}" is neither a file nor the id of a spell.`);
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
    throw new SpellError(
      "bad_request",
      `${given === undefined ? "SPELLRUNNER_URL" : "--server"} "${url}" is no address. It should look like http://127.0.0.1:8787.`,
    );
  const token = valueOf(options, "token") ?? environment.SPELLRUNNER_TOKEN;
  if (token) return { url, token };
  throw new SpellError(
    "bad_request",
    `A server needs a token: --token TOKEN or SPELLRUNNER_TOKEN. ${howToGetAToken}`,
  );
}

const looksLikeFile = (name: string): boolean => /[/\\]|\.json$/.test(name);
const howToRunAnId =
  " To run a stored spell by its id, name the server: --server URL --token TOKEN, or SPELLRUNNER_URL and SPELLRUNNER_TOKEN.";
const howToGetAToken = "For the local one, `npm run spell -- token --user NAME` prints one.";
