/** Turns what went wrong in a call into the SpellError that users see, and remembers what the code had logged. */
import type { LogEntry } from "../../engine/sandbox.ts";
import { SpellError } from "../../protocol/errors.ts";
import { maxJsonDepth } from "../../platform/json.ts";
import type { SandboxLimits } from "./limits.ts";
import { codeFile, type Complaint } from "./prelude.ts";

const logsByError = new WeakMap<object, readonly LogEntry[]>();

/** The console output of a call up to its failure: empty for errors that no sandbox threw, and for those that crossed RPC. */
export function logsOf(error: unknown): readonly LogEntry[] {
  return (typeof error === "object" && error !== null && logsByError.get(error)) || [];
}

/** @returns `error`, whose logs {@link logsOf} gives from now on. */
export function withLogs(error: SpellError, logs: readonly LogEntry[]): SpellError {
  logsByError.set(error, logs);
  return error;
}

const limit = (message: string): SpellError => new SpellError("sandbox_limit", message);

export const ranTooLong = (label: string, { maxSteps }: SandboxLimits): SpellError =>
  limit(
    `${label} ran too long and was stopped after ${maxSteps} steps. Look for a loop that does not end, or split the work over several nodes.`,
  );

export const tooManyJobs = (label: string, { maxJobs }: SandboxLimits): SpellError =>
  limit(
    `${label} was stopped after ${maxJobs} Promise reactions. Look for an await in a loop that does not end, or do the work without await.`,
  );

export const outOfMemory = (label: string, { maxMemoryBytes }: SandboxLimits): SpellError =>
  limit(
    `${label} needed more than ${maxMemoryBytes} bytes of memory. Work on smaller values, or on fewer at a time.`,
  );

export const recursedTooDeeply = (label: string): SpellError =>
  limit(`${label} recursed too deeply. Look for a function that calls itself without end, or use a loop.`);

export const argumentsTooLarge = (
  label: string,
  bytes: number,
  { maxArgumentBytes }: SandboxLimits,
): SpellError =>
  limit(
    `${label} was given ${bytes} bytes of code and arguments; ${maxArgumentBytes} are allowed. Pass it only what it needs.`,
  );

export const resultTooLarge = (label: string, { maxResultBytes }: SandboxLimits): SpellError =>
  limit(`${label} returned more than ${maxResultBytes} bytes of JSON. Return only what the next nodes need.`);

export const resultTooDeep = (label: string): SpellError =>
  limit(`${label} gave a result nested more than ${maxJsonDepth} levels deep. Return something flatter.`);

export const neverSettled = (label: string): SpellError =>
  limit(
    `${label} returned a Promise that never settled. The sandbox has no timers and no network: await only what the code itself resolves.`,
  );

/** The instance failed as a whole: the host's stack ended before the sandbox's own, or an access was beyond the memory. */
export function brokenSandbox(label: string, cause: unknown, limits: SandboxLimits): SpellError {
  if (cause instanceof RangeError) return recursedTooDeeply(label);
  if (cause instanceof WebAssembly.RuntimeError) return outOfMemory(label, limits);
  return new SpellError("internal", "Something went wrong on our side.", { cause });
}

/** The failure that code itself reported. `phase` is "parse" where the code was only being read. */
export function failureOf(
  complaint: Omit<Complaint, "phase"> & { phase: Complaint["phase"] | "parse" },
  { label, code }: { label: string; code: string },
  limits: SandboxLimits,
): SpellError {
  const { phase, name, message, stack } = complaint;
  // QuickJS has these messages for its own limits; its parsers throw them as SyntaxErrors.
  if (name === "InternalError" || name === "SyntaxError") {
    if (message === "out of memory" || message === "string too long") return outOfMemory(label, limits);
    if (message === "stack overflow") return recursedTooDeeply(label);
    if (message === "interrupted") return ranTooLong(label, limits);
  }
  const text = [name, message].filter(Boolean).join(": ") || "an error without a message";
  const at = lineOf(stack, code);
  const oneFunction = "one function as its code, such as function worker(inputs) { return {}; }";
  const messages = {
    function: `${label} needs ${oneFunction}; it is of type ${message}.`,
    parse: `${label} has code that does not parse${at}: ${text}. It needs ${oneFunction}`,
    result: `${label} returned a value that JSON cannot hold${at}: ${text}. Return plain data without cycles and BigInt.`,
    call: `${label} failed${at}: ${text}`,
  };
  return new SpellError("code_error", messages[phase]);
}

const frame = new RegExp(`(?:^|[\\s(])${codeFile}:(\\d+)(?::\\d+)?\\)?$`, "m");

/** The topmost line of the user's own code in a stack, as " at line 3", or nothing. */
function lineOf(stack: string | undefined, code: string): string {
  const found = frame.exec(stack ?? "")?.[1];
  if (found === undefined) return "";
  // What is missing at the end of the code is found in the line that follows it.
  return ` at line ${Math.min(Number(found), code.split("\n").length)}`;
}
